"""Tells tables of absolute positions apart: learned, sinusoidal, or something else."""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Array, Case
from workbench.checks._meetings import projected_alike
from workbench.checks._scores import profiles
from workbench.checks._subject import Subject

_BASE = 10000.0


def table_scheme(subject: Subject, case: Case, axis: str) -> tuple[str, str, str]:
    """Name the table of positions that is added to the content.

    Args:
        subject: What is looked at.
        case: The circumstances.
        axis: The axis of positions.

    Returns:
        ``learned``, ``sinusoidal`` or ``other``, what was seen, in words, and the name of a
        learned table.

    Raises:
        CannotLook: Positions matter, and what brings them in cannot be seen.
    """
    first = graph(subject, case)
    added = [found for node in first.nodes if (found := _added(first, node, case.sizes[axis]))]
    if not added:
        return _without_table(subject, case, axis)
    operand = first[added[0]]
    before = first.members(first.before(operand.number))
    parameters = [node for node in before if node.kind == "parameter"]
    if operand.kind == "parameter" or parameters:
        name = operand.name or parameters[0].name
        return "learned", f"a learned table of positions, {name}", name
    values = graph(subject, case, whole=[operand.number]).kept[operand.number]
    return *_fixed(values.reshape(-1, values.shape[-1])[: case.sizes[axis]]), ""


def _added(graph: Graph, node: Node, time: int) -> int | None:
    """Return an addition's operand that has a row for each place and depends on no input."""
    if node.kind != "pointwise" or not node.op.startswith("add") or len(node.sources) < 2:
        return None
    if not graph.used >> node.number & 1 or time not in node.shape:
        return None
    fixed = [s for s in node.sources if not graph.varies(s)]
    if not fixed or len(fixed) == len(node.sources):
        return None
    shape = graph[fixed[0]].shape
    has_rows = len(shape) >= 2 and shape[-2] == time and shape[-1] == node.shape[-1]
    return fixed[0] if has_rows and shape[-1] != time else None


def _fixed(table: Array) -> tuple[str, str]:
    """Compare a table ``(time, width)`` with that of Vaswani et al. 2017, section 3.5."""
    width = table.shape[1]
    cosines = _cosines(table)
    wanted = np.cos(_BASE ** (-np.arange(0, width, 2) / width))
    rows = (table**2).sum(1)
    uneven = width % 2 == 0 and np.ptp(rows) > 1e-6 * rows.max()  # sin^2 + cos^2 = 1
    if cosines is None or uneven:
        return "other", "a fixed table of positions whose columns are no sines and cosines"
    each = np.repeat(wanted, 2)[:width]
    if not np.allclose(np.sort(cosines), np.sort(each), atol=1e-6):
        return "other", "sines and cosines whose frequencies are not 10000^(-2i/d)"
    words = f"sines and cosines of 10000^(-2i/{width}) times the position"
    return "sinusoidal", words


def _cosines(table: Array) -> Array | None:
    """Return cos(w) of every column, where all columns are sinusoids; else None.

    A sinusoid of frequency w obeys x[t + 1] + x[t - 1] = 2 cos(w) x[t].
    """
    middle, sides = table[1:-1], table[2:] + table[:-2]
    power = (middle**2).sum(0)
    cosines = (middle * sides).sum(0) / np.where(power > 0, 2 * power, 1.0)
    rest = np.abs(sides - 2 * cosines * middle).max(0)
    smooth = rest <= 1e-6 * np.abs(table).max()
    return cosines if bool(np.all(smooth & (power > 0))) else None


def _without_table(subject: Subject, case: Case, axis: str) -> tuple[str, str, str]:
    """Look for a parameter whose rows are positions: with all rows alike, positions are gone."""
    weights = subject.weights("spread", case.dtype)
    for name in subject.learned(case.dtype):
        values = weights[name]
        if values.ndim < 2 or case.sizes[axis] > max(values.shape[:-1]):
            continue
        at = int(np.argmax(values.shape[:-1]))
        level = {**weights, name: np.broadcast_to(values.mean(at, keepdims=True), values.shape)}
        if all(profile.flat for profile in profiles(subject, case, weights=level)):
            return "learned", f"a learned table of positions, {name}", name
    if projected_alike(subject, case, axis):
        words = "positions enter between the projections and the scores, by no law that is known"
        return "other", words, ""
    raise CannotLook("positions matter, but what brings them in was not seen")
