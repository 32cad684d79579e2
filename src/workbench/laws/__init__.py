"""One component of networks per file: the law that tells it from a wrong formula of the same shape.

A law is a module:

    its docstring       what the component computes, and the paper or equation that says so
    law(part)           yields a `Claim` for each thing that must hold, the plainest one first

It holds no tensor library: it gives the part inputs, weights and noise of its own choice and looks
at what comes out. A claim is two arrays and what they are; who asks compares them. A law that
cannot be tried on a part (no parameter has the shape of a gate, there is no second input) says so
with `Unsuited`. To add a law is to add its file here, and a good and a bad draft of it to
``tests/laws/pairs``.
"""

from workbench.laws._formulas import convolved, erf, gelu, sigmoid, silu, spread_out
from workbench.laws._part import Answered, Claim, Part, Unsuited
from workbench.laws._positions import angles, rotated

__all__ = ["Answered", "Claim", "Part", "Unsuited"]
__all__ += ["angles", "convolved", "erf", "gelu", "rotated", "sigmoid", "silu", "spread_out"]
