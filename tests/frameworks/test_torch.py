"""What a candidate answers about a module, compared with what torch itself computes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from workbench import registry
from workbench.errors import UsageError
from workbench.frameworks import torch as framework


class Small(nn.Module):
    """A module with a lookup, a norm, a convolution, an attention and a bit of everything."""

    def __init__(self, width: int = 8, *, rate: float = 0.5) -> None:
        super().__init__()
        self.rows = nn.Embedding(11, width)
        self.norm = nn.BatchNorm1d(width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.drop = nn.Dropout(rate)
        self.unused = nn.Linear(2, 2)
        self.register_buffer("offset", torch.ones(width), persistent=False)

    def forward(self, tokens: Tensor, x: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return something for each token, and for each row."""
        hidden = self.rows(tokens) + self.offset
        hidden = hidden if x is None else hidden + x
        hidden = self.norm(hidden.transpose(1, 2)).transpose(1, 2)
        attended, _ = self.attention(hidden, hidden, hidden)
        return self.drop(nn.functional.gelu(attended)), attended.mean(1)


class Wide(nn.Module):
    """Computes in single precision, whatever it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        """Scale, through float32."""
        halves = torch.full((3,), 0.1, dtype=torch.float32)
        return (x.float() * self.scale.to(torch.float32) + halves).exp()


class Tied(nn.Module):
    """Uses one weight twice, and writes into a slice of its own tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4, bias=False)
        self.second = nn.Linear(4, 4, bias=False)
        self.second.weight = self.first.weight

    def forward(self, x: Tensor) -> Tensor:
        """Fill a tensor column by column."""
        filled = torch.zeros_like(x)
        filled[:, 1] = self.first(x)[:, 1].relu()
        return self.second(filled)


def function(x: Tensor) -> Tensor:
    """Stand where a class should."""
    return x


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    framework.forget()


def of(name: str, **more: Any) -> dict[str, Any]:
    fixed = {"options": {}, "seed": 3, "dtype": "float64", "device": "cpu"}
    return {"module": __name__, "name": name, **fixed, **more}


TOKENS = np.array([[1, 2, 3], [4, 5, 1]])


def about(**more: Any) -> dict[str, Any]:
    order = {"order": ["tokens", "x"], "returns": ["each", "mean"]}
    return {"of": of("Small"), "inputs": {"tokens": TOKENS}, **order, **more}


def test_describe_tells_signatures_without_building():
    found = framework.answer("describe", {"of": of("Small")})
    assert found["module"] is True
    assert [(p["name"], p["required"], p["default"]) for p in found["constructor"]] == [
        ("width", False, 8),
        ("rate", False, 0.5),
    ]
    assert [(p["name"], p["required"], p["default"]) for p in found["call"]] == [
        ("tokens", True, None),
        ("x", False, None),
    ]
    assert found["where"].partition(":")[0] == __file__
    assert framework.answer("describe", {"of": of("function")})["module"] is False


def test_build_tells_parameters_and_buffers_with_their_values():
    found = framework.answer("build", {"of": of("Small")})
    torch.manual_seed(3)
    torch.set_default_dtype(torch.float64)
    try:
        same = Small()
    finally:
        torch.set_default_dtype(torch.float32)
    assert [entry["name"] for entry in found["parameters"]] == [
        name for name, _ in same.named_parameters()
    ]
    np.testing.assert_array_equal(found["state"]["rows.weight"], same.rows.weight.detach().numpy())
    saved = {entry["name"]: entry["saved"] for entry in found["buffers"]}
    assert saved["offset"] is False
    assert saved["norm.running_mean"] is True


def test_a_weight_that_is_used_twice_is_listed_once():
    found = framework.answer("build", {"of": of("Tied")})
    assert [entry["name"] for entry in found["parameters"]] == ["first.weight"]


def test_run_gives_outputs_under_their_declared_names():
    found = framework.answer("run", about())
    assert found["structure"] == "tuple of 2"
    assert found["outputs"]["each"].shape == (2, 3, 8)
    assert found["dtypes"] == {"each": "float64", "mean": "float64"}


def test_an_absent_input_is_left_out_and_later_ones_are_named():
    with_x = framework.answer("run", about(inputs={"tokens": TOKENS, "x": np.ones((2, 3, 8))}))
    without = framework.answer("run", about())
    assert not np.allclose(with_x["outputs"]["mean"], without["outputs"]["mean"])


def test_gradients_are_those_of_torch():
    rng = np.random.default_rng(0)
    x, cotangent = rng.standard_normal((2, 3, 8)), rng.standard_normal((2, 8))
    asked = about(inputs={"tokens": TOKENS, "x": x}, cotangents=[{"mean": cotangent}])
    found = framework.answer("run", asked)["gradients"][0]
    state = framework.answer("build", {"of": of("Small")})["state"]
    module = Small().double().eval()
    module.load_state_dict({k: torch.from_numpy(v) for k, v in state.items() if k != "offset"})
    given = torch.from_numpy(x).requires_grad_()
    _, mean = module(torch.from_numpy(TOKENS), given)
    mean.backward(torch.from_numpy(cotangent))
    np.testing.assert_allclose(found["inputs"]["x"], given.grad.numpy())
    np.testing.assert_allclose(found["parameters"]["rows.weight"], module.rows.weight.grad.numpy())
    assert found["parameters"]["unused.weight"] is None
    # What was looked up is x's sibling in the sum, so both have the same gradient.
    np.testing.assert_allclose(
        found["lookups"]["tokens"], np.linalg.norm(given.grad.numpy(), axis=-1)
    )


