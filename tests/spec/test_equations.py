"""Reference equations: what is read, what is refused, and which names they may use."""

from __future__ import annotations

import pytest

from workbench.errors import SpecError
from workbench.spec import Equation, loads

TEXT = """\
name: Distance
kind: loss
text: a distance
options: {{scale: 2.0}}
sizes: {{batch: 1..8, features: 1..9}}
inputs:
  prediction: float "batch features"
  goal: float "batch features"
outputs:
  loss: float ""
roles: {{{roles}}}
requires:
  - {line}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv(x, w, strid=2)", "did you mean 'stride'"),
        ("mean(x", "no equation"),
        ("x.mean()", "no function"),
        ("__import__('os')", "no function"),
        ("meen(x)", "did you mean 'mean'"),
        ("[i for i in x]", "listcomp"),
        ("lambda: x", "lambda"),
        ("sum(x, keepdims=True)", "names an argument 'keepdims' of sum"),
        ("x + b'1'", "numbers and words"),
        ("f'{x}'", "not read here"),
        ("-" * 80 + "x", "nested too deeply"),
        ("x + " * 800 + "x", "at most"),
    ],
)
def test_what_is_no_equation_is_refused(text, said):
    with pytest.raises(SpecError, match=said):
        Equation(text)


def test_functions_and_named_parts_are_no_names():
    equation = Equation("mean((d := x - y) ** 2) if reduction == 'mean' else sum(d ** 2)")
    assert equation.names == {"x", "y", "reduction"}


def test_an_equation_may_speak_of_inputs_options_and_sizes():
    spec = loads(TEXT.format(line="equals mean(scale * (prediction - goal)**2) / 1", roles=""))
    line = spec.requires["R1"]
    assert (line.phrase, line.comparison) == ("equals", "equals")
    assert line.right == "mean(scale * (prediction - goal)**2) / 1"


def test_an_unknown_name_is_refused_with_its_line():
    with pytest.raises(SpecError) as caught:
        loads(TEXT.format(line="equals mean(predicton)", roles=""))
    assert str(caught.value).startswith("13: requires.R1: 'predicton' is no input, option or size")
    assert "did you mean 'prediction'" in str(caught.value)


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ("predicton: goal", "11: roles.predicton: a loss has no role 'predicton': did you mean"),
        ("target: gaol", "11: roles.target: 'gaol' is not among the inputs: did you mean 'goal'"),
        ("target: 3", "11: roles.target: 3 is no name in the code"),
        ("target: 'goal()'", "11: roles.target: 'goal()' is no name in the code"),
    ],
)
def test_a_wrong_role_is_refused_with_its_line(roles, said):
    with pytest.raises(SpecError) as caught:
        loads(TEXT.format(line="non-negative", roles=roles))
    assert str(caught.value).startswith(said)


def test_roles_that_follow_from_names_and_types_need_not_be_written():
    plain = loads(TEXT.format(line="non-negative", roles=""))
    assert (plain.role("prediction"), plain.role("target")) == ("prediction", "")
    told = loads(TEXT.format(line="non-negative", roles="target: prediction"))
    assert (told.role("prediction"), told.role("target")) == ("goal", "prediction")
    named = loads(TEXT.format(line="non-negative", roles="").replace("goal", "labels"))
    assert (named.role("prediction"), named.role("target")) == ("prediction", "labels")
    whole = TEXT.format(line="non-negative", roles="").replace("goal: float", "goal: int64")
    assert loads(whole).role("target") == "goal"


def test_changing_a_role_changes_the_hash():
    one, other = (
        loads(TEXT.format(line="non-negative", roles=roles)) for roles in ("", "target: goal")
    )
    assert one.hash != other.hash
