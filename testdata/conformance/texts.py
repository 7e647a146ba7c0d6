"""How a trace writes operations, values and exceptions.

FORMAT.md says what the texts mean. They name exceptions by what they stand for, not by
their Python class, so that a library in another language can print the same.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any


class InvalidProgram(Exception):
    """A program outside the format, or one of which no trace can be made."""


class ErrA(Exception):
    """The first of the two errors that programs raise."""


class ErrB(Exception):
    """The second of them."""


ERRORS: dict[str, type[BaseException]] = {
    "ErrA": ErrA,
    "ErrB": ErrB,
    "CancelledError": asyncio.CancelledError,
}

# The exceptions of asyncio that print as their name, each under the version's own class.
_NAMED = {
    name: getattr(asyncio, name)
    for name in (
        "TimeoutError",
        "InvalidStateError",
        "QueueEmpty",
        "QueueFull",
        "QueueShutDown",  # since 3.13
        "BrokenBarrierError",
    )
    if hasattr(asyncio, name)
}


def words(operation: list[Any]) -> str:
    """The operation as its line begins: strings bare, the rest as JSON."""
    return " ".join(word if isinstance(word, str) else value_text(word) for word in operation)


def value_text(value: object) -> str:
    """A value as compact JSON."""
    return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, BaseException):
        return exception_text(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # times are whole ticks
    return value


def exception_text(exc: BaseException) -> str:
    """The exception with its message or its members; InvalidProgram for those that no program may raise."""
    name = exception_name(exc)
    if isinstance(exc, BaseExceptionGroup):
        return f"{name}[{', '.join(map(exception_text, exc.exceptions))}]"
    if isinstance(exc, (ErrA, ErrB)) or (isinstance(exc, asyncio.CancelledError) and exc.args):
        return f"{name}({exc.args[0]})"
    return name


def exception_name(exc: BaseException) -> str:
    """What the exception is called in traces."""
    for name, kind in (ERRORS | _NAMED).items():
        if isinstance(exc, kind):
            return name
    if isinstance(exc, BaseExceptionGroup):
        return "ExceptionGroup"
    if isinstance(exc, InvalidProgram):
        raise exc
    if isinstance(exc, RecursionError):
        raise InvalidProgram("recursion without end: awaits in a cycle, or a coroutine that starts itself")
    if isinstance(exc, (RuntimeError, ValueError)):
        return "Misuse"
    raise InvalidProgram(f"not an exception of the format: {exc!r}")
