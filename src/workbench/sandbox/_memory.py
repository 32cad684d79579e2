"""Compares what a candidate answers with to what the worker handed it, from outside its process.

A candidate is a fork of the zygote, so what both inherited lies at the same addresses. Before any
draft runs, the zygote notes where the functions, classes and modules lie that answers depend on;
later it reads the same places in the candidate's memory. Nothing in the candidate can reach the
reader, or what it compares with.

Watched: which object every such name means, in modules and classes; the code, defaults and
closure of every function; that no class, and none of our own modules, was changed and changed back
(CPython up to 3.12).
Not watched: objects that a draft makes, data that libraries keep for themselves, compiled code.

Layouts: ``Include/cpython/dictobject.h``, ``Include/internal/pycore_dict.h`` and
``Include/cpython/funcobject.h`` of CPython 3.11 to 3.14, 64 bit.
"""

from __future__ import annotations

import builtins
import ctypes
import gc
import os
import struct
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType

import numpy as np
from numpy.typing import NDArray

SUPPORTED = (
    sys.platform == "linux"
    and sys.implementation.name == "cpython"
    and (3, 11) <= sys.version_info[:2] <= (3, 14)
    and struct.calcsize("P") == 8
    and not hasattr(sys, "_is_gil_enabled")
) or (sys.platform == "linux" and getattr(sys, "_is_gil_enabled", lambda: False)())
_TAGGED = sys.version_info < (3, 13)  # dictionaries count their changes
_WORD = 8
_DICT = 16, 32  # offset and size of: used, version, keys, values
_KEYS_HEAD = 32  # reference count, sizes and kind, usable, entries; the index follows
_FUNCTION = 48, 32  # offset and size of: code, defaults, keyword defaults, closure
_CELL = 16, 8
_BATCH = 1024  # IOV_MAX
_SHOWN = 12
# Python itself adds these: to a class when an object is copied, to a module when it warns.
_CACHES = {"__slotnames__", "__warningregistry__"}

Read = Callable[[NDArray[np.uint64]], bytes]


@dataclass(frozen=True)
class Name:
    """A namespace whose entries are watched.

    Args:
        name: Its dotted name.
        address: Of its dictionary.
        strict: Whether nothing may be added.
        hidden: The addresses of names that an entry of it would hide.
        tagged: Whether it may not even be changed and changed back.
        keys: The addresses of all its keys.
        values: For each watched key's address: the key and the address of what it means.
    """

    name: str
    address: int
    strict: bool
    tagged: bool
    hidden: frozenset[int]
    keys: frozenset[int]
    values: Mapping[int, tuple[str, int]]


