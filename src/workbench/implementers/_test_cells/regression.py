"""Regression tests: what is fixed by the seed, and by the formulas.

Numbers of one run are not written down here: they would differ between versions and machines, and
nobody could check them. Instead the output is recomputed by another way where there is one.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from workbench.implementers._test_cells.setup import CLASSES, build, make_inputs


def test_the_seed_fixes_everything() -> None:
    """The same seed gives the same weights and output, bit for bit."""
    inputs = make_inputs()
    first, second = build(seed=5).eval(), build(seed=5).eval()
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name]), name
    assert torch.equal(first(**inputs), second(**inputs))


def test_another_seed_gives_another_module() -> None:
    """The weights are drawn, not fixed.

    Needs: new, learns
    """
    inputs = make_inputs()
    assert not torch.equal(build(seed=5).eval()(**inputs), build(seed=6).eval()(**inputs))


def test_a_call_leaves_no_trace() -> None:
    """In evaluation nothing is remembered from one call to the next.

    Covers: deterministic
    """
    module, inputs = build().eval(), make_inputs()
    before = module(**inputs)
    module(**make_inputs(batch=5, seed=1))
    assert torch.equal(module(**inputs), before)


def test_the_first_loss_is_that_of_guessing() -> None:
    """Before training the loss is near the logarithm of the classes.

    Needs: classes
    """
    inputs = make_inputs(batch=64)
    logits = build().eval()(**inputs)
    targets = torch.arange(64) % CLASSES
    assert abs(F.cross_entropy(logits, targets).item() - math.log(CLASSES)) < 0.5