def test_weights_are_taken_over_held_by_name_and_given_back():
    born = framework.answer("run", about())["outputs"]["mean"]
    state = framework.answer("build", {"of": of("Small")})["state"]
    zero = {"attention.out_proj.weight": np.zeros_like(state["attention.out_proj.weight"])}
    sent = framework.answer("run", about(named="zero", weights=zero))["outputs"]["mean"]
    assert np.ptp(sent, axis=0).max() == 0
    np.testing.assert_array_equal(framework.answer("run", about())["outputs"]["mean"], born)
    held = framework.answer("run", about(named="zero"))["outputs"]["mean"]
    np.testing.assert_array_equal(held, sent)
    with pytest.raises(KeyError):
        framework.answer("run", about(named="never sent"))


def test_a_training_run_leaves_no_trace_unless_it_is_asked_to():
    born = framework.answer("run", about(named="born"))["outputs"]["mean"]
    framework.answer("run", about(named="born", train=True))
    np.testing.assert_array_equal(
        framework.answer("run", about(named="born"))["outputs"]["mean"], born
    )
    framework.answer("run", about(named="born", train=True))
    kept = framework.answer("run", about(named="born", keep=True))["outputs"]["mean"]
    assert not np.allclose(kept, born)


def test_random_numbers_follow_the_seed():
    runs = [
        framework.answer("run", about(train=True, seed=seed))["outputs"]["each"]
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_double_precision_holds_where_the_code_asks_for_single():
    x = np.random.default_rng(0).standard_normal((2, 3))
    asked = {"of": of("Wide"), "inputs": {"x": x}, "order": ["x"], "returns": ["y"]}
    found = framework.answer("run", asked)
    assert found["dtypes"]["y"] == "float64"
    np.testing.assert_allclose(found["outputs"]["y"], np.exp(x + 0.1), rtol=1e-14)
    single = framework.answer("run", {**asked, "of": of("Wide", dtype="float32")})
    assert single["dtypes"]["y"] == "float32"


def test_reload_compares_an_instance_with_one_that_loaded_its_state():
    same = framework.answer("reload", about(other=9))
    assert same["strict"] == ""
    np.testing.assert_array_equal(same["before"]["mean"], same["after"]["mean"])
    assert "offset" not in same["state"]


def test_outline_follows_shapes_without_data():
    shapes = {"tokens": [[1000, 4096], "int64"]}
    order = {"order": ["tokens", "x"], "returns": ["each", "mean"]}
    asked = {"of": of("Small", device="meta", dtype="float32"), "shapes": shapes, **order}
    found = framework.answer("outline", asked)
    assert found["outputs"]["each"] == [[1000, 4096, 8], "float32"]
    assert found["flow"][-1]["name"] == ""
    assert found["flow"][0]["output"] == "float32 (1000, 4096, 8)"
    assert ["rows.weight", [11, 8], True] in found["parameters"]


def _kinds(answer: dict[str, Any]) -> list[str]:
    columns = answer["columns"]
    return [columns["words"][place] for place in columns["kind"]]


def test_trace_tells_operations_in_neutral_words_and_keeps_softmax():
    found = framework.answer("trace", about())
    kinds = _kinds(found)
    assert {"input", "parameter", "buffer", "lookup", "norm", "product", "softmax"} <= set(kinds)
    weights = found["kept"][str(kinds.index("softmax"))]
    np.testing.assert_allclose(weights.sum(-1), 1.0)
    assert found["samples"].shape == (len(kinds), 64)


def test_trace_sees_what_was_written_into_a_slice():
    asked = {"of": of("Tied"), "inputs": {"x": np.ones((2, 4))}, "order": ["x"], "returns": ["y"]}
    found = framework.answer("trace", asked)
    columns, kinds = found["columns"], _kinds(found)
    edges = [0, *columns["in_ends"]]
    before: list[set[int]] = []
    for number in range(len(kinds)):
        sources = columns["in"][edges[number] : edges[number + 1]]
        before.append(set().union(*({int(s)} | before[s] for s in sources)))
    assert kinds.index("input") in before[found["outputs"]["y"]]


def test_trace_names_the_line_of_the_draft():
    found = framework.answer("trace", about())
    words = found["columns"]["words"]
    lines = {words[place] for place in found["columns"]["line"]}
    places = {line.rpartition(":")[0] for line in lines}
    assert places == {"", __file__}


def test_an_unknown_question_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'trace'"):
        framework.answer("traces", {})


@pytest.mark.parametrize("name", registry.members("frameworks"))
def test_a_framework_defines_what_candidates_call(name):
    member = registry.load("frameworks", name)
    for function in ("warm", "seed", "answer"):
        assert callable(getattr(member, function)), function
    versions = member.answer("environment", {})
    assert versions[name]
    assert all(isinstance(value, str) for value in versions.values())


def test_warming_up_starts_no_thread():
    code = (
        "import os, numpy\n"
        "from workbench.frameworks import torch as framework\n"
        "framework.warm()\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "1"
