"""The history of the demo's target: what its files say after each commit.

Only the last state is stored. A chapter brings files, and lines in files that were there before
(a row in the README, a re-export). Each earlier state is the last one without what later chapters
bring, and is a working repository of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "pocket"

_STORE = Path(__file__).parent / "target"

# Under its real name this file would act on the repository that stores it.
_STORED_AS = {"gitignore": ".gitignore"}


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One commit of the target's history.

    Args:
        message: Title, blank line and body.
        date: When it was made, in ISO 8601.
        files: What the paths of the files that it brings contain.
        lines: What the lines that it brings to other files contain.
    """

    message: str
    date: str
    files: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


CHAPTERS = (
    Chapter(
        message="""training: add the trainer and a first model

A run is a recipe: model, data, loss and options. Batches and learning
rate follow from the step alone, so a resumed run is to the bit the run
that was never stopped.
""",
        date="2026-02-02T09:12:00+00:00",
    ),
    Chapter(
        message="""models: add TinyGPT

A decoder-only transformer for the counting sequences. Attention is a
layer of its own and an option of the model, so that another one can
take its place without a change to the model.
""",
        date="2026-03-16T14:05:00+00:00",
        files=("tiny_gpt", "sequences", "/layers/"),
        lines=(
            "tiny_gpt",
            "TinyGPT",
            "`sequences`",
            "import Sequences",
            "'Sequences'",
            "attention",
        ),
    ),
    Chapter(
        message="""models: add a pre-activation ResNet

Squeeze-excitation gates each residual, and shortcuts average before
they project, so that no pixel is skipped. The recipe on shapes gets
every training picture right. The tests of the model are still to come.
""",
        date="2026-04-20T10:40:00+00:00",
        files=("resnet", "data/shapes", "data/test_shapes"),
        lines=("resnet", "ResNet", "`shapes`", "import Shapes", "'Shapes'"),
    ),
)


def pages(number: int, name: str = PACKAGE) -> dict[str, str]:
    """Give every file of the target as it is after one chapter.

    Args:
        number: The chapter, from 0.
        name: What the package is called.

    Returns:
        Path inside the repository, with forward slashes, to text.
    """
    later = CHAPTERS[number + 1 :]
    files = [word for chapter in later for word in chapter.files]
    lines = [word for chapter in later for word in chapter.lines]
    return {
        _renamed(path, name): _renamed(_without(lines, text), name)
        for path, text in _stored()
        if not any(word in path for word in files)
    }


def _stored() -> Iterator[tuple[str, str]]:
    for file in sorted(_STORE.rglob("*")):
        relative = file.relative_to(_STORE)
        # Tools that were run here by mistake, and installers, leave caches behind.
        cached = any(part.startswith(".") or part == "__pycache__" for part in relative.parts)
        if file.is_file() and not cached:
            path = _STORED_AS.get(relative.as_posix(), relative.as_posix())
            yield path, file.read_text(encoding="utf-8")


def _without(words: list[str], text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not any(word in line for word in words))


def _renamed(text: str, name: str) -> str:
    return re.sub(rf"\b{PACKAGE}\b", name, text)
