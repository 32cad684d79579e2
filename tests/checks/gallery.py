"""Reads the gallery of drafts, and blueprints with their choices bound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from workbench import registry, spec
from workbench.records import Cell, Draft, Tier
from workbench.spec import Spec

HERE = Path(__file__).parent
PATIENCE = 30.0  # seconds for one question, on a busy machine too
_IMPORTS = "import math\n\nimport torch\nfrom torch import nn\n\n\n"
_HEADER = re.compile(r"^# (?P<key>trips|spec|patience|tier): (?P<value>.+)$")


@dataclass(frozen=True)
class Entry:
    """One draft of the gallery.

    Args:
        name: Its file's name.
        source: Its text.
        spec: The spec that it claims to fulfil, or the name of one.
        trips: The checks that it trips; none for a good one.
        patience: Seconds for one question; short where a draft never answers.
        tier: How much is checked.
    """

    name: str
    source: str
    spec: str | Spec
    trips: frozenset[str]
    patience: float
    tier: Tier = "full"


def entries() -> list[Entry]:
    """Read all drafts."""
    found = [_read(path) for path in sorted((HERE / "drafts").glob("*.py"))]
    for path in sorted((HERE / "pairs").glob("*.yaml")):
        found += _pairs(path)
    return found


def _pairs(path: Path) -> Iterator[Entry]:
    """Read good drafts with mistakes, each of which trips the check that the file is named for.

    A document gives a contract, a good draft, and mistakes: what is replaced, by what, and which
    other checks notice it too. The live tier is enough where it does not say ``tier``.
    """
    for number, document in enumerate(YAML(typ="safe").load_all(path), start=1):
        name, data = f"{path.stem}_{number}", {"name": "Part", "kind": "layer", "text": path.stem}
        keys = (
            "name",
            "kind",
            "options",
            "sizes",
            "inputs",
            "outputs",
            "roles",
            "requires",
            "allows",
        )
        asked = Spec.model_validate({**data, **{k: document[k] for k in keys if k in document}})
        good = f"{_IMPORTS}{document['good']}"
        tier = document.get("tier", "live")
        yield Entry(f"{name}_good", good, asked, frozenset(), PATIENCE, tier)
        for at, (old, new, *others) in enumerate(document["bad"], start=1):
            if good.count(old) != 1:
                raise ValueError(f"{path.name}: {old!r} stands {good.count(old)} times in {name}")
            trips = frozenset({path.stem, *others})
            yield Entry(f"{name}_bad_{at}", good.replace(old, new), asked, trips, PATIENCE, tier)


def _read(path: Path) -> Entry:
    source = path.read_text(encoding="utf-8")
    found = [_HEADER.match(line) for line in source.splitlines()[:4]]
    header = {match["key"]: match["value"] for match in found if match}
    trips = frozenset(part.strip() for part in header.get("trips", "").split(",") if part.strip())
    patience = float(header.get("patience", PATIENCE))
    tier: Any = header.get("tier", "full")
    return Entry(path.stem, source, header["spec"], trips, patience, tier)


def contract(name: str) -> Spec:
    """Load a spec of the gallery."""
    return spec.load(HERE / "specs" / f"{name}.yaml")


def one_file(source: str, *, module: str = "draft") -> Draft:
    """Make a draft of a single module cell."""
    cell = Cell(id="module", role="module", path=f"{module}.py", source=source)
    return Draft(implementer="test", module=module, cells=(cell,))


def blueprint(name: str, **choices: str) -> tuple[Spec, str]:
    """Bind a blueprint's choices: its contract as a spec, and its source with them as defaults."""
    source = registry.source("blueprints", name)
    literals = _literals(source)
    document = YAML(typ="safe").load(literals["CONTRACT"])
    chosen = {choice: words[0] for choice, words in literals["CHOICES"].items()} | choices
    for rule in literals["WHEN"]:
        if chosen[rule["choice"]] in rule["is"]:
            document["options"].update(rule.get("options", {}))
            for line in rule.get("requires", []):
                document["requires"][f"R{len(document['requires']) + 1}"] = line
    for key, line in document["requires"].items():
        phrase, _, right = line.partition(" == ")
        word = chosen.get(phrase.replace(" ", "_"))
        bound = word or (str(spec.Expression(right).bind(chosen)) if right else "")
        document["requires"][key] = f"{phrase} == {bound}" if bound else line
    for choice, word in chosen.items():
        source = re.sub(rf'(\b{choice}: str = )"\w+"', rf'\1"{word}"', source)
    for option, value in document["options"].items():
        source = re.sub(rf"(\b{option}: int = )\d+", rf"\g<1>{value}", source)
    return Spec.model_validate(document), source


def _literals(source: str) -> dict[str, Any]:
    wanted = ("CONTRACT", "CHOICES", "WHEN")
    return {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in wanted
    }


def bindings() -> list[tuple[str, dict[str, str]]]:
    """List every blueprint with its first choices, and with each other choice once."""
    found: list[tuple[str, dict[str, str]]] = []
    for name in registry.members("blueprints"):
        choices = _literals(registry.source("blueprints", name))["CHOICES"]
        found.append((name, {}))
        found += [(name, {choice: word}) for choice, words in choices.items() for word in words[1:]]
    return found
