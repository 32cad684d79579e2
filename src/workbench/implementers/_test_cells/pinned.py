"""Regression tests: what the code does, as it was measured.

The numbers were not derived from anything: they say what the code did on the day when these tests
were written, under weights and inputs that no version and no machine draws in another way.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import math
import platform
import warnings
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from workbench.implementers._test_cells.setup import (
    CASES,
    HAS_MASK,
    INPUT,
    MASK,
    OPTIONS,
    Subject,
    build,
    make_inputs,
    make_mask,
)

PROBES: list[dict[str, Any]] = [{"width": 1}, {"width": 0}, {"width": 5}]
OPTIONAL: tuple[str, ...] = ("mask",)
OUTPUTS: dict[str, float] = {}
ARGUMENTS: dict[str, float] = {}
PRECISIONS: dict[str, str] = {}
PLACE = ""
STATE: dict[str, tuple[int, ...]] = {}
TRIED: dict[str, Any] = {}
SPOILED: dict[str, str] = {}
SPREADS: dict[str, float] = {}
SIGNATURE: dict[str, str] = {}
REFUSALS = (ValueError, AssertionError, KeyError, NotImplementedError)


@functools.cache
def drawn(shape: torch.Size, seed: int) -> Tensor:
    """Make numbers between -1 and 1 that are the same in every version and on every machine."""
    places = torch.arange(1, math.prod(shape) + 1, dtype=torch.float64)
    return ((12.9898 * places + 78.233 * seed).sin() * 43758.5453).frac().reshape(shape)


@torch.no_grad()
def settled(module: nn.Module) -> nn.Module:
    """Give a module weights that follow from nothing but their names' order."""
    for seed, (name, value) in enumerate(module.state_dict().items()):
        if not value.is_floating_point() or not value.numel():
            continue  # counters, and what an option leaves empty
        if value.dim() > 1:
            value.copy_(drawn(value.shape, seed) * (3 * len(value) / value.numel()) ** 0.5)
        elif name in dict(module.named_parameters()) or name.endswith(("_mean", "_var")):
            value.copy_(0.5 + 0.5 * drawn(value.shape, seed))
    return module


def settled_inputs(dtype: torch.dtype, **sizes: int) -> dict[str, Tensor]:
    """Make inputs that are the same everywhere."""
    made = {
        name: drawn(x.shape, place).to(dtype) if x.is_floating_point() else x
        for place, (name, x) in enumerate(make_inputs(**sizes).items())
    }
    if HAS_MASK and not sizes:
        made[MASK] = make_mask()
    return made


def summed(values: Tensor) -> float:
    """Sum numbers up, each with another weight, so that none can change unseen."""
    weights = drawn(values.shape, 7).to(values)
    return float((values * weights).sum() / max(1, values.numel()) ** 0.5)


def what_comes_out(
    dtype: torch.dtype, training: bool, sizes: dict[str, int], **changes: Any
) -> dict[str, float]:
    """Sum up the output and all gradients; nothing where chance has a part."""
    module = settled(build(**changes)).to(dtype).train(training)
    inputs = settled_inputs(dtype, **sizes)
    floats = [x.requires_grad_() for x in inputs.values() if x.is_floating_point()]
    output = module(**{name: x.clone() for name, x in inputs.items()})
    if training and not torch.equal(output, settled(build(**changes)).to(dtype).train()(**inputs)):
        return {}
    found = {"output": summed(output.detach())}
    if dtype == torch.float64:
        loss = (output * drawn(output.shape, 8)).sum()
        leaves = [*module.parameters(), *floats]
        gradients = torch.autograd.grad(loss, leaves, allow_unused=True) if leaves else ()
        found["gradients"] = sum(summed(part) for part in gradients if part is not None)
    finite = {name: value for name, value in found.items() if math.isfinite(value)}
    return {name: float(f"{value:.7g}") for name, value in finite.items()}


def outputs_now() -> dict[str, float]:
    """Measure outputs and gradients in both modes and precisions, and at other sizes."""
    runs = [(torch.float32, False, {}), (torch.float32, True, {})]
    runs += [(torch.float64, training, {}) for training in (False, True)]
    runs += [(torch.float64, False, sizes) for sizes in CASES[1:] if max(sizes.values()) < 16]
    found: dict[str, float] = {}
    for dtype, training, sizes in runs:
        try:
            sums = what_comes_out(dtype, training, sizes)
        except (RuntimeError, ValueError):
            continue  # it does not take this size or precision; other tests tell
        where = " ".join(f"{value}" for value in sizes.values()) or "usual"
        start = f"{where} {'train' if training else 'eval'} {str(dtype)[-2:]}"
        found |= {f"{start} {name}": value for name, value in sums.items()}
    halved = {name: x / 2 for name, x in OPTIONS.items() if isinstance(x, float)}  # 1 hides scales
    words = [{}, *(new for new in PROBES if isinstance(next(iter(new.values())), bool | str))]
    together = [{**halved, **changes} for changes in words if halved]
    for changes, training in itertools.product([*PROBES, *together], (False, True)):
        if training and not is_a_switch(changes):
            continue
        try:
            sums = what_comes_out(torch.float64, training, {}, **changes)
        except Exception:
            continue  # it is refused, or fits no input; another test tells
        mode = "train" if training else "eval"
        found |= {f"{changes} {mode} {name}": value for name, value in sums.items()}
    return found


