"""A kill table as it is read by people: mistakes made on purpose, and the tests that noticed."""

from __future__ import annotations

from workbench.records import Kill, KillTable
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, difference_lines, fold, head, number, sub, table
from workbench.widgets._view import View

_SIGNS = {
    "killed": ("✓", "good"),
    "survived": ("✗", "bad"),
    "equivalent": ("○", "none"),
}


def kill_view(kills: KillTable) -> View:
    """Show a kill table.

    Args:
        kills: The table.

    Returns:
        The view; survivors first, for each is a test that is missing.
    """
    return View(
        join([head("What the tests notice", sub(summary(kills))), kill_piece(kills)]), _text(kills)
    )


def kill_piece(kills: KillTable) -> Html:
    """Show the rows of a kill table, survivors first."""
    if not kills.kills:
        return sub(kills.reason or "no mistake could be made on purpose")
    ordered = [*kills.survivors, *kills.with_outcome("killed"), *kills.with_outcome("equivalent")]
    titles = ["outcome_", "mistake made on purpose", "noticed by+"]
    shown = tag("div", table(titles, map(_row, ordered), "Kill table"), class_="wb-scroll")
    shown = join([heat_piece(kills), shown])
    lists = {
        "What each test would notice": [
            f"{test.id.partition('::')[2]} would fail if: {' '.join(would)}"
            for test in kills.tests
            if (would := kills.would_fail_if(test.id))
        ],
        "Tests that notice nothing": list(kills.idle or ()),
        "Tests that notice nothing that others do not": list(kills.redundant or ()),
        "The fewest tests that notice as much": list(kills.smallest() or ()),
    }
    folds = [
        fold(title, tag("pre", "\n".join(lines)), box=False)
        for title, lines in lists.items()
        if lines
    ]
    return join([shown, *folds])


def heat_piece(kills: KillTable) -> Html:
    """Draw which test noticed which mistake: a row for each mistake, a column for each test."""
    tests = list(dict.fromkeys(name for kill in kills.kills for name in kill.by))
    if not tests:
        return Html()
    numbers = (tag("th", number, scope="col") for number in range(1, len(tests) + 1))
    rows = [tag("tr", tag("th", "mistake", scope="col"), *numbers)]
    for kill in kills.kills:
        sign, tone = _SIGNS[kill.outcome]
        name = f"{sign} {kill.mutant.operator} in line {kill.mutant.line}"
        cells = [_square(test in kill.by) for test in tests]
        rows.append(tag("tr", tag("th", name, scope="row", class_=f"wb-{tone}"), *cells))
    legend = [
        tag("div", join([tag("b", at), " ", tag("code", test.partition("::")[2] or test)]))
        for at, test in enumerate(tests, start=1)
    ]
    first = "" if kills.whole else sub("each mistake met the tests only until one noticed it")
    names = fold("The tests by number", *legend, box=False)
    return join([tag("table", *rows, class_="wb-heat", aria_label="Kill map"), first, names])


def _square(noticed: bool) -> Html:
    if not noticed:
        return tag("td", "·")
    return tag("td", "■", title="noticed", style="color: var(--wb-good)")


def summary(kills: KillTable) -> str:
    """Count what was noticed, in words."""
    killed, survived = len(kills.with_outcome("killed")), len(kills.survivors)
    if not kills.kills:
        return kills.reason or "nothing to notice"
    alike = len(kills.with_outcome("equivalent"))
    counted = f"{killed} of {number(killed + survived, 'mistake')} noticed"
    return counted + (f", {alike} without a difference" if alike else "")


def _row(kill: Kill) -> tuple[object, ...]:
    sign, tone = _SIGNS[kill.outcome]
    mutant = kill.mutant
    what = fold(
        mutant.what or mutant.operator,
        tag("p", mutant.why) if mutant.why else "",
        difference_lines(mutant.diff),
        box=False,
    )
    place = tag("code", f"{mutant.path}:{mutant.line}")
    return badge(kill.outcome, sign, tone), join([what, place]), _noticed(kill)


def _noticed(kill: Kill) -> Html:
    if kill.outcome == "survived":
        wanted = kill.suggestion or kill.mutant.fix
        hint = f"no test; {wanted}" if wanted else "no test"
        return join([hint, sub(f" {kill.reason}") if kill.reason else ""])
    if kill.outcome == "equivalent":
        return sub(kill.reason)
    names = join((tag("code", name.partition("::")[2] or name) for name in kill.by[:3]), " ")
    more = sub(f" and {len(kill.by) - 3} more") if len(kill.by) > 3 else ""
    return join([names, more, sub(f" by {kill.how}") if kill.how else ""])


def _text(kills: KillTable) -> str:
    lines = [f"kill table: {summary(kills)}"]
    for kill in kills.survivors:
        mutant = kill.mutant
        lines.append(f"  survived {mutant.path}:{mutant.line} {mutant.what or mutant.operator}")
        lines += [f"    missing test: {kill.suggestion}"] if kill.suggestion else []
    return "\n".join(lines)
