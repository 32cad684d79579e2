"""One call costs as many floating point operations as the spec says.

Why: The count of operations is the second fingerprint of an architecture: a projection that is
computed twice, a wrong stride or an attention over the whole where a window was asked for changes
no shape and no parameter, and triples the bill.
Fix: Compare the operations per layer in the shape flow with the closed form; look for work that is
repeated, for sizes before and after strides, and for products that could be shared.
"""

from __future__ import annotations

from workbench.checks import _sizes
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ()
DECIDES = {"flops": (NUMBER,), "activation bytes": (NUMBER,)}
COST = 6
SIZED = True

_COUNTED = {"flops": "flops", "activation bytes": "saved"}
_THINGS = {
    "flops": "floating point operations of products, a multiplication and an addition are two",
    "activation bytes": "bytes kept for the backward pass, without parameters",
}


def check(subject: Subject) -> Decision:
    """Count at full size, without data, at the largest sizes."""
    line, options = subject.phrase, subject.spec.options
    sizes = _sizes.largest(subject.spec, options)
    answer = subject.outline(options)
    count = int(answer[_COUNTED[line.phrase]])
    wanted = int(line.expression.value({**options, **sizes}))
    conditions = {"options": dict(options), "sizes": sizes, "device": "meta", "dtype": "float32"}
    holds = {"==": count == wanted, "<=": count <= wanted, ">=": count >= wanted}[line.comparison]
    things = _THINGS[line.phrase]
    if holds:
        return passed(f"{count:,} {things}", **conditions)
    key = _COUNTED[line.phrase]
    steps = sorted(answer["flow"], key=lambda step: -step[key])
    largest = ", ".join(
        f"{step['name']} {step[key]:,}" for step in steps[:6] if step["name"] and step[key]
    )
    seen = f"{count:,} {things} ({count - wanted:+,}); the largest: {largest or 'the call itself'}"
    return failed(seen, f"{line.comparison} {wanted:,}", conditions)
