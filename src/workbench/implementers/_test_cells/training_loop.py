"""The training loop, recomputed step by step, and what an interruption must not change."""

from __future__ import annotations

import inspect
import math
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from workbench.implementers._test_cells.setup import (
    BAD_OPTIONS,
    DEFAULTS,
    EDGE_OPTIONS,
    Subject,
    build,
    make_inputs,
)

FORMER: dict[str, Any] = {}


def make_batches(count: int = 5, seed: int = 0) -> list[tuple[Tensor, ...]]:
    """Make batches of different sizes; the last part of each is the target."""
    made = [make_inputs(batch=3 + 2 * place % 3, seed=seed + place) for place in range(count)]
    return [tuple(batch.values()) for batch in made]


def fading(step: int) -> float:
    """Give the factor of the learning rate of each step."""
    return 1 / (1 + step / 2)


def make_loop(seed: int = 0, dropout: float = 0.0, momentum: float = 0.0, **options: Any) -> Any:
    """Build a loop around a classifier whose weights follow from the seed."""
    torch.manual_seed(seed)
    features = make_batches(1)[0][0].shape[1]
    model = nn.Sequential(nn.Linear(features, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 10))
    model.double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=momentum)
    schedule = LambdaLR(optimizer, fading)
    return build(model=model, optimizer=optimizer, loss=cross_entropy, schedule=schedule, **options)


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Compute the mean loss of a batch."""
    return F.cross_entropy(logits, target)


def in_double(batches: list[tuple[Tensor, ...]]) -> list[tuple[Tensor, ...]]:
    """Bring the floating point parts to double precision."""
    return [tuple(x.double() if x.is_floating_point() else x for x in batch) for batch in batches]


def flat(model: nn.Module) -> Tensor:
    """Join all parameters."""
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def written_out(
    model: nn.Module,
    batches: list[tuple[Tensor, ...]],
    epochs: int,
    accumulation: int,
    max_norm: float,
) -> list[float]:
    """Train step by step without an optimizer, and give the mean loss of each epoch."""
    parameters, step, means = list(model.parameters()), 0, []
    for _ in range(epochs):
        seen: list[float] = []
        for start in range(0, len(batches), accumulation):
            group = batches[start : start + accumulation]
            losses = [F.cross_entropy(model(*inputs), target) for *inputs, target in group]
            seen += [loss.item() for loss in losses]
            gradients = torch.autograd.grad(torch.stack(losses).mean(), parameters)
            norm = torch.cat([gradient.flatten() for gradient in gradients]).norm()
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter -= 0.5 * fading(step) * gradient * (max_norm / norm).clamp(max=1)
            step += 1
        means.append(sum(seen) / len(seen))
    return means


@pytest.mark.parametrize("accumulation", [1, 2, 3])
@pytest.mark.parametrize("max_norm", [0.05, 100.0])
def test_agrees_with_steps_that_are_written_out(accumulation: int, max_norm: float) -> None:
    """Each step takes the clipped mean gradient of its batches, at a rate of its own.

    Covers: accumulation, gradient norm, schedule per
    """
    batches = in_double(make_batches())
    options = {"accumulation": accumulation, "max_norm": max_norm}
    loop, other = make_loop(**options), make_loop().model
    history = loop.fit(batches, epochs=2)
    expected = written_out(other, batches, 2, accumulation, max_norm)
    torch.testing.assert_close(flat(loop.model), flat(other), rtol=1e-4, atol=1e-7)
    assert [entry["loss"] for entry in history] == pytest.approx(expected, rel=1e-4)
    assert [entry.keys() for entry in history] == [{"loss"}] * 2


def test_gradients_of_before_do_not_count() -> None:
    """What stands in the gradients before training has no part in the first step."""
    batches = in_double(make_batches())
    clean, dirty = make_loop(), make_loop()
    for parameter in dirty.model.parameters():
        parameter.grad = torch.ones_like(parameter)
    clean.fit(batches)
    dirty.fit(batches)
    assert torch.equal(flat(clean.model), flat(dirty.model))


def test_the_loss_falls() -> None:
    """Some epochs on the same batches bring the loss down."""
    history = make_loop(max_norm=10.0).fit(in_double(make_batches(2)), epochs=30)
    assert history[-1]["loss"] < 0.8 * history[0]["loss"]


def watched(loop: Any) -> list[tuple[bool, bool]]:
    """Note for each call of the model whether it trains, and whether gradients are kept."""
    seen: list[tuple[bool, bool]] = []
    loop.model.register_forward_pre_hook(
        lambda model, _: seen.append((model.training, torch.is_grad_enabled()))
    )
    return seen


def test_modes_are_those_of_training_and_evaluation() -> None:
    """Training has dropout and gradients, evaluation has neither, in every epoch."""
    loop = make_loop(dropout=0.5)
    loop.model.eval()
    seen = watched(loop)
    loop.fit(in_double(make_batches(3)), validation=in_double(make_batches(2, seed=9)), epochs=2)
    assert seen == 2 * ([(True, True)] * 3 + [(False, False)] * 2)


@pytest.mark.parametrize("training", [False, True])
def test_evaluation_leaves_the_model_as_it_was(training: bool) -> None:
    """The mean is over examples, and mode, weights and gradients stay."""
    loop, batches = make_loop(dropout=0.5), in_double(make_batches(3))
    loop.model.train(training)
    before = flat(loop.model)
    found = loop.evaluate(batches)
    assert loop.model.training is training
    assert torch.equal(flat(loop.model), before)
    assert all(parameter.grad is None for parameter in loop.model.parameters())
    joined = [torch.cat(parts) for parts in zip(*batches, strict=True)]
    expected = F.cross_entropy(loop.model.eval()(*joined[:-1]), joined[-1]).item()
    assert found == pytest.approx(expected)


def test_nothing_to_evaluate_or_to_train_on() -> None:
    """Without batches the losses are 0, without epochs nothing happens."""
    loop = make_loop()
    before = flat(loop.model)
    assert loop.evaluate([]) == 0
    assert loop.fit([], epochs=1) == [{"loss": 0.0}]
    assert loop.fit(in_double(make_batches()), epochs=1) == [{"loss": 0.0}]
    assert torch.equal(flat(loop.model), before)


def test_one_batch_is_an_epoch() -> None:
    """The loss of an epoch of one batch is that batch's."""
    loop, batches = make_loop(), in_double(make_batches(1))
    ((*inputs, target),) = batches
    expected = F.cross_entropy(loop.model(*inputs), target).item()
    assert loop.fit(batches) == [{"loss": pytest.approx(expected)}]


