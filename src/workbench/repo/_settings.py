"""The target's configuration files, read as data: pyproject.toml, setup.cfg, ruff.toml ..."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.records import Evidence
from workbench.repo._tree import Tree, Unreadable

_TOML = ("ruff.toml", ".ruff.toml", "pyproject.toml")
_INI = ("setup.cfg", "tox.ini", "pytest.ini", ".flake8", ".style.yapf", ".editorconfig")
_SCRIPT = re.compile(
    r"^(\.github/workflows/[^/]+\.ya?ml|\.circleci/config\.yml|((dev|scripts?|tools|\.dev)/)?[^/]*"
    r"(lint|format|style)[^/]*\.(sh|py)|Makefile)$"
)
_TEXT = (".pre-commit-config.yaml", "Makefile", "setup.py")


@dataclass(frozen=True)
class Value:
    """A setting and where it stands."""

    value: Any
    evidence: Evidence


@dataclass(frozen=True)
class Settings:
    """What the configuration files say.

    Args:
        parsed: The sections of each file, nested for TOML, flat for the others.
        texts: The text of each file.
        skipped: The files that could not be read, with the reason.
    """

    parsed: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, str]
    skipped: Mapping[str, str]

    def get(self, file: str, *keys: str) -> Value | None:
        """Return one setting of one file.

        Args:
            file: The file.
            keys: The sections from the outside in, and the name.

        Returns:
            The value with its place, or None.
        """
        node: Any = self.parsed.get(file)
        for key in keys:
            if not isinstance(node, Mapping) or key not in node:
                return None
            node = node[key]
        return Value(
            node,
            self.find(
                file,
                rf"^\s*\"?{re.escape(keys[-1])}\"?\s*[=:.\]]|^\[.*"
                rf"{re.escape('.'.join(keys))}\]",
            ),
        )

    def first(self, *paths: tuple[str, ...]) -> Value | None:
        """Return the first setting that is there."""
        return next(filter(None, (self.get(*path) for path in paths)), None)

    def ruff(self, *keys: str) -> Value | None:
        """Return a setting of ruff, from whichever file holds it."""
        own = [(file, *keys) for file in _TOML[:2]]
        return self.first(*own, ("pyproject.toml", "tool", "ruff", *keys))

    @property
    def scripts(self) -> list[str]:
        """The files that run tools: Makefile, workflows, scripts that lint or format."""
        return [file for file in self.texts if _SCRIPT.match(file)]

    def find(self, file: str, pattern: str) -> Evidence:
        """Point at the first line of a file that matches a pattern, or at the file."""
        for number, line in enumerate(self.texts.get(file, "").split("\n"), start=1):
            if re.search(pattern, line):
                return Evidence(path=file, line=number, text=line.strip()[:120])
        return Evidence(path=file)


def settings(tree: Tree) -> Settings:
    """Read the configuration files at the root of a target.

    Args:
        tree: The target's files.

    Returns:
        The settings; a broken file is noted and passed over.
    """
    parsed: dict[str, Mapping[str, Any]] = {}
    texts: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for file in _present(tree):
        try:
            texts[file] = tree.read(file)
            parsed[file] = _parse(file, texts[file])
        except Unreadable as error:
            skipped[file] = str(error)
        except (tomllib.TOMLDecodeError, configparser.Error) as error:
            skipped[file] = f"does not parse: {str(error).splitlines()[0]}"
    return Settings(parsed, texts, skipped)


def _present(tree: Tree) -> Iterator[str]:
    there = set(tree.files)
    yield from (file for file in (*_TOML, *_INI, *_TEXT) if file in there)
    yield from (file for file in tree.files if _SCRIPT.match(file) and file not in _TEXT)


def _parse(file: str, text: str) -> Mapping[str, Any]:
    if file in _TOML:
        return tomllib.loads(text)
    if file in _INI:
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        # An .editorconfig may have settings above its first section.
        parser.read_string("[top]\n" + text if file == ".editorconfig" else text)
        return {section: dict(parser[section]) for section in parser.sections()}
    return {}
