"""The replay implementer: a finished journal, offered again, with no key and no call of a model.

It yields the recorded drafts in the order in which they were checked and compares each report that
it receives with the recorded one: the same verdicts with the same outcomes, the same tests with the
same ends. The first that differs stops it, by name. A check that is newer than the recording, or
could not look when it was recorded, is no difference as long as it has nothing against the draft:
the workbench sees more by now. The recorded words are shown again.

Covered: a check that is stricter or laxer by now, a target or library that has moved, another spec.
Not covered: what a verdict saw in passing; seconds, devices and numbers may differ.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.errors import UsageError
from workbench.implementers import Target
from workbench.records import GOOD, Draft, Report, Study
from workbench.spec import Spec

_FILE = "journal.jsonl"
_BLIND = "inconclusive"  # as good as not there: it could not look
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A draft that was checked, its report, and what was said before it.

    Args:
        draft: The draft.
        report: The recorded report.
        said: The events that were told since the step before.
    """

    draft: Draft
    report: Report
    said: tuple[Event, ...]


def implement(
    spec: Spec,
    study: Study,
    target: Target,
    *,
    recording: str,
    tell: Callable[[dict[str, Any]], None] | None = None,
) -> Generator[Draft, Report, None]:
    """Offer the drafts of a recording again and compare their reports.

    Args:
        spec: What is asked for; the recording must be of the same.
        study: What is known of the target; it is not read.
        target: The target; it is not read.
        recording: A session's folder, or its journal.
        tell: Called with each recorded event that was told, marked ``replayed``.

    Yields:
        Each draft that was checked, in order, asking for the tier of its recorded report.

    Raises:
        UsageError: The recording cannot be read, is of another spec, or a verdict differs.
    """
    events = _events(Path(recording).expanduser())
    _require_same_spec(spec, events, recording)
    for number, step in enumerate(_steps(events, recording), start=1):
        for event in step.said:
            _tell_again(tell, event)
        wants = {"wants": step.report.tier, "implementer": "replay"}
        report = yield step.draft.model_copy(update=wants)
        _require_same_report(step.report, report, f"draft {number} ({step.draft.hash})")
    for event in _said_after_last_report(events):
        _tell_again(tell, event)


def _events(path: Path) -> list[Event]:
    file = path / _FILE if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(
            f"the recording {file} cannot be read: {reason}; name a session's folder or its {_FILE}"
        ) from None
    events: list[Event] = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or "event" not in event:
            raise UsageError(f"the recording {file} is damaged: line {number} is no event")
        events.append(event)
    return events


def _require_same_spec(spec: Spec, events: list[Event], recording: str) -> None:
    started = next((event for event in events if event["event"] == "started"), None)
    if started is None:
        raise UsageError(f"the recording {recording} holds no session; it does not say 'started'")
    try:
        recorded = Spec.model_validate(started["spec"])
    except (ValidationError, KeyError, UsageError) as error:
        raise UsageError(
            f"the recording {recording} holds a spec that cannot be read: {error}"
        ) from None
    if recorded.hash != spec.hash:
        theirs, ours = recorded.model_dump(mode="json"), spec.model_dump(mode="json")
        fields = ", ".join(name for name in ours if ours[name] != theirs.get(name))
        raise UsageError(
            f"the recording {recording} is of another spec ({recorded.name}; different: {fields}); "
            "replay it with its own spec, or record anew"
        )


def _steps(events: list[Event], recording: str) -> Iterator[Step]:
    drafts: dict[str, Draft] = {}
    said: list[Event] = []
    found = False
    for event in events:
        if event["event"] == "said":
            said.append(event)
        elif event["event"] == "drafted":
            drafts[event["hash"]] = _record(Draft, event.get("draft"), recording)
        elif event["event"] == "reported":
            draft = drafts.get(event["draft"])
            if draft is None:
                raise UsageError(
                    f"the recording {recording} reports on a draft that it does not hold"
                )
            report = _record(Report, event.get("report"), recording)
            yield Step(draft, report, tuple(said))
            said, found = [], True
    if not found:
        raise UsageError(
            f"the recording {recording} holds no checked draft; there is nothing to replay"
        )


def _said_after_last_report(events: list[Event]) -> list[Event]:
    last = max(number for number, event in enumerate(events) if event["event"] == "reported")
    return [event for event in events[last + 1 :] if event["event"] == "said"]


def _record(kind: Any, values: Any, recording: str) -> Any:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UsageError(
            f"the recording {recording} holds a {kind.__name__.lower()} of another version "
            f"({field}); record anew"
        ) from None


def _tell_again(tell: Callable[[dict[str, Any]], None] | None, event: Event) -> None:
    # The messages of the conversation are for its own resume and would only be a second copy.
    if tell is not None and event.get("kind") != "message":
        fields = {key: value for key, value in event.items() if key not in {"event", "time"}}
        tell({**fields, "replayed": True})


def _require_same_report(recorded: Report, report: Report, place: str) -> None:
    theirs, ours = _outcomes(recorded), _outcomes(report)
    for name in [*theirs, *(name for name in ours if name not in theirs)]:
        if theirs.get(name, _BLIND) == _BLIND and ours.get(name) in GOOD:
            continue
        if theirs.get(name) != ours.get(name):
            was, now = theirs.get(name, "not reached"), ours.get(name, "not reached")
            raise UsageError(
                f"the recording has drifted at {place}: {name} was {was} when it was recorded and "
                f"is {now} now; find out which change did that, or record anew"
            )


def _outcomes(report: Report) -> dict[str, str]:
    outcomes: dict[str, str] = {}
    for verdict in report.verdicts:
        name = " ".join(part for part in (verdict.requirement, verdict.check) if part)
        number = sum(known.partition(" #")[0] == name for known in outcomes)
        outcomes[f"{name} #{number + 1}" if number else name] = verdict.outcome
    return {**outcomes, **{f"test {test.id}": test.outcome for test in report.tests}}