def test_a_checkpoint_cannot_bring_code_along(tmp_path: Path) -> None:
    """A file that holds more than weights and plain values is refused, and nothing of it runs."""
    torch.save({"model": Path("not plain")}, tmp_path / "run.pt")
    with pytest.raises(pickle.UnpicklingError, match="weights_only"):
        make_loop().fit(in_double(make_batches()), checkpoint=tmp_path / "run.pt")


def test_one_epoch_is_usual() -> None:
    """Without a number of epochs there is one."""
    assert len(make_loop().fit(in_double(make_batches()))) == 1


def test_validation_has_no_influence() -> None:
    """The same parameters come out with validation data, without, and with others."""
    results, losses = [], []
    for validation in (
        None,
        in_double(make_batches(2, seed=9)),
        in_double(make_batches(3, seed=30)),
    ):
        loop = make_loop(dropout=0.5)
        history = loop.fit(in_double(make_batches()), validation=validation, epochs=2)
        results.append(flat(loop.model))
        if validation is not None:
            assert history[-1]["validation"] == pytest.approx(loop.evaluate(validation))
            losses.append([entry["validation"] for entry in history])
    assert torch.equal(results[0], results[1])
    assert torch.equal(results[0], results[2])
    assert len({value for pair in losses for value in pair}) == 4


def test_resumed_training_ends_where_training_without_a_stop_ends(tmp_path: Path) -> None:
    """Two epochs and two more, with new objects and another seed, are four, bit for bit.

    Covers: exact resume
    """
    batches, noisy = in_double(make_batches()), {"dropout": 0.3, "momentum": 0.9}
    whole = make_loop(**noisy)
    expected = whole.fit(batches, epochs=4)
    make_loop(**noisy).fit(batches, epochs=2, checkpoint=tmp_path / "run.pt")
    resumed = make_loop(seed=7, **noisy)
    assert resumed.fit(batches, epochs=4, checkpoint=str(tmp_path / "run.pt")) == expected
    assert torch.equal(flat(resumed.model), flat(whole.model))
    rates = [loop.optimizer.param_groups[0]["lr"] for loop in (whole, resumed)]
    assert rates[0] == rates[1]


def test_finished_training_is_not_begun_again(tmp_path: Path) -> None:
    """A checkpoint with all epochs is read, and nothing is trained."""
    batches, path = in_double(make_batches()), tmp_path / "run.pt"
    first, second = make_loop(), make_loop(seed=7)
    history = first.fit(batches, epochs=2, checkpoint=path)
    seen = watched(second)
    assert second.fit(batches, epochs=2, checkpoint=path) == history
    assert seen == []
    assert torch.equal(flat(first.model), flat(second.model))


