"""The target repository: study reads, placement decides, export writes.

`_git` is the only door to git. Nothing of the target is imported or run here; its index and HEAD
are never touched, its working tree only where the person asks for it. What a study can find
stands in `topics`.
"""

from workbench.repo import topics
from workbench.repo._conformance import conformance, repair
from workbench.repo._export import export, worktree
from workbench.repo._find import find_export
from workbench.repo._hazards import cautions
from workbench.repo._moved import moved
from workbench.repo._page import page
from workbench.repo._placement import place
from workbench.repo._preview import preview
from workbench.repo._pull import Pulled, defining, pull
from workbench.repo._recover import recover
from workbench.repo._scope import hunks, without
from workbench.repo._study import study
from workbench.repo._suspects import suspects
from workbench.repo._target import Target
from workbench.repo._undo import undo

__all__ = [
    "Pulled",
    "Target",
    "cautions",
    "conformance",
    "defining",
    "export",
    "find_export",
    "hunks",
    "moved",
    "page",
    "place",
    "preview",
    "pull",
    "recover",
    "repair",
    "study",
    "suspects",
    "topics",
    "undo",
    "without",
    "worktree",
]
