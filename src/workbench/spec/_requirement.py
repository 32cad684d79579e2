"""One line of the contract: a quantity, a choice or a law, with a stable id.

    attention layers == num_layers          a quantity: phrase, comparison, closed form
    positions == rotary                     a choice: phrase, ==, a word
    padding invariant under mask            a law, with the input that switches it
    initial deviation of head.weight == 0   a quantity of the parameters of a name
    causal over time                        a law, with the axis that it speaks of
    equals mean((prediction - target)**2)   a reference equation (see `_equation`)
    z equals mu                             the same for one of several outputs
    Block equals x + tanh(x)                the same for each module inside of a class, or at a path
    runs conv 3x3, batch norm, relu         an order of operations (see `_sequence`)
    Block runs conv 3x3, batch norm, relu   the same for each module inside of a class, or at a path

What a phrase means is decided by the check that is named for it (room `checks`), so a new kind of
requirement is one new check and no change here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.errors import SpecError
from workbench.spec._equation import Equation
from workbench.spec._expression import Expression
from workbench.spec._sequence import Sequence

_COMPARISON = re.compile(
    r"^(?P<phrase>.+?)(?:\s+of\s+(?P<of>[\w.*]+))?\s*(?P<comparison>==|<=|>=)\s*(?P<right>.+)$"
)
_LAW = re.compile(r"^(?P<phrase>.+?)(?:\s+under\s+(?P<under>\w+))?(?:\s+over\s+(?P<over>\w+))?$")
_EQUALS = re.compile(r"^(?:(?P<of>[\w.]+)\s+)?(?P<verb>equals|runs)\s+(?P<right>.+)$")
_PHRASE = re.compile(r"[a-z][a-z0-9 -]*$")
_ID = re.compile(r"R[1-9]\d*$")


@dataclass(frozen=True)
class Requirement:
    """One requirement.

    Args:
        id: ``R1``, ``R2`` ...; it stays when lines are added before it.
        text: The line as it was written.
        phrase: What is required, for example ``attention heads``.
        comparison: ``==``, ``<=``, ``>=``, ``equals`` or ``runs``; empty for a law.
        right: The closed form, word, equation or order on the right; empty for a law.
        under: The input that a law depends on.
        over: The axis that a law speaks of.
        line: The line in the spec file, from 1, where it is known.
        of: The output that an equation speaks of, or the class or path of a module inside; the
            first output, if none is named. Of a quantity the parameters, by their name, in which
            a star stands for anything.
    """

    id: str
    text: str
    phrase: str
    comparison: str = ""
    right: str = ""
    under: str = ""
    over: str = ""
    line: int | None = None
    of: str = ""

    @property
    def expression(self) -> Expression:
        """The right side as a closed form."""
        return Expression(self.right)

    @property
    def equation(self) -> Equation | None:
        """The right side as a reference equation, where the line gives one."""
        return Equation(self.right) if self.comparison == "equals" else None

    @property
    def sequence(self) -> Sequence | None:
        """The right side as an order of operations, where the line gives one."""
        return Sequence(self.right) if self.comparison == "runs" else None

    @property
    def of_part(self) -> bool:
        """Whether it speaks of modules inside: their class has a capital, their path a dot."""
        return "." in self.of or self.of[:1].isupper()


def parse_requirement(identifier: str, text: object, line: int | None = None) -> Requirement:
    """Read one requirement line.

    Args:
        identifier: Its id, ``R`` and a number.
        text: The line.
        line: Where it stands in the file.

    Returns:
        The requirement.

    Raises:
        SpecError: Id or line do not follow the grammar.
    """
    if not _ID.match(identifier):
        raise SpecError(f"{identifier!r} is no requirement id; write R1, R2, R3 ...", line=line)
    if not isinstance(text, str) or not text.strip():
        raise SpecError(
            f"{text!r} is no requirement; write a line such as 'attention heads == num_heads'",
            line=line,
        )
    clean = " ".join(text.split())
    equals = _EQUALS.match(clean)
    if equals:
        verb, of = equals["verb"], equals["of"] or ""
        right = (Equation if verb == "equals" else Sequence)(equals["right"]).text
        return Requirement(identifier, clean, verb, verb, right, line=line, of=of)
    match = _COMPARISON.match(clean)
    parts = (match or _LAW.match(clean)).groupdict()  # type: ignore[union-attr]
    if not _PHRASE.match(parts["phrase"]):
        raise SpecError(
            f"{parts['phrase']!r} is no phrase; write lower-case words, for example "
            "'attention heads == num_heads' or 'causal over time'",
            line=line,
            field=identifier,
        )
    if match:
        Expression(parts["right"])
    filled = {key: value or "" for key, value in parts.items()}
    return Requirement(id=identifier, text=clean, line=line, **filled)