def is_a_switch(changes: dict[str, Any]) -> bool:
    """Say whether a change of options leaves all sizes as they are."""
    return all(isinstance(value, bool | float | str) for value in changes.values())


@pytest.mark.filterwarnings("ignore")  # options that leave a parameter empty make torch warn
def test_outputs_are_as_they_were() -> None:
    """Outputs and gradients are the ones that were measured, closer in double precision.

    Needs: pinned, measured OUTPUTS
    """
    found = outputs_now()
    assert OUTPUTS, f"measured OUTPUTS = {found!r}"
    elsewhere = platform.machine() not in ("x86_64", "AMD64")  # other orders of summation
    for name, value in OUTPUTS.items():
        tolerance = (1e-3 if " 32 " in name else 1e-5) * (10 if elsewhere else 1)
        assert found.get(name) == pytest.approx(value, rel=tolerance, abs=tolerance), name


def ways_to_give(x: Tensor) -> dict[str, Any]:
    """List what an argument that may be left out could be, for an input."""
    time = x.shape[min(1, x.dim() - 1)]
    return {
        "groups": torch.arange(len(x)) // 2,
        "a weight each": drawn(x.shape[:1], 5).abs().to(x),
        "some positions": drawn(x.shape[:2], 5) > -0.5,
        "earlier positions": torch.ones(time, time, dtype=torch.bool).tril(),
        "more of the same": drawn(x.shape, 6).to(x),
        "True": True,
        "2": 2,
    }


def what_an_argument_does(name: str, way: str, **changes: Any) -> float | None:
    """Sum up the output with one more argument; nothing where it changes nothing."""
    inputs = settled_inputs(torch.float64)
    value = ways_to_give(inputs[INPUT])[way]
    try:
        module = settled(build(**changes)).double().eval()
        without, output = module(**inputs), module(**inputs, **{name: value})
    except Exception:
        return None  # it is something else
    same = output.shape == without.shape and torch.equal(output, without)
    total = summed(output.detach())
    return None if same or not math.isfinite(total) else float(f"{total:.7g}")


def arguments_now() -> dict[str, float]:
    """Measure what each argument does that may be left out, under other options as well."""
    found: dict[str, float] = {}
    switches = [changes for changes in PROBES if is_a_switch(changes)]
    for name, way in itertools.product(OPTIONAL, ways_to_give(make_inputs()[INPUT])):
        total = what_an_argument_does(name, way)
        if total is not None:
            found[f"{name}: {way}"] = total
            for changes in switches:
                other = what_an_argument_does(name, way, **changes)
                found |= {f"{name}: {way} {changes}": other} if other is not None else {}
    return found


def test_optional_arguments_do_what_they_did() -> None:
    """An argument that callers may leave out changes the output as it was measured.

    Needs: existing, optional arguments, measured ARGUMENTS
    """
    found = arguments_now()
    assert ARGUMENTS, f"measured ARGUMENTS = {found!r}"
    for name, value in ARGUMENTS.items():
        assert found.get(name) == pytest.approx(value, rel=1e-5, abs=1e-5), name


def precision_from(dtype: torch.dtype) -> str:
    """Name the precision of the output of a module that is brought to another one."""
    inputs = {n: x.to(dtype) if x.is_floating_point() else x for n, x in make_inputs().items()}
    try:
        return str(build().to(dtype).eval()(**inputs).dtype)
    except Exception:
        return ""  # it does not take this one


def test_precisions_are_kept_as_they_were() -> None:
    """In each precision that the module can be brought to it computes as before.

    Needs: pinned, measured PRECISIONS
    """
    precisions = (torch.float64, torch.bfloat16, torch.float16)
    found = {str(dtype): precision_from(dtype) for dtype in precisions}
    assert PRECISIONS, f"measured PRECISIONS = { ({name: x for name, x in found.items() if x})!r}"
    assert {name: found[name] for name in PRECISIONS} == PRECISIONS


