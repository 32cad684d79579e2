from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workbench.sandbox._frames import (
    DEPTH_LIMIT,
    HEAD,
    HEADER_LIMIT,
    INCOMPLETE,
    MAGIC,
    FrameError,
    FrameReader,
    encode,
)

LIMIT = 2**20


def read(data: bytes, *, step: int = 2**20) -> object:
    reader, value = FrameReader(LIMIT), INCOMPLETE
    while data and value is INCOMPLETE:
        space = reader.space
        count = min(len(space), step, len(data))
        space[:count] = data[:count]
        value, data = reader.advance(count), data[count:]
    assert not data, "bytes were left over"
    return value


def frame(header: object, payload: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 16)
    return HEAD.pack(MAGIC, len(text), len(payload)) + text + payload


def same(left: Any, right: Any) -> bool:
    if isinstance(right, np.ndarray):
        equal_types = left.dtype == right.dtype and left.shape == right.shape
        return equal_types and left.tobytes() == np.ascontiguousarray(right).tobytes()
    if isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in right)
    if isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right or (left != left and right != right)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"nonsense" * 4, id="no magic"),
        pytest.param(HEAD.pack(MAGIC, 0, 0), id="no header"),
        pytest.param(HEAD.pack(MAGIC, HEADER_LIMIT + 1, 0), id="header too long"),
        pytest.param(HEAD.pack(MAGIC, 16, 2**63), id="payload of exabytes"),
        pytest.param(HEAD.pack(MAGIC, 16, LIMIT + 1), id="payload above the limit"),
        pytest.param(frame(b"{not json"), id="no json"),
        pytest.param(frame("\xff".encode("latin-1") * 4), id="no ascii"),
        pytest.param(frame(b"[" * 200_000), id="brackets without end"),
        pytest.param(frame(b"[" * 90 + b"]" * 90), id="nested too deeply"),
        pytest.param(frame(b"1" * 10_000), id="number of ten thousand digits"),
        pytest.param(frame({"a": 1}, b"left"), id="bytes that belong to nothing"),
        pytest.param(frame({"$array": ["float32", [1]]}), id="array without bytes"),
        pytest.param(frame({"$array": ["object", [1]]}, bytes(16)), id="array of objects"),
        pytest.param(frame({"$array": ["O", [1]]}, bytes(16)), id="array of objects, short"),
        pytest.param(frame({"$array": ["float32,O", [1]]}, bytes(16)), id="record dtype"),
        pytest.param(frame({"$array": [["float32"], [1]]}, bytes(16)), id="dtype no text"),
        pytest.param(frame({"$array": ["float32", [-1]]}, bytes(16)), id="negative size"),
        pytest.param(frame({"$array": ["float32", [True]]}, bytes(16)), id="size is a bool"),
        pytest.param(frame({"$array": ["float32", [1.0]]}, bytes(16)), id="size is a float"),
        pytest.param(frame({"$array": ["float32", "11"]}, bytes(16)), id="shape is text"),
        pytest.param(frame({"$array": ["float32", [1] * 65]}, bytes(16)), id="65 axes"),
        pytest.param(frame({"$array": ["float32", [2**39] * 30]}, bytes(16)), id="size overflows"),
        pytest.param(frame({"$array": ["int8", [0, 2**39, 2**39]]}), id="empty and overflowing"),
        pytest.param(frame({"$array": ["float32", [4], 1]}, bytes(16)), id="three parts"),
        pytest.param(frame({"$array": 3}), id="array is a number"),
        pytest.param(frame({"$pickle": "gASV"}), id="unknown mark"),
        pytest.param(frame({"$dict": 3}), id="dict is a number"),
        pytest.param(frame({"$array": ["int8", [1]], "x": 1}, bytes(16)), id="mark among others"),
    ],
)
def test_refuses_what_is_no_frame(data: bytes) -> None:
    with pytest.raises(FrameError):
        read(data)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_or_incomplete(data: bytes) -> None:
    reader = FrameReader(LIMIT)
    space = reader.space
    space[: len(data)] = data[: len(space)]
    try:
        value = reader.advance(min(len(space), len(data)))
    except FrameError:
        return
    assert value is INCOMPLETE


