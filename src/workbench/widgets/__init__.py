"""Views of records for notebooks, and the workbench as one interactive widget.

`show` displays any record; `view` makes what it displays. `Workbench` is the interactive widget. A
view shows what a record holds and decides nothing.
"""

from workbench.widgets.show import errors_shown, show, view
from workbench.widgets.workbench import Workbench

__all__ = ["Workbench", "errors_shown", "show", "view"]
