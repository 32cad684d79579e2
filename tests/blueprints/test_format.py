"""Every blueprint keeps to the format that `workbench.blueprints` describes."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
from itertools import product
from typing import Any

import pytest
from ruamel.yaml import YAML

from workbench import registry
from workbench.spec import Expression, Spec

BLUEPRINTS = registry.members("blueprints")


@pytest.fixture(params=BLUEPRINTS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def tree(name: str) -> ast.Module:
    return ast.parse(registry.source("blueprints", name))


@pytest.fixture
def said(name: str, literals: Any) -> dict[str, Any]:
    return literals(name)


@pytest.fixture
def contract(said: dict[str, Any]) -> dict[str, Any]:
    return YAML(typ="safe").load(said["CONTRACT"])


@pytest.fixture
def built(name: str, contract: dict[str, Any]) -> type:
    return getattr(registry.load("blueprints", name), contract["name"])


def combinations(choices: dict[str, list[str]]) -> list[dict[str, str]]:
    return [dict(zip(choices, words, strict=True)) for words in product(*choices.values())]


def options(said: dict[str, Any], contract: dict[str, Any], made: dict[str, str]) -> dict[str, Any]:
    depend = {option for entry in said["WHEN"] for option in entry.get("options", {})}
    found = {key: value for key, value in contract["options"].items() if key not in depend}
    for entry in said["WHEN"]:
        if made[entry["choice"]] in entry["is"]:
            found |= entry.get("options", {})
    return found


def defaults(built: type) -> dict[str, Any]:
    return {
        key: parameter.default
        for key, parameter in inspect.signature(built).parameters.items()
        if key != "self"
    }


def test_all_literals_are_there_and_are_literals(said: dict[str, Any]) -> None:
    assert set(said) == {"CONTRACT", "CHOICES", "WHEN", "WORDS", "ASSUMPTIONS"}
    assert set(said["WORDS"]) == {"nouns", "options", "choices", "names", "neutral"}


def test_contract_is_a_spec_under_every_combination_of_choices(
    said: dict[str, Any], contract: dict[str, Any]
) -> None:
    for made in combinations(said["CHOICES"]):
        lines = {}
        for key, line in contract["requires"].items():
            phrase, _, right = line.partition(" == ")
            choice = phrase.replace(" ", "_")
            if choice in made:
                lines[key] = f"{phrase} == {made[choice]}"
            else:
                lines[key] = f"{phrase} == {Expression(right).bind(made)}" if right else line
        bound = {**contract, "options": options(said, contract, made), "requires": lines}
        assert Spec.model_validate(bound).name == contract["name"]


def test_default_choices_come_first_and_stand_in_the_contract(
    said: dict[str, Any], contract: dict[str, Any], built: type
) -> None:
    lines = set(contract["requires"].values())
    for choice, words in said["CHOICES"].items():
        assert f"{choice.replace('_', ' ')} == {words[0]}" in lines
        assert defaults(built)[choice] == words[0]


def test_constructor_has_the_contracts_options_and_defaults(
    said: dict[str, Any], contract: dict[str, Any], built: type
) -> None:
    first = {choice: words[0] for choice, words in said["CHOICES"].items()}
    assert contract["options"] == options(said, contract, first)
    everything = {
        key for made in combinations(said["CHOICES"]) for key in options(said, contract, made)
    }
    found = defaults(built)
    # A data set and a training loop are built from data, a model and the like as well.
    given = {*contract["inputs"], *contract.get("roles", {}).values()} - everything
    assert set(found) - given == everything | set(said["CHOICES"])
    for key, value in contract["options"].items():
        assert (list(found[key]) if isinstance(value, list) else found[key]) == value


def test_wrong_words_for_choices_are_refused(said: dict[str, Any], built: type) -> None:
    for choice, words in said["CHOICES"].items():
        with pytest.raises(ValueError, match=rf"{choice} must be .*{words[-1]}.*got 'nonsense'"):
            built(**{choice: "nonsense"})


def test_choices_are_keyword_only(said: dict[str, Any], tree: ast.Module) -> None:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            positional = {argument.arg for argument in function.args.args}
            assert not positional & set(said["CHOICES"]), function.name


def test_choices_are_used_only_in_forms_that_fold(said: dict[str, Any], tree: ast.Module) -> None:
    choices = set(said["CHOICES"])
    legal: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp):
            legal |= {id(part) for part in ast.walk(node.test) if decides(node.test, said)}
        if isinstance(node, ast.If) and refuses(node, said):
            legal |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.Name):
            legal |= {id(node.value)} if node.arg == node.value.id else set()
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            same = ast.unparse(node.targets[0]) == f"self.{node.value.id}"
            legal |= {id(part) for part in (*node.targets, node.value)} if same else set()
    for node in ast.walk(tree):
        used = named(node)
        assert used not in choices or id(node) in legal, f"line {node.lineno}: {used}"


def named(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    own = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"
    return node.attr if own else ""


def decides(test: ast.expr, said: dict[str, Any]) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=word)]):
            return word in said["CHOICES"].get(named(left), ())
    return False


def refuses(node: ast.If, said: dict[str, Any]) -> bool:
    match node:
        case ast.If(
            test=ast.Compare(left=ast.Name(id=choice), ops=[ast.NotIn()], comparators=[legal]),
            body=[ast.Raise()],
            orelse=[],
        ):
            return list(ast.literal_eval(legal)) == said["CHOICES"].get(choice)
    return False


def test_options_that_come_and_go_are_only_passed_on_or_used_where_they_belong(
    said: dict[str, Any], tree: ast.Module
) -> None:
    """Such an option is read only under a branch, or where a class of that branch is built."""
    depend = {option for entry in said["WHEN"] for option in entry.get("options", {})}
    (main,) = [
        node for node in tree.body if isinstance(node, ast.ClassDef) and main_class(node, said)
    ]
    under = {
        id(part)
        for node in ast.walk(main)
        if isinstance(node, ast.If) and decides(node.test, said)
        for part in ast.walk(node)
    }
    passed = {
        id(node.value)
        for node in ast.walk(main)
        if isinstance(node, ast.keyword) and node.arg == ast.unparse(node.value)
    }
    for node in ast.walk(main):
        used = named(node)
        assert used not in depend or id(node) in under | passed, f"line {node.lineno}: {used}"


def main_class(node: ast.ClassDef, said: dict[str, Any]) -> bool:
    return f"name: {node.name}\n" in said["CONTRACT"]


def test_branches_that_return_have_nothing_after_them(
    said: dict[str, Any], tree: ast.Module
) -> None:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body[:-1] if isinstance(body, list) else ():
            if isinstance(statement, ast.If) and decides(statement.test, said):
                returns = [part for part in ast.walk(statement) if isinstance(part, ast.Return)]
                assert not returns, f"line {statement.lineno}"


def test_docstrings_name_the_arguments_that_there_are(tree: ast.Module) -> None:
    for node in tree.body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in members:
            if not isinstance(function, ast.FunctionDef):
                continue
            owner = node if function.name == "__init__" else function
            text = ast.get_docstring(owner) or ""
            if function.name.startswith("_") and owner is function:
                continue
            taken = [*function.args.args, *function.args.kwonlyargs]
            expected = [argument.arg for argument in taken if argument.arg != "self"]
            section = re.search(r"^Args:\n((?: +.*\n?)+)", text, re.MULTILINE)
            found = re.findall(r"^    (\w+): ", section[1], re.MULTILINE) if section else []
            assert found == expected, f"{owner.name} line {owner.lineno}"


def test_examples_run(name: str) -> None:
    blueprint = registry.load("blueprints", name)
    result = doctest.testmod(blueprint)
    assert result.attempted > 0
    assert result.failed == 0


def test_a_blueprint_stands_on_its_own(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert not str(node.module).startswith("workbench")


def test_assumptions_are_about_what_there_is_and_agree_with_the_defaults(
    said: dict[str, Any], contract: dict[str, Any]
) -> None:
    first = {choice: words[0] for choice, words in said["CHOICES"].items()}
    for entry in said["ASSUMPTIONS"]:
        assert (
            {"about", "text", "alternative"}
            <= set(entry)
            <= {
                "about",
                "text",
                "alternative",
                "value",
                "when",
            }
        )
        for choice, words in entry.get("when", {}).items():
            assert set(words) <= set(said["CHOICES"][choice])
        if "value" in entry:
            value = Expression(entry["value"]).value({**contract["options"], **first})
            assert value == contract["options"][entry["about"]]
    about = {entry["about"] for entry in said["ASSUMPTIONS"]}
    assert set(said["CHOICES"]) <= about


def test_words_speak_of_options_and_choices_that_there_are(
    said: dict[str, Any], contract: dict[str, Any]
) -> None:
    words = said["WORDS"]
    known = {key for made in combinations(said["CHOICES"]) for key in options(said, contract, made)}
    assert set(words["options"]) == known
    assert {key: set(value) for key, value in words["choices"].items()} == {
        key: set(value) for key, value in said["CHOICES"].items()
    }
    for settings in words["names"].values():
        for key, value in settings.items():
            assert key in known or value in said["CHOICES"][key]


def test_patterns_are_in_plain_form(said: dict[str, Any]) -> None:
    words = said["WORDS"]
    patterns = [*words["nouns"], *words["neutral"], *words["names"]]
    for option, entries in words["options"].items():
        for entry in entries:
            pattern, fixed = (entry, None) if isinstance(entry, str) else entry
            slots = pattern.count("{n}") + pattern.count("{list}")
            assert slots == (0 if fixed is not None else 1), f"{option}: {pattern}"
            patterns.append(pattern)
    patterns += [
        text for by_word in words["choices"].values() for each in by_word.values() for text in each
    ]
    for pattern in patterns:
        bare = pattern.replace("{n}", "0").replace("{list}", "0")
        assert re.fullmatch(r"[a-z0-9 ()\[\]|]+", bare), pattern
        assert not re.search(r"\([^)]*[(\[]|\[[^\]]*[(\[]", bare), f"nested: {pattern}"
        assert bare.count("(") == bare.count(")"), pattern
        assert bare.count("[") == bare.count("]"), pattern
