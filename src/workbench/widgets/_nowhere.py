"""A target where nothing is yet: what an implementer sees when only a prediction is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors import TargetError
from workbench.records import Placement, Study

STUDY = Study(root=".")


class Nowhere:
    """An empty target."""

    placement = Placement(path="predicted.py", module="predicted", test_path="test_predicted.py")

    def files(self) -> Sequence[str]:
        """List no file."""
        return ()

    def read(self, path: str) -> str:
        """Refuse to read: nothing is here."""
        raise TargetError(f"{path} is no file of an empty target")

    def format(self, path: str, source: str) -> str:
        """Leave the source as it is; nobody reads it."""
        return source
