"""The splits share no item, hold all together, are the same each time, and do not know each other.

Why: A row that stands in training and in test makes the test worthless; a normalisation that is
computed over all rows tells the training what the test looks like.
Fix: Shuffle the indices once with a seed of their own, cut, and compute every statistic from the
training part alone.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("dataset",)
DECIDES = {"splits": (NUMBER,)}
COST = 12

_EVERY, _FAR = 3, 50.0  # which rows are changed, and by how much


def check(subject: Subject) -> Decision:
    """Build every split, compare their items, and change the data that only the others hold."""
    option = subject.spec.roles.get("split", "")
    if not option:
        raise CannotLook("no option chooses the split; write the role split")
    words = str(subject.phrase.expression.value(subject.spec.options)).split()
    if len(words) < 2:
        raise CannotLook("write the splits as words in quotes: splits == 'train validation'")
    data = _dataset.given(subject, count=41)
    parts = {word: _items(subject, data, option, word) for word in words}
    conditions = {"items": data.count, "splits": words}
    seen = {word: [_identity(item) for item in items] for word, items in parts.items()}
    for at, one in enumerate(words):
        for other in words[at + 1 :]:
            shared = set(seen[one]) & set(seen[other])
            if shared:
                text = f"{len(shared)} items in {one} and in {other}"
                return failed(text, "no item in both", conditions)
    total = sum(len(items) for items in parts.values())
    if total != data.count:
        return failed(f"{total} items in all splits", f"{data.count}", conditions)
    for word in words:
        again = [_identity(item) for item in _items(subject, data, option, word)]
        if again != seen[word]:
            return failed(f"another {word} split when built again", "the same", conditions)
    return _leak(subject, data, option, parts) or passed(
        f"{', '.join(f'{len(parts[word])} {word}' for word in words)}, none shared", **conditions
    )


def _items(subject: Subject, data: _dataset.Given, option: str, word: str) -> list[Arrays]:
    count = _dataset.play(subject, data, [{"do": "length"}], options={option: word})[0].length
    script = [_dataset.item(index) for index in range(count)]
    return [
        played.values for played in _dataset.play(subject, data, script, options={option: word})
    ]


def _identity(item: Arrays) -> bytes:
    return b"".join(np.ascontiguousarray(item[name]).tobytes() for name in sorted(item))


def _leak(
    subject: Subject, data: _dataset.Given, option: str, parts: dict[str, list[Arrays]]
) -> Decision | None:
    """Change one row after another: a row of another split may change no training item.

    The row belongs to the split with the item that moves most.
    """
    learned, *others = parts
    name = next((n for n, values in data.inputs.items() if values.dtype.kind == "f"), "")
    for row in range(0, data.count if name else 0, _EVERY):
        values = data.inputs[name].copy()
        values[row] = values[row] + _FAR
        inputs = {**data.inputs, name: values}
        changed = _dataset.Given(inputs=inputs, lengths=data.lengths, count=data.count)
        moved = {
            word: _moved(items, _items(subject, changed, option, word))
            for word, items in parts.items()
        }
        owner = max(moved, key=lambda word: moved[word])
        if owner in others and moved[learned] > 0:
            seen = f"a changed row of {owner} moves items of {learned} by {moved[learned]:.3g}"
            return failed(seen, "no change", {"row": row, "items": data.count})
    return None


def _moved(items: list[Arrays], after: list[Arrays]) -> float:
    """Measure how far the item that moved most has moved."""
    if len(items) != len(after):
        return float("inf")
    return max(
        (
            float(np.max(np.abs(one[name].astype(float) - other[name].astype(float)), initial=0.0))
            for one, other in zip(items, after, strict=True)
            for name in one
        ),
        default=0.0,
    )
