"""A study as it is read by people: each finding with its share and the lines that show it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from workbench.records import Evidence, Finding, Placement, Study
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import difference, fold, head, listed, number, sub, table
from workbench.widgets._view import View

_FIRST = 12


def study_view(study: Study, placement: Placement | None = None) -> View:
    """Show what was learned of the target and, where it is known, where the code goes.

    Args:
        study: The study.
        placement: Where the code of the spec goes.

    Returns:
        The view.
    """
    commit = f"commit {study.commit[:12]}" if study.commit else "not under git"
    titles = ["topic_", "found", "share_", "evidence+"]
    findings = table(titles, map(_row, study.findings), "Findings")
    body = join(
        [
            head(study.root, sub(f"{commit} · {number(len(study.findings), 'finding')}")),
            placement_piece(placement) if placement else "",
            tag("div", findings, class_="wb-scroll"),
            _skipped(study.skipped),
        ]
    )
    lines = [f"{study.root} ({commit})"]
    lines += [f"  {finding.topic}: {_short(finding.value)}" for finding in study.findings]
    if placement:
        lines.append(f"  the code goes to {placement.path}, its tests to {placement.test_path}")
    return View(body, "\n".join(lines))


def placement_piece(placement: Placement) -> Html:
    """Show where the code of a spec goes in the target."""
    rows: list[tuple[object, object]] = [
        ("module", listed([placement.path])),
        ("tests", listed([placement.test_path])),
        ("imported as", listed([placement.module])),
    ]
    if placement.base:
        rows.append(("base class", listed([placement.base])))
    for edit in placement.edits:
        change = join([edit.reason, difference(edit.before, edit.after)])
        rows.append(("change", fold(tag("code", edit.path), change, box=False)))
    why = _evidence(placement.evidence)
    rows.append(("because", why)) if why else None
    return fold("Where the code goes", table(["_", ""], rows, "Placement"), open_=True)


def _row(finding: Finding) -> tuple[object, ...]:
    share = f"{finding.share:.0%} of {finding.seen}" if finding.seen else ""
    return tag("b", finding.topic), _value(finding.value), share, _evidence(finding.evidence)


def _value(value: object) -> Html:
    if isinstance(value, str | int | float | bool):
        return listed([value])
    if isinstance(value, list | tuple):
        first = list(map(_short, value[:_FIRST]))
        more = sub(f"and {len(value) - _FIRST} more") if len(value) > _FIRST else ""
        return join([listed(first), more], " ")
    if isinstance(value, Mapping):
        entries = [f"{key}: {_short(item)}" for key, item in list(value.items())[:_FIRST]]
        more = sub(f"and {len(value) - _FIRST} more") if len(value) > _FIRST else ""
        return join([listed(entries), more], " ")
    return listed([_short(value)])


def _evidence(evidence: tuple[Evidence, ...]) -> Html:
    if not evidence:
        return Html()
    places = [f"{one.path}:{one.line}" if one.line else one.path for one in evidence]
    lines = "\n".join(
        f"{place}  {one.text}".rstrip() for place, one in zip(places, evidence, strict=True)
    )
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return fold(f"{places[0]}{more}", tag("pre", lines, class_="wb-wrap"), box=False)


def _skipped(skipped: Mapping[str, str]) -> Html:
    if not skipped:
        return Html()
    rows = [(tag("code", path), reason) for path, reason in skipped.items()]
    return fold(
        f"{number(len(skipped), 'file')} could not be read", table(["file", "why"], rows, "Skipped")
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else text[:117] + "..."
