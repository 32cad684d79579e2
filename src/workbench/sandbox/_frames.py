"""Values on the wire between host and candidate: a JSON header, then the arrays' raw bytes.

No pickle: what arrives is only ever None, bool, int, float, str, list, dict or a numpy array of a
plain number type. The host reads frames that hostile code wrote, so a reader checks every length,
type and size before it believes one, and answers anything odd with `FrameError`.

Layout, little-endian: magic (4 bytes), header length (u32), payload length (u64), header, payload.
The header is JSON, padded with spaces; in it an array is ``{"$array": [dtype, shape]}`` and a
dictionary that has a key starting with ``$`` is ``{"$dict": {...}}``. The arrays' bytes follow one
another in the order in which they stand in the header, each on a multiple of 16 bytes.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

MAGIC = b"WBF1"
HEAD = struct.Struct("<4sIQ")
HEADER_LIMIT = 4 * 2**20
DEPTH_LIMIT = 40
_ALIGN = 16
_AXES_LIMIT = 32
_DTYPES = {
    name: np.dtype(name).newbyteorder("<")
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}  # numpy puts the name together anew
_NUMBERS = frozenset({type(None), bool, int, float})
_PLAIN = _NUMBERS | {str}
# Bound here, once: code that later patches the json module must not change what a frame means.
_to_json: Callable[[object], str] = json.JSONEncoder(separators=(",", ":")).encode
_from_json: Callable[[str], object] = json.JSONDecoder().decode


_MEANT = 16  # times the limit; what announces more is no answer that a module could have given


class FrameError(ValueError):
    """A value cannot be sent, or what arrived is not a frame."""


class FrameTooLarge(FrameError):
    """What is announced is a frame, and larger than is allowed."""


def encode(value: object) -> list[bytes | memoryview]:
    """Turn a value into the buffers of one frame.

    Args:
        value: None, bool, int, float, str, list, tuple (arrives as a list), dict with string keys,
            numpy array or numpy number (arrives as an array without axes), nested at will.

    Returns:
        The buffers to send, in order.

    Raises:
        FrameError: The value holds something else, or is nested too deeply.
    """
    arrays: list[Array] = []
    header = _to_json(_pack(value, arrays, 0)).encode("ascii")
    header += b" " * (-(HEAD.size + len(header)) % _ALIGN)
    if len(header) > HEADER_LIMIT:
        raise FrameError(f"{len(header)} bytes of text are too many; send large data as arrays")
    payload: list[bytes | memoryview] = []
    for array in arrays:
        payload.append(array.reshape(-1).view(np.uint8).data)
        payload.append(bytes(-array.nbytes % _ALIGN))
    size = sum(len(part) for part in payload)
    return [HEAD.pack(MAGIC, len(header), size), header, *payload]


def _pack(value: object, arrays: list[Array], depth: int) -> object:
    # A question holds a few dozen values, most of them plain, so those cost no call of their own.
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return _pack_array(np.asarray(value), arrays)
    if isinstance(value, (bool, int, float, str)):
        return value
    if not isinstance(value, (list, tuple, Mapping)):
        kind = type(value).__name__
        raise FrameError(f"a {kind} cannot be sent; send plain values and numpy arrays")
    depth += 1
    if depth > DEPTH_LIMIT and value:
        raise FrameError(f"a value may be nested {DEPTH_LIMIT} deep, and this one goes deeper")
    if not isinstance(value, Mapping):
        return [v if type(v) in _PLAIN else _pack(v, arrays, depth) for v in value]
    packed, marked = {}, False
    for key, item in value.items():
        if not isinstance(key, str):
            raise FrameError("the keys of a dictionary must be strings to be sent")
        marked = marked or key.startswith("$")
        packed[key] = item if type(item) in _PLAIN else _pack(item, arrays, depth)
    return {"$dict": packed} if marked else packed


def _pack_array(array: Array, arrays: list[Array]) -> object:
    name = _NAMES.get(array.dtype) or array.dtype.name
    if name not in _DTYPES:
        legal = ", ".join(_DTYPES)
        raise FrameError(f"an array of {name} cannot be sent; legal are: {legal}")
    # asarray keeps an array without axes as it is; ascontiguousarray would give it one.
    arrays.append(np.asarray(array, dtype=_DTYPES[name], order="C"))
    return {"$array": [name, list(array.shape)]}


class FrameReader:
    """Puts one frame after another together from bytes as they arrive.

    Args:
        payload_limit: The most array bytes that a frame may announce.
    """

    def __init__(self, payload_limit: int) -> None:
        self._payload_limit = payload_limit
        self._start()

    def _start(self) -> None:
        self._buffer, self._filled, self._header_size = bytearray(HEAD.size), 0, -1

    @property
    def space(self) -> memoryview:
        """The place for the next bytes; never empty."""
        return memoryview(self._buffer)[self._filled :]

    def advance(self, count: int) -> object:
        """Take note that bytes were written into `space`.

        Args:
            count: How many.

        Returns:
            The frame's value where it is complete now, else `INCOMPLETE`.

        Raises:
            FrameError: What arrived is not a frame.
        """
        self._filled += count
        if self._filled < len(self._buffer):
            return INCOMPLETE
        if self._header_size < 0:
            return self._read_head()
        body, size = self._buffer, self._header_size
        self._start()
        return _decode(body, size)

    def _read_head(self) -> object:
        magic, header_size, payload_size = HEAD.unpack(self._buffer)
        if magic != MAGIC:
            raise FrameError(f"a frame must start with {MAGIC!r}, and this starts with {magic!r}")
        if not 0 < header_size <= HEADER_LIMIT:
            raise FrameError(f"a header of {header_size} bytes is announced")
        if payload_size > self._payload_limit:
            kind = FrameTooLarge if payload_size <= _MEANT * self._payload_limit else FrameError
            raise kind(
                f"{payload_size} bytes of arrays are announced, {self._payload_limit} are allowed"
            )
        self._buffer = bytearray(header_size + payload_size)
        self._filled, self._header_size = 0, header_size
        return INCOMPLETE


class _Incomplete:
    """The type of `INCOMPLETE`."""


INCOMPLETE = _Incomplete()


def _decode(body: bytearray, header_size: int) -> object:
    try:
        tree = _from_json(body[:header_size].decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise FrameError(f"the header is not JSON: {type(error).__name__}") from None
    cursor = _Cursor(body, header_size)
    value = _unpack(tree, cursor, 0)
    if cursor.position != len(body):
        raise FrameError(f"{len(body) - cursor.position} bytes belong to no array")
    return value


class _Cursor:
    """Hands out the payload's arrays one after another."""

    def __init__(self, body: bytearray, position: int) -> None:
        self.body, self.position = body, position

    def take(self, dtype_name: object, shape: object) -> Array:
        """Return the next array, or raise where its description or its size is wrong."""
        dtype = _DTYPES.get(dtype_name) if isinstance(dtype_name, str) else None
        if dtype is None:
            raise FrameError("an array has an unknown dtype")
        if not isinstance(shape, list) or len(shape) > _AXES_LIMIT:
            raise FrameError("an array has no legal shape")
        if not all(type(size) is int and 0 <= size < 2**40 for size in shape):
            raise FrameError("an array has no legal shape")
        count = math.prod(shape)
        size = count * dtype.itemsize
        end = self.position + size + (-size % _ALIGN)
        if end > len(self.body):
            raise FrameError("an array is larger than the bytes that arrived")
        try:
            array = self._read(dtype, count).reshape(shape)
        except ValueError:
            raise FrameError("an array has no legal shape") from None
        self.position = end
        return array

    def _read(self, dtype: np.dtype[Any], count: int) -> Array:
        if count == 0:
            return np.empty(0, dtype)
        if dtype == np.bool_:  # a byte of 2 would be a bool that equals neither True nor False
            return np.not_equal(np.frombuffer(self.body, np.uint8, count, self.position), 0)
        return np.frombuffer(self.body, dtype, count, self.position)


def _unpack(node: object, cursor: _Cursor, depth: int) -> object:
    if depth > 2 * DEPTH_LIMIT:  # a wrapped dictionary takes two levels
        raise FrameError("a value is nested too deeply")
    if isinstance(node, str):
        return _clean(node)
    if isinstance(node, list):
        return [v if type(v) in _NUMBERS else _unpack(v, cursor, depth + 1) for v in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"$array"}:
        description = node["$array"]
        if not isinstance(description, list) or len(description) != 2:
            raise FrameError("an array has no dtype and shape")
        return cursor.take(*description)
    if node.keys() == {"$dict"} and isinstance(node["$dict"], dict):
        node = node["$dict"]
    elif any(key.startswith("$") for key in node):
        raise FrameError("a dictionary has a key that is not legal on the wire")
    return {
        _clean(key): item if type(item) in _NUMBERS else _unpack(item, cursor, depth + 1)
        for key, item in node.items()
    }


def _clean(text: str) -> str:
    """Return the text without lone surrogates, which no file and no terminal would take later."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