def test_a_checkpoint_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what was asked for is written, and nothing half-written is left."""
    monkeypatch.chdir(tmp_path)
    make_loop().fit(in_double(make_batches()))
    assert list(tmp_path.iterdir()) == []
    make_loop().fit(in_double(make_batches()), checkpoint=tmp_path / "run.pt")
    assert list(tmp_path.iterdir()) == [tmp_path / "run.pt"]


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    """What a checkpoint lacks is named by an error."""
    batches, path = in_double(make_batches()), tmp_path / "run.pt"
    make_loop().fit(batches, checkpoint=path)
    state = torch.load(path, weights_only=True)
    del state["model"]["0.weight"]
    torch.save(state, path)
    with pytest.raises(RuntimeError, match=r"0\.weight"):
        make_loop().fit(batches, epochs=2, checkpoint=path)


@pytest.mark.parametrize("part", ["model", "optimizer", "schedule", "history", "random"])
def test_a_part_that_is_missing_or_renamed_is_named(tmp_path: Path, part: str) -> None:
    """A checkpoint without one of its parts is refused before anything of it is taken over."""
    batches, path = in_double(make_batches()), tmp_path / "run.pt"
    make_loop().fit(batches, checkpoint=path)
    state = torch.load(path, weights_only=True)
    state[f"{part}_of_old"] = state.pop(part)
    torch.save(state, path)
    loop = make_loop(seed=7)
    before = flat(loop.model)
    with pytest.raises(ValueError, match=rf"no \['{part}'\], only .*{part}_of_old"):
        loop.fit(batches, epochs=2, checkpoint=path)
    assert torch.equal(flat(loop.model), before)


def drawn(shape: list[int], seed: int) -> Tensor:
    """Make numbers between -1 and 1 that are the same in every version and on every machine."""
    places = torch.arange(1, math.prod(shape) + 1, dtype=torch.float64)
    return ((12.9898 * places + 78.233 * seed).sin() * 43758.5453).frac().reshape(shape)


def layout_of(value: Any) -> Any:
    """Say what a checkpoint holds: its names, plain values, and the shapes of its tensors."""
    if isinstance(value, dict):
        return {name: layout_of(part) for name, part in value.items()}
    if isinstance(value, list):
        return [layout_of(part) for part in value]
    if isinstance(value, Tensor):
        return tuple(value.shape) if value.is_floating_point() else "random numbers"
    return value


def held_by(layout: Any, seed: int = 0) -> Any:
    """Make what a checkpoint held, with numbers of its own for each shape."""
    if isinstance(layout, dict):
        return {name: held_by(part, seed + at) for at, (name, part) in enumerate(layout.items())}
    if isinstance(layout, list):
        return [held_by(part, seed + at) for at, part in enumerate(layout)]
    if isinstance(layout, tuple):
        return drawn(list(layout), seed)
    return torch.get_rng_state() if layout == "random numbers" else layout


def test_a_checkpoint_of_a_former_version_is_gone_on_with(tmp_path: Path) -> None:
    """Behind a checkpoint as it was written by then, the next epoch is the one that was measured.

    Covers: exact resume
    Needs: pinned, measured FORMER
    """
    path = tmp_path / "run.pt"
    batches = [
        tuple(drawn(list(x.shape), 5) if x.is_floating_point() else x for x in batch)
        for batch in make_batches()
    ]
    make_loop(momentum=0.9).fit(batches, epochs=2, checkpoint=path)
    layout = FORMER.get("file") or layout_of(torch.load(path, weights_only=True))
    torch.save(held_by(layout), path)
    loop = make_loop(seed=7, momentum=0.9)
    history = loop.fit(batches, epochs=3, checkpoint=path)
    weights = flat(loop.model)
    found = {
        "losses": [float(f"{entry['loss']:.9g}") for entry in history],
        "weights": float(f"{float(weights @ drawn([len(weights)], 6)):.9g}"),
        "rate": float(f"{loop.optimizer.param_groups[0]['lr']:.9g}"),
    }
    assert FORMER, f"measured FORMER = { {'file': layout, 'then': found}!r}"
    for name, value in FORMER["then"].items():
        assert found[name] == pytest.approx(value, rel=1e-6), name


@pytest.mark.parametrize("changes", BAD_OPTIONS, ids=str)
def test_impossible_options_are_refused(changes: dict[str, Any]) -> None:
    """An impossible option is refused, and the message names it.

    Needs: bad options
    """
    with pytest.raises(ValueError, match="|".join(changes)):
        make_loop(**changes)


@pytest.mark.parametrize("changes", EDGE_OPTIONS, ids=str)
def test_the_smallest_options_are_accepted(changes: dict[str, Any]) -> None:
    """What is just possible is not refused.

    Needs: edge options
    """
    assert make_loop(**changes).fit([]) == [{"loss": 0.0}]


def test_defaults_are_those_of_the_spec() -> None:
    """Without arguments the loop is the one of the spec.

    Needs: new
    """
    parameters = inspect.signature(Subject).parameters
    assert {name: parameters[name].default for name in DEFAULTS} == DEFAULTS


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_as_on_the_cpu() -> None:
    """Training follows the model and the batches to a device."""
    batches = in_double(make_batches())
    first, second = make_loop(), make_loop()
    first.fit(batches)
    second.model.cuda()
    second.fit([tuple(x.cuda() for x in batch) for batch in batches])
    torch.testing.assert_close(flat(second.model).cpu(), flat(first.model))
