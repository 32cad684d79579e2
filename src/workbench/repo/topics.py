"""The names of what a study finds, each with the value that its finding holds.

A finding's topic is the text of one of these constants; where nothing was seen there is no
finding. The topics that exist once for each kind of spec are functions of the kind.
"""

from __future__ import annotations

# What a newcomer would read first.
GUIDANCE = "guidance"  # list of paths in reading order: CLAUDE.md, AGENTS.md ... README
READING = "reading"  # outlines: the target is so large that function bodies were not parsed
FRAMEWORK = "framework"  # the main one by imports: torch, lightning, tensorflow, keras, jax ...
FRAMEWORKS = "frameworks"  # every one in use: {framework: number of files that import it}

# Where things live.
PACKAGE = "package"  # dotted name of the main package, "" in a repository of scripts
PACKAGE_FOLDER = "package folder"  # its folder, "." in a repository of scripts
LAYOUT = "layout"  # src | package | scripts | empty
IMPORT_ROOT = "import root"  # the folder that stands on sys.path: ".", "src" ...
CONFIG_FOLDER = "config folder"  # where configuration files live
TEST_FOLDER = "test folder"  # the root of the tests

# Names and tests.
FILE_NAMING = "file naming"  # snake_case | lowercase | CamelCase | kebab-case
KIN = "kin"  # {last word of class names: folder} for words whose classes live in one folder
CLASS_NAMING = "class naming"  # CapWords | other
TEST_FILES = "test files"  # template: "test_{name}.py" or "{name}_test.py"
TEST_LAYOUT = "test layout"  # mirrored | flat | beside (the code); none where there are no tests
TEST_PLACES = "test places"  # {folder of the code: folder of its tests}, as seen
TEST_STYLE = "test style"  # functions | classes | unittest
TEST_COMMAND = "test command"  # how the tests are run, for example "pytest tests"

# How the code is written.
DOCSTRING_STYLE = "docstring style"  # google | numpy | rest | plain
DOCSTRING_COVERAGE = "docstring coverage"  # share of public classes and functions, 0 to 1
OPTIONS_DOCUMENTED = "options documented in"  # class | __init__ : where a constructor is documented
ANNOTATIONS = "annotations"  # share of parameters and results that are annotated, 0 to 1
OPTIONAL_SYNTAX = "optional syntax"  # "X | None" or "Optional[X]"
GENERIC_SYNTAX = "generic syntax"  # "list[int]" or "List[int]"
TENSOR_NAME = "tensor name"  # "torch.Tensor" or "Tensor", as annotations write it
NN_IMPORT = "nn import"  # the statement that imports torch.nn, most used
FUNCTIONAL_IMPORT = "functional import"  # the statement that imports torch.nn.functional
CONSTRUCTOR_OPTIONS = "constructor options"  # keyword-only | positional | config
FUTURE_ANNOTATIONS = "future annotations"  # true | false
IMPORT_STYLE = "import style"  # absolute | relative, of what lies in other folders of the package
SIBLING_IMPORTS = "sibling imports"  # absolute | relative, of what lies in the same folder
MODULE_ALL = "module __all__"  # true | false: files that define models have __all__
INIT_EXPORTS = "init re-exports"  # names | star | none
LOGGING = "logging"  # logging | print | loguru | absl | none
LOGGER = "logger"  # the line that makes a module's logger
CONFIGURATION = "configuration"  # dataclass | argparse | yaml | hydra | pydantic | ...
ERROR_TYPES = "error types"  # {exception: how often it is raised}, the most frequent first
ERROR_STYLE = "error style"  # raise | assert: how a wrong argument is told
FACTORIES = "factories"  # {function: file} that make models or layers from a name or a size
JAXTYPING = "jaxtyping"  # true where annotations tell shapes
LICENCE_HEADER = "licence header"  # the comment that opens a file, "" for none
PYTHON = "python"  # the required version, for example ">=3.10"
REQUIRES = "requires"  # {framework: the versions that the target asks for}

# How the code is formatted.
FORMATTER = "formatter"  # ruff | black | yapf | autopep8 | none
LINE_LENGTH = "line length"  # as configured, or as measured
QUOTES = "quotes"  # double | single
INDENTATION = "indentation"  # number of spaces, or "tab"
LINE_ENDINGS = "line endings"  # lf | crlf

# What an export has to respect.
HAZARDS = "hazards"  # list of: pre-commit, git lfs, submodules, line endings, sign-off, hooks ...
MODEL_PAGES = "model pages"  # {document: the models that it names} where models are listed

# How changes are told.
COMMITS = "commit style"  # {prefix, scope, capitalised, mood, length, period, words}


def folder(kind: str) -> str:
    """Name the topic of the folder where a kind lives; its value is a path."""
    return f"{kind} folder"


def file(kind: str) -> str:
    """Name the topic of a kind's file in its folder, for example "{name}.py"."""
    return f"{kind} file"


def file_names(kind: str) -> str:
    """Name the topic of how a kind's files are named after their classes.

    Its value is a mapping: ``style`` (a value of `FILE_NAMING`, or ``""`` where no class has two
    words) and ``drops``, the last words of classes that file names leave out: ``loss`` for
    ``FocalLoss`` in ``focal.py``.
    """
    return f"{kind} file names"


def base(kind: str) -> str:
    """Name the topic of the target's own base class of a kind.

    Its value is a mapping: ``class`` (dotted), ``import`` (the statement as the target writes it),
    ``constructor`` (none, options, positional or config), ``required`` (parameters without a
    default), ``options`` (parameters with one), ``abstract`` (methods to define), ``expects``
    (attributes that its own methods read but never set) and ``subclasses`` (how many).
    """
    return f"{kind} base"


def registry(kind: str) -> str:
    """Name the topic of the registry of a kind.

    Its value is a mapping: ``form`` (decorator or table), ``on`` (class or function), ``text``
    (the decorator with ``{name}`` for the registered name), ``import`` (the statement), ``name``
    (snake_case, CamelCase or none) and, for a table, ``path`` and ``table``.
    """
    return f"{kind} registry"
