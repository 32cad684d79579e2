"""One check per file: a property of a module that holds, or fails with a counterexample.

A check is a module:

    its docstring       the lesson that is shown with its verdicts: what holds, ``Why:``, ``Fix:``
    TIER                ``live`` (on every edit), ``full`` (before accepting) or ``deep``
    KINDS               kinds of spec to which it applies by itself, or none
    DECIDES             phrases of requirements that it decides, each with what may stand on the
                        right: `NUMBER`, `LAW` (nothing), or words
    FITS, EXAMPLE, fits optional: for which kinds and contracts a requirement makes sense; see _gaps
    implied             optional: a function of a spec that writes requirements which its names make
                        (an option ``num_heads``); silent where nothing of the kind is seen
    COST                milliseconds on a small transformer; the cheapest run first
    check(subject)      looks and returns a `Decision`

It holds no tensor library: it asks the candidate for data through the subject, compares numpy
arrays, and says ``passed``, ``failed`` (with what was seen and expected), ``inconclusive`` or
``skipped``. What it could not look at is never passed: `CannotLook` says why. To add a check is to
add its file here, and to ``tests/checks/drafts`` a bad draft that trips it.
"""

from workbench.checks._behaviours import behaviours, keys_of_batch, others, parts_of_items
from workbench.checks._claims import Claim, claims
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._gaps import gaps
from workbench.checks._loss import variant
from workbench.checks._plan import Lesson, Step, lesson, plan
from workbench.checks._subject import Subject
from workbench.checks._vocabulary import Entry, vocabulary
from workbench.checks._words import Words, read

__all__ = [
    "CannotLook",
    "Claim",
    "Decision",
    "Entry",
    "Lesson",
    "Step",
    "Subject",
    "Words",
    "behaviours",
    "claims",
    "gaps",
    "keys_of_batch",
    "lesson",
    "others",
    "parts_of_items",
    "plan",
    "read",
    "variant",
    "vocabulary",
]