def place_of_the_output() -> str:
    """Name the device of the output where only shapes are computed; nothing if that fails."""
    inputs = {name: x.to("meta") for name, x in make_inputs().items()}
    try:
        return str(build().to("meta").eval()(**inputs).device)
    except Exception:
        return ""


def test_it_computes_where_its_inputs_are() -> None:
    """What is made on the way is made on the device of the inputs.

    Needs: existing, measured PLACE
    """
    found = place_of_the_output()
    assert PLACE, f"measured PLACE = {found!r}"
    assert found == PLACE


def test_a_former_checkpoint_still_loads() -> None:
    """Weights that were saved under the names of today load; a renamed one is named by an error.

    Needs: pinned, measured STATE
    """
    module = build()
    found = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    assert STATE, f"measured STATE = {found!r}"
    former = {name: torch.zeros(shape) for name, shape in STATE.items()}
    assert list(module.load_state_dict(former).missing_keys) == []
    name = next(iter(former))
    renamed = {f"renamed_{name}": former.pop(name), **former}
    with pytest.raises(RuntimeError, match=f"renamed_{name}"):
        module.load_state_dict(renamed)


def meant(error: Exception) -> str:
    """Name an error that the code raises itself; nothing where something inside breaks."""
    own = type(error).__module__.partition(".")[0] not in ("builtins", "torch")
    return type(error).__name__ if own or isinstance(error, REFUSALS) else ""


def outcome_of(changes: dict[str, Any]) -> int | str:
    """Count the parameters under other options, or name the error that refuses them."""
    try:
        with torch.device("meta"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is nothing to initialise
            count = sum(p.numel() for p in Subject(**{**OPTIONS, **changes}).parameters())
    except Exception as error:
        return meant(error)
    # Zero makes sense where the constructor itself refuses what is below it.
    below = {name: -1 for name, value in changes.items() if value == 0}
    return "" if below and outcome_of(below) in ("", count) else count


def test_options_are_taken_as_they_were() -> None:
    """Other options give as many parameters as before, or are refused as before.

    Needs: existing, probes, measured TRIED
    """
    found = {str(changes): outcome_of(changes) for changes in PROBES}
    assert TRIED, f"measured TRIED = { ({name: x for name, x in found.items() if x != ''})!r}"
    for name, outcome in TRIED.items():
        assert found[name] == outcome, name


def refusal_of(change: str) -> str:
    """Name the error that refuses an input out of shape, or nothing."""
    inputs = make_inputs()
    x = inputs[INPUT]
    spoiled = {
        "an axis more": x[None],
        "an axis fewer": x[0],
        "wider": torch.cat([x, x], dim=-1),
        "longer": x.repeat_interleave(64, dim=min(1, x.dim() - 1)),
        "another type": x.to(torch.int32 if x.is_floating_point() else torch.float32),
    }
    try:
        build().eval()(**{**inputs, INPUT: spoiled[change]})
    except Exception as error:
        return meant(error)
    return ""


def test_inputs_are_refused_as_they_were() -> None:
    """What was refused by its own check is refused still.

    Needs: existing, measured SPOILED
    """
    changes = ("an axis more", "an axis fewer", "wider", "longer", "another type")
    found = {change: refusal_of(change) for change in changes}
    assert SPOILED, f"measured SPOILED = { ({name: x for name, x in found.items() if x})!r}"
    for change, name in SPOILED.items():
        assert found[change] == name, change


def test_fresh_weights_are_spread_as_they_were() -> None:
    """Over several seeds each large parameter starts with the standard deviation of before.

    Needs: existing, measured SPREADS
    """
    starts = [dict(build(seed).named_parameters()) for seed in range(4)]
    found = {}
    for name, first in starts[0].items():
        together = torch.cat([start[name].detach().flatten().double() for start in starts])
        spread = float(together.std()) if together.numel() > 32 else float(together.abs().max())
        if together.numel() > 32 or first.unique().numel() == 1:
            found[name] = float(f"{spread or float(together.mean()):.3g}")
    assert SPREADS, f"measured SPREADS = {found!r}"
    for name, value in SPREADS.items():
        assert found.get(name) == pytest.approx(value, rel=0.25, abs=1e-3), name


def test_signature_is_as_it_was() -> None:
    """Callers can go on as before: the same arguments with the same defaults.

    Needs: existing, measured SIGNATURE
    """
    parameters = inspect.signature(Subject).parameters.values()
    found = {p.name: "" if p.default is p.empty else repr(p.default) for p in parameters}
    assert SIGNATURE, f"measured SIGNATURE = {found!r}"
    assert found == SIGNATURE
