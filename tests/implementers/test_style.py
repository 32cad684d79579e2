from __future__ import annotations

import ast

import libcst as cst
import pytest

from workbench.implementers._strings import fit_strings
from workbench.implementers._style import Manner, chosen, fit_comments, restyle

CODE = '''"""Things of two kinds: round or square ones.

Source:
    shape round: The Round Book.
    shape square: The Square Book.
    The Book.
"""


class Thing:
    """Be a thing.

    Args:
        size: How large.
        gone: No longer there.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def area(self, *more: int) -> float:
        """Compute the area.

        Args:
            *more: Further sizes.

        Returns:
            The area.
        """
        return 1.0
'''


def restyled(style: str = "google", width: int = 88, unsaid: frozenset[str] = frozenset()) -> str:
    manner = Manner(style, width, {"shape": "round"}, unsaid)
    return restyle(cst.parse_module(CODE), manner).code


def test_lines_about_other_choices_go():
    text = restyled()
    assert "The Round Book." in text
    assert "shape" not in text
    assert "Square Book" not in text
    assert "The Book." in text


def test_entries_of_parameters_that_are_gone_go():
    assert "gone" not in restyled()
    assert "*more" in restyled()


def test_a_summary_ends_before_what_was_not_chosen():
    assert restyled(unsaid=frozenset({"square"})).startswith('"""Things of two kinds.\n')
    assert restyled().startswith('"""Things of two kinds: round or square ones.\n')


@pytest.mark.parametrize("style", ["google", "numpy", "rest"])
def test_code_is_left_alone(style):
    def code(text: str) -> str:
        return ast.dump(_without_docstrings(ast.parse(text)))

    assert code(restyled(style)) == code(CODE)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body[0] = ast.Pass()
    return tree


def test_a_line_that_only_looks_like_a_choice_stays():
    assert chosen("colour red: The Red Book.", {"shape": "round"}) == "colour red: The Red Book."


LONG = """def f(x):
    # A comment that is much too long for the line that it has been given, so it has to be wrapped
    # and has a second line.
    y = x + 1  # a comment at the end of a line that makes the line longer than it may be at all
    return (
        y
    )  # short
"""


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_comments_fit_and_nothing_else_changes(width):
    text = fit_comments(LONG, width)
    assert max(map(len, text.split("\n"))) <= max(width, 20)
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(LONG))
    assert text.replace("#", "").split() != []
    words = [word for word in LONG.split() if word != "#"]
    assert sorted(word for word in text.split() if word != "#") == sorted(words)


def test_a_hash_in_a_string_is_no_comment():
    text = f"x = '# {'a' * 100}'\n"
    assert fit_comments(text, 40) == text


STRINGS = """raise ValueError(
    f"width must be a multiple of heads, got {width} and {heads} and {heads!r} which is wrong"
)
raise ValueError(
    "width must be a multiple of heads, and {this} is no value at all, however long it is"
    f"got {width}"
)
x = "a string that stands in no brackets and is therefore left alone, however long it may be"
f("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
"""


def test_long_strings_in_brackets_are_split_and_say_the_same():
    text = fit_strings(STRINGS, 60)
    values = {"width": 3, "heads": 2}
    for before, after in zip(ast.parse(STRINGS).body, ast.parse(text).body, strict=True):
        if isinstance(before, ast.Raise):
            said = [
                eval(compile(ast.Expression(node.exc.args[0]), "", "eval"), dict(values))
                for node in (before, after)
            ]
            assert said[0] == said[1]
    assert max(len(line) for line in text.split("\n")[:9]) <= 60
    assert text.split("\n")[-3:] == STRINGS.split("\n")[-3:]


def test_code_that_fits_is_not_touched():
    assert fit_strings(STRINGS, 200) == STRINGS
