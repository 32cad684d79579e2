"""The feed-forward sublayers have the hidden width and the form that the spec says.

Why: A width of 8/3 for 4, or a gate whose second map is forgotten, changes no outer shape; weights
that were trained elsewhere do not fit.
Fix: plain is ``down(f(up(x)))``; gated is ``down(f(gate(x)) * up(x))``: with silu swiglu, with gelu
geglu, with sigmoid glu, with relu reglu (Shazeer 2020).
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.checks._blocks import residuals
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._pointwise import applied
from workbench.checks._requirement import NUMBER, chosen, counted
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
_FORMS = {"silu": "swiglu", "gelu": "geglu", "sigmoid": "glu", "relu": "reglu"}
DECIDES = {
    "feed-forward width": (NUMBER,),
    "feed-forward": ("plain", *_FORMS.values()),
}
COST = 34


@dataclass(frozen=True)
class _Sublayer:
    """A feed-forward sublayer: how wide it is inside, which form it has, and where it stands."""

    width: int
    form: str
    where: str


def check(subject: Subject) -> Decision:
    """Look into each residual branch without attention, or into the whole layer."""
    case = subject.bare()
    found = _sublayers(graph(subject, case))
    if not found:
        raise CannotLook("no two linear maps with a function between them were seen")
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for number, each in enumerate(found, start=1):
        if subject.phrase.phrase == "feed-forward":
            words = f"a {each.form} form in feed-forward sublayer {number}"
            decision = chosen(subject, each.form, words, conditions, where=each.where)
        else:
            words = f"hidden features in feed-forward sublayer {number}"
            decision = counted(subject, each.width, words, conditions, where=each.where)
        if decision.outcome == "failed":
            return decision
    return decision


def _sublayers(graph: Graph) -> list[_Sublayer]:
    branches = [block.inner for block in residuals(graph)] or [list(graph.nodes)]
    attending = [any(node.kind == "softmax" for node in branch) for branch in branches]
    plain = [b for b, attends in zip(branches, attending, strict=True) if not attends]
    functions = {each.node: each.name for each in applied(graph)}
    found = [_sublayer(graph, branch, functions) for branch in plain]
    return [each for each in found if each is not None]


def _sublayer(graph: Graph, branch: list[Node], functions: dict[int, str]) -> _Sublayer | None:
    linear = [n for n in branch if n.kind == "product" and graph.is_linear(n)]
    used = [n.number for n in branch if functions.get(n.number, "other") != "other"]
    behind = [n for n in linear if any(graph.comes_from(n.number, f) for f in used)]
    if not behind or not used:
        return None
    down = behind[0]
    hidden = graph[graph.varying(down)[0]]
    gate = _gate(graph, branch, used, down)
    name = functions[used[0]]
    name = "gelu" if name.startswith("gelu") else name
    form = "plain" if gate is None else _FORMS.get(name, f"gated by {name}")
    if gate is not None and len(_read(graph, gate, linear)) > 1:
        form = f"{form} with a gate that reads something else"
    return _Sublayer(hidden.shape[-1], form, graph.where(down.number))


def _read(graph: Graph, gate: Node, linear: list[Node]) -> set[int]:
    """Name what the maps before a gate read."""
    before = [node for node in linear if graph.comes_from(gate.number, node.number)]
    last = [n for n in before if not any(graph.comes_from(o.number, n.number) for o in before)]
    return {graph.bare(graph.varying(node)[0]) for node in last}


def _gate(graph: Graph, branch: list[Node], used: list[int], down: Node) -> Node | None:
    """Find a product, element by element, of the function's result and of another linear map."""
    for node in branch:
        operands = [graph.bare(source) for source in graph.varying(node)]
        if not node.op.startswith("mul") or len(set(operands)) != 2 or node.kind != "pointwise":
            continue
        if not graph.comes_from(down.number, node.number):
            continue
        active = [any(o == f or graph.comes_from(o, f) for f in used) for o in operands]
        if sorted(active) == [False, True] and node.number not in used:
            return node
    return None
