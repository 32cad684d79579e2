"""Every norm is of the kind, and has the epsilon and the groups, that the spec says.

Why: Layer norm and RMS norm differ by a mean, two epsilons only where values are small: shapes,
parameters and a first look at the loss are alike, loaded weights are off.
Fix: layer takes mean and variance over features, rms the root mean square, instance over places,
group over groups of channels, batch over the batch; the epsilon stands inside the root.
"""

from __future__ import annotations

from workbench.checks import _implied
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import graph
from workbench.checks._norms import fused, written
from workbench.checks._requirement import NUMBER, chosen, counted, word
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {
    "norm kind": ("layer", "rms", "batch", "group", "instance", "none"),
    "norm epsilon": (NUMBER,),
    "norm groups": (NUMBER,),
    "norm layers": (NUMBER,),
}
COST = 45


def implied(spec: Spec) -> list[str]:
    """Read options for the epsilon and for the groups of norms."""
    lines = _implied.equal(spec, "norm epsilon", _implied.EPSILON, float)
    groups = r"(num_|n_)?(norm_)?groups"
    attends = _implied.option(spec, _implied.HEADS, int)
    return lines + ([] if attends else _implied.equal(spec, "norm groups", groups, int))


def check(subject: Subject) -> Decision:
    """Read fused norms off their settings, and written-out ones off their values."""
    case = subject.bare()
    found = fused(graph(subject, case)) + written(subject, case)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    phrase = subject.phrase.phrase
    if phrase == "norm layers":
        return counted(subject, len(found), "norms", conditions)
    if phrase == "norm kind":
        kinds = sorted({norm.kind for norm in found}) or ["none"]
        where = next((n.where for n in found if n.kind != word(subject)), "")
        words = f"{len(found)} norms: {', '.join(kinds)}"
        return chosen(
            subject, kinds[0] if len(kinds) == 1 else "mixed", words, conditions, where=where
        )
    if not found:
        raise CannotLook("no norm was seen")
    if phrase == "norm groups":
        for norm in found:
            decision = counted(
                subject, norm.groups, "groups of a norm", conditions, where=norm.where
            )
            if decision.outcome == "failed":
                return decision
        return decision
    wanted = float(subject.phrase.expression.value(subject.options))
    for norm in found:
        if abs(norm.epsilon - wanted) > 1e-3 * wanted + 1e-14:
            words = f"an epsilon of {norm.epsilon:.3g}"
            return failed(words, f"{wanted:g}", conditions, where=norm.where)
    return passed(f"an epsilon of {wanted:g} in {len(found)} norms", **conditions)
