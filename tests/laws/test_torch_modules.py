"""The library's own modules obey the laws of what they are called."""

from __future__ import annotations

import pytest

from workbench.records import Cell, Draft
from workbench.sandbox.judge import judge
from workbench.spec import Spec

SOURCE = """\
from torch import nn


class Part(nn.Module):
    def __init__(self, {options}) -> None:
        super().__init__()
        self.inner = nn.{module}

    def forward(self, x):
        found = self.inner({arguments})
        return found[0] if isinstance(found, tuple) else found
"""
ROWS, PLACES = "batch time 8", "batch 4 height breadth"
SAME = "the shape of the input"

CASES = {
    "linear": ("Linear(8, 6)", ROWS, "batch time 6", {}),
    "layer norm": ("LayerNorm(8)", ROWS, SAME, {}),
    "rms norm": ("RMSNorm(8, eps=1e-6)", ROWS, SAME, {"eps": 1e-6}),
    "group norm": ("GroupNorm(2, 4)", PLACES, SAME, {"num_groups": 2}),
    "instance norm": ("InstanceNorm2d(4, affine=True)", PLACES, SAME, {}),
    "batch norm": ("BatchNorm2d(4)", PLACES, SAME, {}),
    "conv1d": ("Conv1d(8, 6, 3, padding=1)", "batch 8 time", "batch 6 time", {}),
    "depthwise convolution": ("Conv2d(4, 4, 3, padding=1, groups=4)", PLACES, SAME, {}),
    "transposed convolution": (
        "ConvTranspose2d(4, 3, 2, stride=2)",
        PLACES,
        "batch 3 2*height 2*breadth",
        {"stride": 2},
    ),
    "max pooling": (
        "MaxPool2d(2)",
        PLACES,
        "batch 4 height//2 breadth//2",
        {"kernel_size": 2},
    ),
    "adaptive pooling": (
        "AdaptiveAvgPool2d(3)",
        PLACES,
        "batch 4 output_size output_size",
        {"output_size": 3},
    ),
    "dropout": ("Dropout(0.2)", ROWS, SAME, {"p": 0.2}),
    "pixel shuffle": (
        "PixelShuffle(2)",
        PLACES,
        "batch 1 2*height 2*breadth",
        {"upscale_factor": 2},
    ),
    "gated linear unit": ("GLU()", ROWS, "batch time 4", {}),
    "lstm": ("LSTM(8, 6, batch_first=True)", ROWS, "batch time 6", {}),
    "gru": ("GRU(8, 6, batch_first=True)", ROWS, "batch time 6", {}),
    "recurrent layer": ("RNN(8, 6, batch_first=True)", ROWS, "batch time 6", {}),
    "softmax attention": (
        "MultiheadAttention(8, 2, batch_first=True)",
        ROWS,
        SAME,
        {"num_heads": 2},
    ),
    "spectral norm": (
        "utils.parametrizations.spectral_norm(nn.Linear(8, 6))",
        ROWS,
        "batch time 6",
        {},
    ),
    "weight norm": (
        "utils.parametrizations.weight_norm(nn.Linear(8, 6))",
        ROWS,
        "batch time 6",
        {},
    ),
}


@pytest.mark.parametrize("law", CASES)
def test_a_module_of_torch_obeys_its_law(law, worker):
    module, shape, returned, options = CASES[law]
    given = ", ".join(f"{name}={value!r}" for name, value in options.items())
    arguments = "x, x, x" if module.startswith("Multihead") else "x"
    source = SOURCE.format(module=module, options=given or "*args", arguments=arguments)
    names = {"time": "5..16"} if "time" in shape else {"height": "4..8", "breadth": "4..8"}
    asked = Spec.model_validate(
        {
            "name": "Part",
            "kind": "layer",
            "text": law,
            "options": options,
            "sizes": {"batch": "1..16", **names},
            "inputs": {"x": f'float "{shape}"'},
            "outputs": {"y": f'float "{shape if returned == SAME else returned}"'},
            "requires": [f"is {law}"],
        }
    )
    cell = Cell(id="module", role="module", path="draft.py", source=source)
    draft = Draft(implementer="test", module="draft", cells=(cell,))
    report = judge(asked, draft, worker, tier="live", patience=60.0)
    found = next(each for each in report.verdicts if each.check == "law")
    assert found.outcome == "passed", (found.seen, found.expected, found.reason)
