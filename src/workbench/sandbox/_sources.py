"""Serves a draft's modules from memory, ahead of the files of the target package.

A module that the draft names shadows the target's file of that name or extends its package; all
other modules of the package come from the target's files. Tracebacks and `inspect` show the
draft's lines, under a file name such as ``<cell pocket/models/text_classifier.py>``.
"""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType

CELL = "<cell "


class SourceFinder(MetaPathFinder, InspectLoader):
    """Finds and loads modules whose source is given.

    Args:
        sources: Source text by dotted module name.
        paths: The path to show for a module, where it is not the one that follows from its name; a
            path that ends in ``__init__.py`` makes the module a package.
    """

    def __init__(self, sources: Mapping[str, str], paths: Mapping[str, str]) -> None:
        self._sources = dict(sources)
        self._paths = {name: paths.get(name, self._default_path(name)) for name in sources}
        self._parents = {
            ".".join(parts[:count])
            for parts in (name.split(".") for name in sources)
            for count in range(1, len(parts))
        }
        for name, text in self._sources.items():
            lines = [line + "\n" for line in text.splitlines()]
            linecache.cache[self.file(name)] = (len(text), None, lines, self.file(name))

    def file(self, name: str) -> str:
        """Return the file name under which a module's code is shown."""
        return f"{CELL}{self._paths[name]}>"

    def _default_path(self, name: str) -> str:
        children = any(other.startswith(f"{name}.") for other in self._sources)
        return name.replace(".", "/") + ("/__init__.py" if children else ".py")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the draft, or a package that only the draft's modules need."""
        if fullname not in self._sources and fullname not in self._parents:
            return None
        on_disk = PathFinder.find_spec(fullname, path)
        if fullname not in self._sources and on_disk is not None:
            return None
        folders = None if on_disk is None else on_disk.submodule_search_locations
        package = folders is not None or fullname in self._parents
        package = package or self._paths[fullname].endswith("__init__.py")
        spec = ModuleSpec(fullname, self, is_package=package)
        if package:
            spec.submodule_search_locations = list(folders or [])
        if fullname in self._sources:
            spec.origin = self.file(fullname)
            spec.has_location = True
        return spec

    def get_source(self, fullname: str) -> str:
        """Return the source text; empty for a package that exists only by its modules."""
        return self._sources.get(fullname, "")

    def get_code(self, fullname: str) -> CodeType:
        """Compile a module under the file name that tracebacks show."""
        name = self.file(fullname) if fullname in self._sources else f"{CELL}{fullname}>"
        return compile(self.get_source(fullname), name, "exec", dont_inherit=True)


def install(
    sources: Mapping[str, str], paths: Mapping[str, str], search_path: Sequence[str]
) -> None:
    """Make the draft's modules and the target's folders importable in this process.

    Args:
        sources: Source text by dotted module name.
        paths: The path to show for a module, by module name.
        search_path: The target's import roots. They come after the standard library, so that a
            target's ``types.py`` breaks nothing, and before installed packages.

    Raises:
        ImportError: A module of that name is loaded already, so the draft's would never be used.
    """
    for name in sources:
        if name in sys.modules:
            raise ImportError(f"a draft cannot replace {name!r}: that module is in use already")
    places = [at for at, path in enumerate(sys.path) if "site-packages" in path]
    places += [at for at, path in enumerate(sys.path) if "dist-packages" in path]
    at = min(places, default=len(sys.path))
    sys.path[at:at] = [os.path.realpath(path) for path in search_path]
    sys.meta_path.insert(0, SourceFinder(sources, paths))
