"""How the target's code is formatted: as its settings say, or as its lines show."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from workbench.records import Evidence, Finding
from workbench.repo import topics
from workbench.repo._guidance import guides as _guides
from workbench.repo._settings import Settings, Value
from workbench.repo._source import Source
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, Place, counted, majority, whole
from workbench.repo._tree import Unreadable

_LIMITS = (79, 80, 88, 96, 99, 100, 110, 120)
_DEFAULT = 88  # of ruff and of black
_COVERED = 0.985  # share of lines that a limit must hold, where no setting tells
_SAMPLE = 40  # files whose strings are read, at most
_STRINGS = 50  # strings of one file that count, at most
_LINES = 400  # lines of each, for reading tokens is slow
_COMMANDS = (  # as a Makefile, a script or a workflow runs them
    ("ruff", r"^(?!\s*#).*\bruff\b.*\bformat\b"),
    ("black", r"^(?!\s*#)[^#]*\bblack\b(?!.*--version)\s+[-./\w$]"),
    ("yapf", r"^(?!\s*#)[^#]*\byapf\b\s+[-./\w$]"),
)
_PROSE = re.compile(
    r"\b(?:line[ -]length|max(?:imum)? line|lines? (?:of|up to|at most))\D{0,30}(\d{2,3})\b",
    re.IGNORECASE,
)
_SWITCH = re.compile(r"(?:-l|--line-length)[ =](\d{2,3})\b")
_BLOCK = re.compile(r"\n[A-Za-z][^\n]*:\n(\t|[ \t]+)(?=\S)")  # at the top of a file
_HOOKS = (
    ("ruff", r"^\s*-\s*id:\s*ruff-format"),
    ("black", r"^\s*-\s*id:\s*(black|ufmt)"),
    ("yapf", r"^\s*-\s*id:\s*yapf"),
    ("autopep8", r"^\s*-\s*id:\s*autopep8"),
)


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Read the settings first and measure what they leave open."""
    yield _formatter(survey.settings)
    yield _line_length(survey)
    yield _quotes(survey)
    yield _indentation(survey)
    yield _line_endings(survey)


def _formatter(settings: Settings) -> Finding:
    for name, value in (
        ("ruff", settings.ruff("format")),
        ("black", settings.get("pyproject.toml", "tool", "black")),
        ("yapf", settings.first(("setup.cfg", "yapf"), (".style.yapf", "style"))),
        ("yapf", settings.get("pyproject.toml", "tool", "yapf")),
    ):
        if value:
            return Finding(topic=topics.FORMATTER, value=name, evidence=(value.evidence,))
    for name, pattern in _HOOKS:
        shown = settings.find(".pre-commit-config.yaml", pattern)
        if shown.line:
            return Finding(topic=topics.FORMATTER, value=name, evidence=(shown,))
    for name, pattern in _COMMANDS:
        for file in settings.scripts:
            shown = settings.find(file, pattern)
            if shown.line:
                return Finding(topic=topics.FORMATTER, value=name, evidence=(shown,))
    return Finding(topic=topics.FORMATTER, value="none")


def _line_length(survey: Survey) -> Finding | None:
    settings = survey.settings
    value = settings.ruff("line-length") or settings.first(
        ("pyproject.toml", "tool", "black", "line-length"),
        ("pyproject.toml", "tool", "black", "line_length"),
    )
    formatter = _formatter(settings)
    told = _told(survey, formatter)
    if value is None and told:
        return told
    if value is None and formatter.value in {"ruff", "black"}:
        return formatter.model_copy(update={"topic": topics.LINE_LENGTH, "value": _DEFAULT})
    value = value or settings.first(
        ("setup.cfg", "yapf", "column_limit"),
        (".style.yapf", "style", "column_limit"),
        ("pyproject.toml", "tool", "yapf", "column_limit"),
        ("setup.cfg", "flake8", "max-line-length"),
        (".flake8", "flake8", "max-line-length"),
        ("tox.ini", "flake8", "max-line-length"),
        ("pyproject.toml", "tool", "isort", "line_length"),
        (".editorconfig", "*.py", "max_line_length"),
        (".editorconfig", "*", "max_line_length"),
    )
    number = _number(value)
    if value and number:
        return Finding(topic=topics.LINE_LENGTH, value=number, evidence=(value.evidence,))
    return _measured(survey.code)


