"""What there is to say: every check with the phrases that it decides, for authors of specs."""

from __future__ import annotations

from dataclasses import dataclass

from workbench import registry
from workbench.checks._plan import asked_of, lesson

_ROOM = "checks"


@dataclass(frozen=True)
class Entry:
    """One check, or one phrase of it.

    Args:
        check: Its name, as ``allows`` takes it.
        phrase: The phrase, or ``""`` for what the check does without being asked.
        forms: What may stand on the right of the phrase.
        kinds: The kinds of spec that it is meant for.
        tier: When it runs: ``live``, ``full`` or ``deep``.
        holds: What holds where it passes.
    """

    check: str
    phrase: str
    forms: tuple[str, ...]
    kinds: tuple[str, ...]
    tier: str
    holds: str


def vocabulary(kind: str = "") -> list[Entry]:
    """List every check and phrase.

    Args:
        kind: Only those that are meant for this kind of spec.

    Returns:
        The entries, in the order of the checks' names; what needs no phrase has an empty one.
    """
    entries = []
    for name in registry.members(_ROOM):
        module = registry.load(_ROOM, name)
        said = [("", (), tuple(module.KINDS))] if module.KINDS else []
        said += [
            (phrase, tuple(forms), asked_of(module)) for phrase, forms in module.DECIDES.items()
        ]
        entries += [
            Entry(name, phrase, forms, kinds, module.TIER, lesson(name).holds)
            for phrase, forms, kinds in said
            if kind in ("", *kinds)
        ]
    return entries