@given(st.binary(max_size=120), st.integers(0, 200))
def test_random_headers_never_raise_anything_else(noise: bytes, at: int) -> None:
    whole = bytearray(b"".join(encode({"a": np.arange(3), "b": [1.5, None, {"$c": "d"}]})))
    at = max(HEAD.size, at)
    whole[at : at + len(noise)] = noise[: max(0, len(whole) - at)]
    try:
        read(bytes(whole))
    except FrameError:
        pass
    else:
        assert len(whole) > HEAD.size


plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text()
dtypes = st.sampled_from(["bool", "int8", "int64", "uint16", "float16", "float64", "complex64"])
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
keys = st.text() | st.just("$array") | st.just("$dict")
values = st.recursive(
    plain | arrays,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(values, st.integers(1, 40))
def test_every_value_survives_the_way(value: object, step: int) -> None:
    assert same(read(b"".join(encode(value)), step=step), value)


@pytest.mark.parametrize("dtype", [">f4", ">i8", ">c16"])
def test_byte_order_is_one_on_the_wire(dtype: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(dtype)
    back = read(b"".join(encode(array)))
    np.testing.assert_array_equal(back, array)


def test_views_and_numpy_numbers_are_sent() -> None:
    array = np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)[::2]
    back = read(b"".join(encode({"view": array, "number": np.float32(1.5), "tuple": (1, 2)})))
    assert same(back, {"view": array, "number": np.asarray(np.float32(1.5)), "tuple": [1, 2]})


def test_no_finite_number_is_needed() -> None:
    back = read(b"".join(encode([math.nan, math.inf, -math.inf, np.array([np.nan, -np.inf])])))
    assert same(back, [math.nan, math.inf, -math.inf, np.array([np.nan, -np.inf])])


def test_a_bool_is_true_or_false_and_nothing_else() -> None:
    back = read(frame({"$array": ["bool", [16]]}, bytes(range(16))))
    np.testing.assert_array_equal(back, [False] + [True] * 15)
    assert set(np.asarray(back).view(np.uint8).tolist()) == {0, 1}


def test_lone_surrogates_do_not_reach_the_host() -> None:
    back = read(frame(b'{"\\ud800": "\\udfff!"}'))
    assert json.dumps(back).encode("utf-8")
    assert repr(back).encode("utf-8") == b"{'?': '?!'}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "a object cannot be sent"),
        ({1: 2}, "keys of a dictionary must be strings"),
        (np.array([object()]), "array of object cannot be sent; legal are: bool"),
        (np.array(["text"]), "cannot be sent; legal are"),
        (b"bytes", "a bytes cannot be sent"),
        ("x" * HEADER_LIMIT, "send large data as arrays"),
    ],
)
def test_what_cannot_be_sent_is_named(value: object, words: str) -> None:
    with pytest.raises(FrameError, match=words):
        encode(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(FrameError, match=f"nested {DEPTH_LIMIT} deep"):
        encode(loop)


def test_the_deepest_legal_value_arrives() -> None:
    value: object = {"$": 1}
    for _ in range(DEPTH_LIMIT - 1):
        value = {"$": value}
    assert read(b"".join(encode(value))) == value


def test_frames_follow_one_another() -> None:
    reader = FrameReader(LIMIT)
    found = []
    for part in [*encode({"a": np.arange(5)}), *encode([1])]:
        rest = bytes(part)
        while rest:
            space = reader.space
            count = min(len(space), len(rest))
            space[:count] = rest[:count]
            value, rest = reader.advance(count), rest[count:]
            if value is not INCOMPLETE:
                found.append(value)
    assert same(found, [{"a": np.arange(5)}, [1]])


def test_arrays_can_be_written_to_and_are_aligned() -> None:
    first, second = read(b"".join(encode([np.zeros(3, np.int8), np.zeros(3)])))  # type: ignore[misc]
    second[:] = 1
    np.testing.assert_array_equal(first, 0)
    assert second.flags.aligned


def test_the_head_is_what_the_docstring_says() -> None:
    head = bytes(encode(None)[0])
    assert struct.unpack("<4sIQ", head)[0] == b"WBF1"
