"""The spec: what is asked for, in the author's words and as a contract that can be checked.

`load` and `save` read and write spec files (YAML, comments kept), `Spec` is what they hold,
`json_schema` describes the files for editors. The grammar of each line stands in the file that
reads it: `_expression`, `_equation`, `_sequence`, `_tensor`, `_size`, `_requirement`, `_roles`.
"""

from workbench.spec._equation import CHANCE, EQUATION_FUNCTIONS, RATE_NAMES, Equation
from workbench.spec._expression import Expression
from workbench.spec._file import dumps, load, loads, save
from workbench.spec._requirement import Requirement, parse_requirement
from workbench.spec._roles import ROLES
from workbench.spec._schema import json_schema
from workbench.spec._sequence import OPERATIONS, Operation, Repeat, Sequence
from workbench.spec._size import Size
from workbench.spec._spec import Assumption, Kind, Spec
from workbench.spec._tensor import DTYPES, Axis, Tensor

__all__ = [
    "CHANCE",
    "DTYPES",
    "EQUATION_FUNCTIONS",
    "OPERATIONS",
    "RATE_NAMES",
    "ROLES",
    "Assumption",
    "Axis",
    "Equation",
    "Expression",
    "Kind",
    "Operation",
    "Repeat",
    "Requirement",
    "Sequence",
    "Size",
    "Spec",
    "Tensor",
    "dumps",
    "json_schema",
    "load",
    "loads",
    "parse_requirement",
    "save",
]
