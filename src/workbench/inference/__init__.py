"""Infers a contract from code that is there: what it takes, gives and holds to.

What stands in the code (signatures, defaults, docstrings, callers, configuration files) proposes;
runs on small tensors in the sandbox decide. The result is a spec with ``existing``, each line with
what it was inferred from; a person confirms it before anything is made of it.
"""

from __future__ import annotations

from workbench.inference._infer import Inferred, infer
from workbench.inference._offers import code_files, definitions

__all__ = ["Inferred", "code_files", "definitions", "infer"]
