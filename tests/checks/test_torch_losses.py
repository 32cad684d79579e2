"""The losses of torch.nn against contracts of their own: what is red is a fact of their code."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from workbench.spec import Spec

FEATURES = 'float "batch features"'
SHARES = 'float "batch features" in 0..1'
LOGS = 'float "batch features" in -20..0'
PAIR = {"input": FEATURES, "target": FEATURES}
SIZES = {"batch": "1..64", "features": "1..40"}
CLASSES = {"batch": "1..64", "classes": "2..40"}
LOGITS = {"input": 'float "batch classes"', "target": 'int64 "batch" in 0..classes-1'}
DISTANCE = ["symmetric", "minimised at target", "non-negative", "batch decomposes"]
SPECIAL = {"reduction": "mean", "ignore_index": -100, "label_smoothing": 0.0}


@dataclass
class Case:
    """One loss with its contract.

    Args:
        name: Its class in torch.nn.
        inputs: Its inputs.
        requires: The requirements.
        sizes: The sizes.
        options: The options.
        allows: Exemptions.
        red: Checks that fail, and rightly so.
    """

    name: str
    inputs: dict[str, str]
    requires: list[str]
    sizes: dict[str, str] = field(default_factory=lambda: SIZES)
    options: dict[str, object] = field(default_factory=lambda: {"reduction": "mean"})
    allows: dict[str, str] = field(default_factory=dict)
    red: set[str] = field(default_factory=set)


def reduced(line: str) -> str:
    return f"equals reduce({line}, reduction)"


CASES = [
    Case("L1Loss", PAIR, [*DISTANCE, reduced("abs(input - target)"), "mean over == elements"]),
    Case("MSELoss", PAIR, [*DISTANCE, reduced("(input - target) ** 2"), "order independent"]),
    Case(
        "SmoothL1Loss",
        PAIR,
        [
            *DISTANCE,
            reduced("where((d := abs(input - target)) < beta, 0.5 * d**2 / beta, d - beta / 2)"),
        ],
        options={"reduction": "mean", "beta": 1.0},
    ),
    Case(
        "CrossEntropyLoss",
        LOGITS,
        [
            "uniform value == log(classes)",
            "shift invariant over classes",
            "label smoothing == label_smoothing",
            "minimised at target",
            "batch decomposes",
            reduced("-gather(log_softmax(input), target)"),
        ],
        CLASSES,
        SPECIAL,
    ),
    Case(
        "CrossEntropyLoss",
        {"input": 'float "batch classes time"', "target": 'int64 "batch time" in 0..classes-1'},
        ["ignored targets == ignore_index", "mean over == kept", "non-negative"],
        {**CLASSES, "time": "1..20"},
        SPECIAL,
        red={"ignored_targets"},  # not a number where every target is ignored
    ),
    Case(
        "NLLLoss",
        {"input": 'float "batch classes" in -20..0', "target": 'int64 "batch" in 0..classes-1'},
        ["non-negative", reduced("-gather(input, target)")],
        CLASSES,
    ),
    Case("BCELoss", {"input": SHARES, "target": SHARES}, DISTANCE[1:]),
    Case(
        "BCEWithLogitsLoss",
        {"input": FEATURES, "target": SHARES},
        ["non-negative", reduced("softplus(input) - input * target")],
    ),
    Case(
        "KLDivLoss",
        {"input": LOGS, "target": SHARES},
        [reduced("where(target > 0, target * (log(target) - input), 0)")],
    ),
    Case(
        "GaussianNLLLoss",
        {**PAIR, "var": 'float "batch features" in 0.01..4'},
        ["symmetric", reduced("0.5 * (log(var) + (input - target)**2 / var)")],
    ),
    Case("SoftMarginLoss", PAIR, ["non-negative"], red={"extreme_predictions"}),  # exp overflows
    Case("MultiMarginLoss", LOGITS, ["minimised at target", "shift invariant"], CLASSES),
    Case(
        "TripletMarginLoss",
        dict.fromkeys(("anchor", "positive", "negative"), FEATURES),
        ["non-negative", "order independent", "batch decomposes"],
    ),
    Case(
        "CTCLoss",
        {
            "log_probs": 'float "7 batch 5" in -20..0',
            "targets": 'int64 "batch 3" in 1..4',
            "input_lengths": 'int64 "batch" in 7..7',
            "target_lengths": 'int64 "batch" in 3..3',
        },
        ["order independent"],
        {"batch": "1..20"},
        allows={
            "gradient_correct": "the gradient is that of normalised log-probabilities",
            "device_agnostic": "it reads its lengths, so it needs data",
        },
        red={"reductions"},  # its mean divides each loss by the length of its target
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{len(case.inputs)}")
def test_a_loss_of_torch_is_red_only_where_its_code_is(case: Case, judged):
    asked = Spec.model_validate(
        {
            "name": case.name,
            "kind": "loss",
            "text": "a loss of torch.nn",
            "options": case.options,
            "sizes": case.sizes,
            "inputs": case.inputs,
            "outputs": {"loss": 'float ""'},
            "requires": case.requires,
            "allows": case.allows,
        }
    )
    report = judged(f"from torch.nn import {case.name}\n", asked)
    red = {verdict.check: verdict.seen for verdict in report.verdicts if not verdict.good}
    assert red.keys() == case.red, red