def _told(survey: Survey, formatter: Finding) -> Finding | None:
    """Read the line length from the formatter's command, or from what contributors are told."""
    switch = _SWITCH.search(formatter.evidence[0].text) if formatter.evidence else None
    if switch:
        length = int(switch[1])
        return formatter.model_copy(update={"topic": topics.LINE_LENGTH, "value": length})
    for path in _guides(survey.tree.files):
        for number, line in enumerate(_text(survey, path).split("\n"), start=1):
            said = _PROSE.search(line)
            if said and 60 <= int(said[1]) <= 160:
                shown = Evidence(path=path, line=number, text=line.strip()[:120])
                return Finding(topic=topics.LINE_LENGTH, value=int(said[1]), evidence=(shown,))
    return None


def _text(survey: Survey, path: str) -> str:
    try:
        return survey.tree.read(path)
    except Unreadable:
        return ""


def _number(value: Value | None) -> int:
    text = str(value.value) if value else ""
    return int(text) if text.isdigit() and 20 <= int(text) <= 320 else 0


def _measured(sources: tuple[Source, ...]) -> Finding | None:
    lengths: Counter[int] = Counter()
    longest = "", 0
    for source in sources:
        own = Counter(map(len, source.text.split("\n")))
        lengths.update(own)
        longest = max(longest, (source.path, max(own)), key=itemgetter(1))
    seen = sum(lengths.values()) - lengths[0]
    if not seen:
        return None
    for limit in _LIMITS:
        share = sum(n for length, n in lengths.items() if 0 < length <= limit) / seen
        if share >= _COVERED:
            break
    return Finding(
        topic=topics.LINE_LENGTH,
        value=limit,
        share=round(share, 3),
        seen=seen,
        evidence=(whole(longest[0]),),
    )


def _quotes(survey: Survey) -> Finding | None:
    value = survey.settings.ruff("format", "quote-style")
    if value and value.value in {"single", "double"}:
        return Finding(topic=topics.QUOTES, value=value.value, evidence=(value.evidence,))
    counts: Counter[str] = Counter()
    evidence: dict[str, Place] = {}
    step = max(1, len(survey.code) // _SAMPLE)
    for source in survey.code[::step]:
        own: Counter[str] = Counter()
        for quote, line in _strings(source):
            own[quote] += 1
            evidence.setdefault(quote, (source, line))
        for quote, seen in own.items():  # a table of strings is one file's habit
            counts[quote] += min(seen, _STRINGS)
    return counted(topics.QUOTES, counts, evidence)


def _strings(source: Source) -> Iterator[tuple[str, int]]:
    """Yield the quote of each short string that could have had the other quote as well."""
    text = "\n".join(source.lines[:_LINES])
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.STRING:
                text = token.string.lstrip("rbfuRBFU")
                if not text.startswith(('"""', "'''")) and not re.search(r"['\"]", text[1:-1]):
                    yield ("single" if text[0] == "'" else "double"), token.start[0]
    except (tokenize.TokenError, IndentationError):  # the cut may fall into a statement
        return


def _indentation(survey: Survey) -> Finding | None:
    value = survey.settings.ruff("indent-width")
    tabs = survey.settings.ruff("format", "indent-style")
    if tabs and tabs.value == "tab":
        return Finding(topic=topics.INDENTATION, value="tab", evidence=(tabs.evidence,))
    if value:
        return Finding(topic=topics.INDENTATION, value=value.value, evidence=(value.evidence,))
    votes: list[tuple[str | int, Place]] = []
    for source in survey.code:
        for block in _BLOCK.finditer("\n" + source.text):
            known = len(votes) < SHOWN  # counting lines is slow, and few places are shown
            line = source.text.count("\n", 0, block.end()) + 1 if known else 0
            votes.append(("tab" if block[1][0] == "\t" else len(block[1]), (source, line)))
    return majority(topics.INDENTATION, votes)


def _line_endings(survey: Survey) -> Finding | None:
    """Ask git how the committed files end their lines; elsewhere look at the bytes."""
    paths = [source.path for source in survey.sources]
    if not paths:
        return None
    votes = []
    for path in paths[:: max(1, len(paths) // _SAMPLE)]:
        with (survey.tree.root / path).open("rb") as file:
            first = file.readline()
        votes.append(("crlf" if first.endswith(b"\r\n") else "lf", whole(path)))
    return majority(topics.LINE_ENDINGS, votes)
