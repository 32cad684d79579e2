"""What each file of the target is for: model, layer, loss, metric, dataset or training code.

Content decides first (what its classes derive from, whether it runs a training step), names decide
where content leaves it open. A pattern is a folder and a template, for ``models/resnet.py`` the
folder ``models`` and ``{name}.py``, for ``models/unet/model.py`` also ``models`` and
``{name}/model.py``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from workbench.repo._source import Source

KINDS = ("model", "layer", "loss", "metric", "dataset", "training")
_WORDS = {
    "model": "model models modeling modelling network networks net nets architecture "
    "architectures arch archs backbone backbones zoo",
    "layer": "layer layers module modules block blocks nn op ops component components",
    "loss": "loss losses criterion criterions criteria objective objectives",
    "metric": "metric metrics",
    "dataset": "data dataset datasets dataloader dataloaders dataloading",
    "training": "training train trainer trainers engine engines runner runners",
}
KIND_OF_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_LAYER_STEM = re.compile(
    r"(^|_)(activations?|attend|attention|attn|blocks?|convs?|dropout|embed|embeddings?|mlp"
    r"|feed_?forward|linear|normalizations?|norms?|pool|pooling|positions?|positional|rope|rotary)(_|$)"
)
_FAR_MORE = 3
_PARTS = {  # files that hold layers also in a folder of models
    "activations",
    "attention",
    "attentions",
    "blocks",
    "convs",
    "embeddings",
    "normalization",
    "normalizations",
    "norms",
    "pooling",
}
_POINTS = (0.2, 1.0, 3.0)  # what a file of each weight counts for its folder
_SHARED = {"util", "utils", "common", "commons", "building_blocks"}
_TRAINS = re.compile(
    r"^(?!\s*(>>>|#)).*\.backward\(|\bdef (train|fit|train_step|training_step)\b", re.MULTILINE
)


@dataclass(frozen=True)
class Role:
    """What one file is for.

    Args:
        source: The file.
        kind: Its kind.
        weight: 2 where content and name agree, 1 for content alone, 0 for the name alone.
        line: The line that shows it.
    """

    source: Source
    kind: str
    weight: int
    line: int


@dataclass(frozen=True)
class Home:
    """Where a kind lives.

    Args:
        folder: The folder.
        template: Its files there, with ``{name}`` in place of what differs.
        roles: The files that show it, the best witnesses first.
    """

    folder: str
    template: str
    roles: tuple[Role, ...]


def word_kind(path: str, inside: str = ".") -> str:
    """Tell a file's kind by its own name and, from the inside out, by its folders' names.

    Args:
        path: The file.
        inside: The folder of the package, whose own name says nothing of a kind.
    """
    pure = PurePosixPath(path.removeprefix(inside + "/"))
    stem_words = pure.stem.strip("_").lower().split("_")
    for word in (pure.stem.lower(), stem_words[-1]):
        if word in KIND_OF_WORD:
            return KIND_OF_WORD[word]
    for part in reversed(pure.parts[:-1]):
        if part.lower() in KIND_OF_WORD:
            return KIND_OF_WORD[part.lower()]
    return ""


def role(source: Source, families: dict[str, int], inside: str) -> Role | None:
    """Tell what a file is for.

    Args:
        source: The file.
        families: The families of its classes, each with the line of the first such class.
        inside: The folder of the package.

    Returns:
        Its role, or None where neither content nor name tells.
    """
    if source.path.endswith("__init__.py"):
        return None
    word = word_kind(source.path, inside)
    for kind in ("dataset", "metric"):
        if kind in families and "module" not in families:
            return Role(source, kind, 2 if word == kind else 1, families[kind])
    if "loss" in families and (word == "loss" or "module" not in families):
        return Role(source, "loss", 2 if word == "loss" else 1, families["loss"])
    if "module" in families:
        line = families["module"]
        pure = PurePosixPath(source.path)
        if word == "model" and (pure.parent.name in _SHARED or pure.stem.lower() in _PARTS):
            return Role(source, "layer", 2, line)
        if word in {"model", "layer", "loss", "metric"}:
            return Role(source, word, 2, line)
        kind = "layer" if _LAYER_STEM.search(pure.stem.lower()) else "model"
        return Role(source, kind, 1, line)
    line = _training_line(source.text)
    # Elsewhere a gradient may be that of an input, and a scaler is fitted to data.
    if line and (word == "training" or (not word and "optim" in source.text)):
        return Role(source, "training", 2 if word else 1, line)
    if word in {"loss", "metric", "training"} and (source.functions or word == "training"):
        first = source.functions[0].line if source.functions else 1
        return Role(source, word, 0, first)
    return None


def _training_line(text: str) -> int:
    if ".backward(" not in text and "def train" not in text and "def fit" not in text:
        return 0
    found = _TRAINS.search(text)
    return text.count("\n", 0, found.end()) + 1 if found else 0


def homes(roles: Iterable[Role]) -> list[Home]:
    """Find the patterns that the files of one kind follow, the best first."""
    patterns: dict[tuple[str, str], dict[str, Role]] = defaultdict(dict)
    for found in roles:
        for folder, template, name in _patterns(found):
            patterns[folder, template].setdefault(name, found)
    ranked = []
    for (folder, template), by_name in patterns.items():
        nested = template != "{name}.py"
        if nested and len(by_name) < 2:
            continue
        files = sorted(by_name.values(), key=lambda one: (-one.weight, _private(one)))
        if not nested and sum(map(_private, files)) > 0.6 * len(files):
            template = "_{name}.py"
        points = sum(_POINTS[one.weight] for one in files)
        named = len(files) > 1 and KIND_OF_WORD.get(PurePosixPath(folder).name) == files[0].kind
        rank = (not named, -points, -len(files), not nested, folder)
        ranked.append((rank, Home(folder, template, tuple(files))))
    ordered = [home for _, home in sorted(ranked, key=lambda item: item[0])]
    return sorted(ordered, key=lambda home: not _holds_most(home, ordered[0]))


def _holds_most(home: Home, first: Home) -> bool:
    """Tell whether a folder inside the one that is named for a kind holds far more of the kind."""
    inside = home.folder.startswith(first.folder + "/") and home.template == first.template
    return inside and len(home.roles) > _FAR_MORE * len(first.roles)


def _private(found: Role) -> bool:
    return PurePosixPath(found.source.path).name.startswith("_")


def _patterns(found: Role) -> Iterator[tuple[str, str, str]]:
    pure = PurePosixPath(found.source.path)
    yield pure.parent.as_posix(), "{name}.py", pure.stem
    parent = pure.parent.name
    fixed = pure.stem.replace(parent, "{name}") if parent else pure.stem
    telling = "{name}" in fixed or KIND_OF_WORD.get(fixed) == found.kind
    if len(pure.parts) > 2 and telling and parent not in KIND_OF_WORD:
        yield pure.parent.parent.as_posix(), f"{{name}}/{fixed}.py", parent
