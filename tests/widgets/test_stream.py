from __future__ import annotations

from workbench.widgets._stream import Stream


def said(kind: str, **fields: object) -> dict[str, object]:
    return {"event": "said", "time": "t", "kind": kind, **fields}


def test_what_an_agent_does_is_one_line_each() -> None:
    stream = Stream()
    for event in (
        said("text", text="I read the base class."),
        said("tool", name="read", input={"path": "base.py"}),
        said("result", name="read", failed=True, text="there is no such file"),
        said("end", sentence="the agent has finished"),
    ):
        stream.hear(event)
    assert stream.body.count("<div><b>") == 4
    assert "read refused: there is no such file" in stream.body


def test_what_holds_nothing_to_read_is_passed_over() -> None:
    stream = Stream()
    stream.hear(said("text", text="  \n"))
    stream.hear(said("message", message={"role": "user"}))
    stream.hear(said("of a kind that comes later"))
    assert stream.body == ""


def test_a_long_stream_stays_small() -> None:
    stream = Stream()
    for number in range(2000):
        stream.hear(said("text", text=f"line {number} " + "x" * 5000))
    assert "line 1999" in stream.body
    assert len(stream.body) < 200_000


def test_what_an_agent_says_is_text() -> None:
    stream = Stream()
    stream.hear(said("tool", name="<img src=x onerror=steal()>", input="</div>"))
    assert "<img" not in stream.body
