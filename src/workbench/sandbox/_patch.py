"""Gives the functions of a module that is loaded already the code of another version of it.

Whoever has imported a function or a class has the changed one then, because objects stay and only
their code is another. It covers what stands inside functions; whatever runs when the module itself
is run (constants, decorators, defaults of arguments, the bodies of classes) needs a new import.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType


def patch(name: str, source: str) -> bool:
    """Give a loaded module's functions new code.

    Args:
        name: The module's dotted name.
        source: The other version; it may differ inside of functions only.

    Returns:
        Whether every function was found and could be changed.
    """
    module = sys.modules.get(name)
    if module is None or not isinstance(module.__file__, str):
        return False
    fresh = _functions_of(compile(source, module.__file__, "exec", dont_inherit=True))
    if fresh is None:
        return False
    missing = dict(fresh)
    for function in _functions_in(module):
        if function.__code__.co_filename != module.__file__:
            continue
        code = fresh.get(function.__code__.co_qualname)
        if code is None or len(code.co_freevars) != len(function.__code__.co_freevars):
            return False
        function.__code__ = code
        missing.pop(code.co_qualname, None)
    return not missing


def _functions_of(code: CodeType) -> dict[str, CodeType] | None:
    """Find the functions of a module and of its classes by name; None where two have the same."""
    found: dict[str, CodeType] = {}
    waiting = [code]
    while waiting:
        for inner in waiting.pop().co_consts:
            if not isinstance(inner, CodeType):
                continue
            if not inner.co_flags & 0x2:  # no CO_NEWLOCALS: the body of a class
                waiting.append(inner)
            elif inner.co_qualname in found:
                return None
            elif not inner.co_name.startswith("<"):  # lambdas and comprehensions ran already
                found[inner.co_qualname] = inner
    return found


def _functions_in(module: ModuleType) -> Iterator[FunctionType]:
    waiting: list[object] = list(vars(module).values())
    seen: set[int] = set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, FunctionType):
            yield thing
            waiting.append(getattr(thing, "__wrapped__", None))
        elif isinstance(thing, type):
            if thing.__module__ == module.__name__:
                waiting += list(vars(thing).values())
        elif isinstance(thing, staticmethod | classmethod):
            waiting.append(thing.__func__)
        elif isinstance(thing, property):
            waiting += [thing.fget, thing.fset, thing.fdel]
        elif isinstance(thing, functools.cached_property):
            waiting.append(thing.func)
        elif isinstance(thing, functools._lru_cache_wrapper):
            waiting.append(thing.__wrapped__)
