"""A sentence as it was read: what was understood is marked, and so is what was not."""

from __future__ import annotations

from typing import Any

from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, listed, number, sub
from workbench.widgets._view import View


def reading_view(reading: Any) -> View:
    """Show a reading.

    Args:
        reading: A `workbench.implementers.blueprint.Reading`.

    Returns:
        The view.
    """
    sentence = reading.spec.text
    spans = sorted([*reading.understood, *reading.gaps], key=lambda span: span.start)
    parts: list[object] = []
    end = 0
    for span in spans:
        if span.start < end:
            continue
        parts += [sentence[end : span.start], _marked(span)]
        end = span.end
    parts.append(sentence[end:])
    known = f"{number(len(reading.understood), 'part')} understood"
    counts = [badge(known, "✓", "good")]
    if reading.gaps:
        counts += [badge("not understood", "?", "warn"), listed(reading.not_understood)]
    else:
        counts.append(sub("every word was understood"))
    if reading.sketched:
        counts.append(sub("a sketch: complete it; an agent or you can write the code"))
    body = join([tag("p", *parts, class_="wb-read"), join(counts, " ")])
    return View(body, f"{known}; not understood: {', '.join(reading.not_understood) or 'nothing'}")


def _marked(span: Any) -> Html:
    if not span.meaning:
        return tag("mark", span.text, class_="wb-gap", title="not understood")
    value = span.meaning if " = " in span.meaning else ""
    said = tag("small", value) if value else ""
    return tag("mark", span.text, said, class_="wb-known", title=span.meaning)
