from __future__ import annotations

from workbench.records import FlowStep
from workbench.widgets.shape_flow import nested, shape_flow


def step(name: str, output: str = "float32 (2, 8)", parameters: int = 0) -> FlowStep:
    depth = len(name.split(".")) if name else 0
    return FlowStep(name=name, type="Linear", output=output, parameters=parameters, depth=depth)


def test_callers_hold_what_they_called() -> None:
    flow = [step("a.x", "o1"), step("a.y", "o2"), step("a"), step("b", "o3"), step("")]
    (whole,) = nested(flow)
    assert [part.title for part in whole.children] == ["a", "b"]
    assert [part.title for part in whole.children[0].children] == ["x", "y"]


def test_a_name_that_only_begins_alike_is_not_inside() -> None:
    assert [part.title for part in nested([step("layer1", "o1"), step("layer")])] == [
        "layer1",
        "layer",
    ]


def test_repeated_blocks_are_drawn_once_with_their_number() -> None:
    flow = []
    for index in range(3):
        flow += [step(f"layers.{index}.linear", parameters=10), step(f"layers.{index}")]
    (block,) = nested(flow)
    assert (block.title, block.times, block.parameters) == ("layers.0 … 2", 3, 30)
    assert "× 3" in shape_flow(flow)._repr_html_()


def test_blocks_that_differ_anywhere_inside_are_drawn_apart() -> None:
    flow = []
    for index in range(3):
        size = 11 if index == 1 else 10
        flow += [step(f"layers.{index}.linear", parameters=size), step(f"layers.{index}")]
    assert [block.times for block in nested(flow)] == [1, 1, 1]


def test_a_module_that_is_called_twice_has_its_parameters_once() -> None:
    flow = [step("shared", "o1", 5), step("other", "o2"), step("shared", "o3", 5), step("")]
    assert "· 5 parameters" in shape_flow(flow).text


def test_no_flow_is_said_and_not_drawn() -> None:
    assert "<svg" not in shape_flow([])._repr_html_()
    assert "no shape flow" in repr(shape_flow([]))


def test_a_deep_step_stands_further_in_and_is_named_inside_its_caller() -> None:
    drawn = shape_flow([step("a.b.c", "o1"), step("a.b", "o2"), step("a", "o3")])._repr_html_()
    assert [drawn.index(f"<b>{name}</b>") for name in "abc"] == sorted(
        drawn.index(f"<b>{name}</b>") for name in "abc"
    )
    assert "margin-left: 44px" in drawn


def test_steps_without_parameters_draw_no_bar() -> None:
    assert shape_flow([step("a"), step("b", "o", 3)])._repr_html_().count("<svg") == 1
