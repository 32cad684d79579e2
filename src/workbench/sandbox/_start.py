"""Starts the warm worker; run by its path, with the interpreter that has the framework.

It loads the very package that it lies in, whatever else that interpreter has installed, so that
host and worker are always of one version.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def _load_own_package() -> None:
    folder = Path(__file__).resolve().parents[1]
    spec = importlib.util.spec_from_file_location(
        folder.name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"there is no package in {folder}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[folder.name] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    control, host, scratch, framework, *roots = sys.argv[1:]
    _load_own_package()
    sys.path.extend(roots)
    from workbench.sandbox import _zygote

    _zygote.main(int(control), int(host), scratch, framework)
