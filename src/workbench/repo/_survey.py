"""Everything that the readers of a target look at: its files, sources, classes and settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from workbench.repo._classes import Classes, Defined
from workbench.repo._git import Git
from workbench.repo._layout import TEST_WORDS, Layout, is_aside, is_test
from workbench.repo._roles import KINDS, Home, Role, homes, role
from workbench.repo._settings import Settings
from workbench.repo._source import Source
from workbench.repo._tree import Tree


@dataclass(frozen=True)
class Survey:
    """A target, read.

    Args:
        tree: Its files.
        sources: Its Python files, parsed.
        layout: Where its packages lie.
        settings: Its configuration files.
        git: Git in its root, where it is a repository.
        commit: The commit that was read, or ``""``.
    """

    tree: Tree
    sources: tuple[Source, ...]
    layout: Layout
    settings: Settings
    git: Git | None
    commit: str

    @cached_property
    def classes(self) -> Classes:
        """All classes, by their dotted names."""
        return Classes(self.sources, self.layout)

    @cached_property
    def tests(self) -> tuple[Source, ...]:
        """The files of the tests."""
        return tuple(source for source in self.sources if self.is_test(source))

    def is_test(self, source: Source) -> bool:
        """Tell whether a file holds tests, and is not merely called as if it did."""
        if not is_test(source.path):
            return False
        folders = source.path.lower().split("/")[:-1]
        names = [one.name for one in source.functions] + [one.name for one in source.classes]
        alike = any(name.lower().startswith("test") or name.endswith("Test") for name in names)
        return alike or not names or not TEST_WORDS.isdisjoint(folders)

    @cached_property
    def code(self) -> tuple[Source, ...]:
        """The code proper: the main package, or what is neither tests nor beside the code."""
        proper = [
            source
            for source in self.sources
            if not self.is_test(source) and not is_aside(source.path) and not _is_setup(source.path)
        ]
        inside = self.layout.folder + "/"
        package = [source for source in proper if source.path.startswith(inside)]
        plain = [source for source in self.sources if not self.is_test(source)]
        return tuple((package if self.layout.package else proper) or proper or plain)

    @cached_property
    def roles(self) -> dict[str, list[Role]]:
        """The files of each kind."""
        by_kind: dict[str, list[Role]] = {kind: [] for kind in KINDS}
        for found in filter(None, map(self._role, self._candidates())):
            by_kind[found.kind].append(found)
        return by_kind

    @cached_property
    def homes(self) -> dict[str, Home]:
        """Where each kind lives, for the kinds that were found."""
        ranked = {kind: homes(roles) for kind, roles in self.roles.items()}
        return {kind: places[0] for kind, places in ranked.items() if places}

    def members(self, kind: str) -> list[Defined]:
        """Return the classes of a kind in the files of its home."""
        home = self.homes.get(kind)
        families = {kind, "module"} if kind in {"loss", "metric"} else {_FAMILY.get(kind, "")}
        return [
            found
            for each in (home.roles if home else ())
            for found in self.classes.of(each.source)
            if self.classes.family(found) in families
        ]

    def _candidates(self) -> Iterator[Source]:
        yield from self.code
        if self.layout.package:  # training scripts often stand beside the package
            known = {source.path for source in self.code}
            for source in self.sources:
                outside = source.path not in known and not is_aside(source.path)
                if outside and not self.is_test(source) and not _is_setup(source.path):
                    yield source

    def _role(self, source: Source) -> Role | None:
        families: dict[str, int] = {}
        for found in self.classes.of(source):
            families.setdefault(self.classes.family(found), found.definition.line)
        families.pop("", None)
        seen = role(source, families, self.layout.folder)
        if seen and self.layout.package and seen.kind != "training":
            return seen if source.path.startswith(self.layout.folder + "/") else None
        return seen


_FAMILY = {"model": "module", "layer": "module", "dataset": "dataset"}


def _is_setup(path: str) -> bool:
    return path.rpartition("/")[2] in {"setup.py", "conftest.py", "hubconf.py", "noxfile.py"}