class Watch:
    """Places in memory that must look the same in every candidate.

    Args:
        modules: The modules that answers depend on; their classes and functions are watched too.
        closed: Names of modules to which nothing may be added either.
        free: Dotted names that libraries themselves replace.
    """

    def __init__(
        self, modules: Iterable[ModuleType], closed: Iterable[str] = (), free: Iterable[str] = ()
    ) -> None:
        self._free, self._names, self._seen = frozenset(free), list[Name](), set[int]()
        closed_modules = frozenset(closed)
        self._places: list[tuple[int, int]] = []  # address and size
        self._owners: list[tuple[str, int]] = []  # of each place: a name, or -1; a namespace
        self._words = _added_later()  # every key that was met, by its address
        self._built_in = frozenset(id(key) for key in vars(builtins))
        for module in modules:
            closed_too = module.__name__ in closed_modules
            if closed_too:  # a warning would add it later, and look like a change
                vars(module).setdefault("__warningregistry__", {})
            self._take_namespace(module.__name__, vars(module), self._built_in, strict=closed_too)
        self._iovecs = np.array(self._places, dtype=np.uint64).reshape(-1, 2)
        self._expected = np.frombuffer(_own(self._iovecs), np.uint8)
        self._ends = np.cumsum(self._iovecs[:, 1].astype(np.int64))

    def __len__(self) -> int:
        return sum(len(name.values) for name in self._names)

    def touched(self, process: int, *, restored: bool = True) -> list[str]:
        """Tell what looks different in a process.

        Args:
            process: A fork of this process, or this process itself.
            restored: Also tell what was changed and changed back, as some libraries do.

        Returns:
            Dotted names, each with what happened to it.

        Raises:
            OSError: Its memory cannot be read from here.
        """
        read: Read = _own if process == os.getpid() else lambda places: _remote(process, places)
        seen = np.frombuffer(read(self._iovecs), np.uint8)
        differing = np.flatnonzero(seen != self._expected)
        places = np.unique(np.searchsorted(self._ends, differing, side="right"))
        found: dict[str, None] = {}
        for owner, namespace in dict.fromkeys(self._owners[int(place)] for place in places):
            if namespace < 0:
                found[f"{owner} was rewritten"] = None
            else:
                found.update(dict.fromkeys(self._changes(self._names[namespace], read, restored)))
        return sorted(found)[:_SHOWN]

    def _changes(self, name: Name, read: Read, restored: bool) -> list[str]:
        """Compare a namespace entry by entry."""
        now = _entries(name.address, read)
        changed = [
            f"{name.name}.{key} was {'replaced' if place in now else 'removed'}"
            for place, (key, value) in name.values.items()
            if now.get(place) != value
        ]
        for place in now.keys() - name.keys:
            # A new name is harmless, unless it hides a built-in function or an inherited method.
            word = self._words.get(place, "(a new name)")
            if (name.strict or place in name.hidden) and word not in _CACHES:
                changed.append(f"{name.name}.{word} was added")
        if name.tagged and restored and not changed:
            return [f"{name.name} was changed and changed back"]
        return changed

    def _take_namespace(
        self, name: str, namespace: dict[str, object], hidden: frozenset[int], *, strict: bool
    ) -> None:
        if id(namespace) in self._seen:
            return
        self._seen.add(id(namespace))
        now = _entries(id(namespace), _own)
        named = {id(key): key for key in namespace}
        self._words.update(named)
        values = {
            place: (named[place], value)
            for place, value in now.items()
            if place in named
            and f"{name}.{named[place]}" not in self._free
            and _means_something(namespace[named[place]])
        }
        # Modules keep counters among their names, those that answer here do not.
        tagged = _TAGGED and (strict or ":" in name)
        own = Name(name, id(namespace), strict, tagged, hidden, frozenset(now), values)
        self._names.append(own)
        owner = (name, len(self._names) - 1)
        self._place(owner, id(namespace) + _DICT[0], _DICT[1])
        self._place(owner, *_table(id(namespace), _own)[:2])
        for key, value in list(namespace.items()):
            self._take_value(f"{name}.{key}", name, value)

    def _take_value(self, name: str, inside: str, value: object) -> None:
        value = getattr(value, "__func__", value) if _is_method(value) else value
        if isinstance(value, property):
            for part in (value.fget, value.fset):
                self._take_value(name, inside, part)
        elif isinstance(value, FunctionType):
            self._take_function(name, value)
        elif isinstance(value, type) and value.__module__ == inside.partition(":")[0]:
            held = gc.get_referents(value.__dict__)
            if held and isinstance(held[0], dict):
                inherited = {key for base in value.__mro__[1:] for key in vars(base)}
                hidden = frozenset(id(key) for key in inherited - _CACHES)
                name = f"{inside}:{value.__qualname__}"
                self._take_namespace(name, held[0], hidden, strict=False)

    def _take_function(self, name: str, function: FunctionType) -> None:
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        self._place((name, -1), id(function) + _FUNCTION[0], _FUNCTION[1])
        for cell in function.__closure__ or ():
            try:
                held = cell.cell_contents
            except ValueError:  # it is empty
                continue
            if isinstance(held, FunctionType):
                self._place((name, -1), id(cell) + _CELL[0], _CELL[1])
                self._take_function(name, held)

    def _place(self, owner: tuple[str, int], address: int, size: int) -> None:
        if size:
            self._places.append((address, size))
            self._owners.append(owner)


def _is_method(value: object) -> bool:
    return isinstance(value, staticmethod | classmethod)


def _means_something(value: object) -> bool:
    """Tell code from data: libraries keep counters and caches among their names."""
    return callable(value) or isinstance(value, ModuleType | property) or _is_method(value)


def _table(address: int, read: Read) -> tuple[int, int, int]:
    """Find a dictionary's entries: address, size of all, and size of one."""
    _, _, keys, values = struct.unpack("<4Q", read(_one(address + _DICT[0], _DICT[1])))
    head = read(_one(keys, _KEYS_HEAD))
    index_bytes, kind, count = head[9], head[10], struct.unpack_from("<q", head, 24)[0]
    if values or kind > 1:
        return 0, 0, 0  # its values lie elsewhere, as those of instances do
    entry = 3 * _WORD if kind == 0 else 2 * _WORD
    return keys + _KEYS_HEAD + (1 << index_bytes), count * entry, entry


def _entries(address: int, read: Read) -> dict[int, int]:
    """Read a dictionary: the address of each value by the address of its key."""
    start, size, entry = _table(address, read)
    if not size or size > 2**24:  # a hostile process may claim anything
        return {}
    words = np.frombuffer(read(_one(start, size)), np.uint64).reshape(-1, entry // _WORD)
    return {int(key): int(value) for key, value in words[:, -2:] if key and value}


def _one(address: int, size: int) -> NDArray[np.uint64]:
    return np.array([[address, size]], dtype=np.uint64)


def _own(places: NDArray[np.uint64]) -> bytes:
    return b"".join(ctypes.string_at(int(address), int(size)) for address, size in places)


def _remote(process: int, places: NDArray[np.uint64]) -> bytes:
    """Read another process's memory (``process_vm_readv``)."""
    library = ctypes.CDLL(None, use_errno=True)
    library.process_vm_readv.restype = ctypes.c_ssize_t
    parts = []
    for start in range(0, len(places), _BATCH):
        some = np.ascontiguousarray(places[start : start + _BATCH])
        buffer = np.empty(int(some[:, 1].sum()), np.uint8)
        into = np.array([[buffer.ctypes.data, buffer.size]], dtype=np.uint64)
        got = library.process_vm_readv(
            ctypes.c_int(process),
            ctypes.c_void_p(into.ctypes.data),
            ctypes.c_ulong(1),
            ctypes.c_void_p(some.ctypes.data),
            ctypes.c_ulong(len(some)),
            ctypes.c_ulong(0),
        )
        if got != buffer.size:
            code = ctypes.get_errno()
            raise OSError(code, f"the memory of process {process}: {os.strerror(code)}")
        parts.append(buffer.tobytes())
    return b"".join(parts)


def over(means: Iterable[str], closed: Iterable[str], free: Iterable[str]) -> Watch | None:
    """Watch loaded modules.

    Args:
        means: Their names; with ``.*`` all below as well.
        closed: Those, named likewise, to which nothing may be added.
        free: Dotted names that libraries themselves replace.

    Returns:
        The watch, or None where this Python's objects have an unknown layout.
    """
    if not SUPPORTED:
        return None
    modules = dict(_chosen(means))
    return Watch(modules.values(), [name for name, _ in _chosen(closed)], free)


def _chosen(names: Iterable[str]) -> Iterable[tuple[str, ModuleType]]:
    exact = {name for name in names if not name.endswith(".*")}
    below = tuple(name.removesuffix("*") for name in names if name.endswith(".*"))
    for name, module in sorted(sys.modules.items()):
        if isinstance(module, ModuleType) and (name in exact or f"{name}.".startswith(below)):
            yield name, module


def _added_later() -> dict[int, str]:
    """Find the key that a module gets when it first warns; no source holds that very string."""
    namespace: dict[str, object] = {"warn": warnings.warn, "__name__": __name__}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("warn('')", namespace)
    return {id(key): key for key in namespace}
