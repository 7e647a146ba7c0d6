"""What the coroutines and callbacks of one running program share: names, futures, the trace."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ordered import WatchedLoop
from texts import InvalidProgram, exception_text

Future = asyncio.Future[Any]
Task = asyncio.Task[Any]

# Programs that go on for longer run for ever, or tell little more.
MAX_TURNS = 2_000
MAX_LINES = 400

# Words of the loop's messages to its exception handler, and what a trace calls them.
_HANDLER_KINDS = {
    "Exception in callback": "callback",
    "shutdown": "shutdown",
    "shielded": "shielded",
}


@dataclass(eq=False)
class Var:
    """An integer that programs share."""

    value: int


@dataclass(eq=False)
class Birth:
    """A future and the name it was made under; the future is missing while an eager task takes its first step."""

    name: str
    future: Future | None = None


class World:
    """A program's run: its loop, the names bound so far, every future made, and the trace."""

    def __init__(self, program: dict[str, Any]) -> None:
        self.program = program
        self.loop = WatchedLoop(self._before_turn)
        self.loop.set_exception_handler(self._handle)
        self.trace: list[str] = []
        self.names: dict[str, Any] = {}
        self.births: list[Birth] = []  # in the order of creation; they also keep the futures alive
        self.made_as: dict[Future, str] = {}
        self.done_callbacks: dict[tuple[str, str], Callable[[Future], None]] = {}
        self.open = True  # until the trace is complete
        self._rejection: InvalidProgram | None = None
        self._turns = 0
        for name, thing in program["objects"].items():
            self._make(name, thing)

    def line(self, who: str, text: str) -> None:
        """Adds a line to the trace."""
        if not self.open:
            return
        if len(self.trace) == MAX_LINES:
            raise self.reject(InvalidProgram(f"a trace of more than {MAX_LINES} lines"))
        self.trace.append(f"{self.loop.time():.0f} {who} {text}")

    def failure(self, who: str, head: str, exc: BaseException) -> None:
        """Adds the line of something that ended with an exception."""
        self.line(who, f"{head} ! {self.describe(exc)}")

    def describe(self, exc: BaseException) -> str:
        """The exception's text; one that no program may raise makes the program invalid."""
        try:
            return exception_text(exc)
        except InvalidProgram as invalid:
            raise self.reject(invalid) from exc

    def reject(self, why: InvalidProgram) -> InvalidProgram:
        """Ends the run before the next turn: asyncio itself would go on, with a failed task.

        Returns the first reason that was given, to be raised.
        """
        self._rejection = self._rejection or why
        return self._rejection

    def check(self) -> None:
        """Raises why the program is invalid, if it is."""
        if self._rejection:
            raise self._rejection

    def get(self, name: str, kind: Any) -> Any:
        """What the name stands for; it must be bound, to something of this kind (a class or a union of them)."""
        thing = self.names.get(name)
        if not isinstance(thing, kind):
            raise self.unknown(name, getattr(kind, "__name__", str(kind)))
        return thing

    def futures(self, names: list[str]) -> list[Future]:
        return [self.get(name, asyncio.Future) for name in names]

    def body(self, part: str, name: str) -> list[Any]:
        """The operations of a coroutine or a callback."""
        if name not in self.program[part]:
            raise self.unknown(name, part)
        return self.program[part][name]

    def birth(self, name: str) -> Birth:
        """A place in the order of creation, for a future that comes to be only now."""
        self.births.append(Birth(name))
        return self.births[-1]

    def bind(self, birth: Birth, future: Future) -> None:
        """Lets the name stand for the future that was made at this place."""
        birth.future = future
        self.made_as[future] = birth.name
        self.names[birth.name] = future

    def position(self, task: Task) -> int:
        """The task's place in the order of creation; unnamed ones come last."""
        places = (place for place, birth in enumerate(self.births) if birth.future is task)
        return next(places, len(self.births))

    def unknown(self, name: str, wanted: str) -> InvalidProgram:
        return self.reject(InvalidProgram(f"at {self.loop.time():.0f}, {name!r} names no {wanted}"))

    def _before_turn(self) -> None:
        self.check()
        self._turns += 1
        if self._turns > MAX_TURNS:
            raise self.reject(InvalidProgram(f"still running after {MAX_TURNS} turns of the loop"))

    def _handle(self, _loop: asyncio.AbstractEventLoop, report: dict[str, Any]) -> None:
        exc = report.get("exception")
        if exc is None or not self.open:
            return  # a pending task that is dropped behind the end of the trace
        kinds = (kind for text, kind in _HANDLER_KINDS.items() if text in report["message"])
        with contextlib.suppress(InvalidProgram):  # it ends the run before the next turn
            self.failure("-", f"handler {next(kinds, 'other')}", exc)

    def _make(self, name: str, spec: dict[str, Any]) -> None:
        kind, value = spec["kind"], spec.get("value")
        if kind == "future":
            self.bind(self.birth(name), self.loop.create_future())
        elif kind == "condition":
            lock = self.get(spec["lock"], asyncio.Lock) if "lock" in spec else None
            self.names[name] = asyncio.Condition(lock)
        elif kind in _MAKERS:
            self.names[name] = _MAKERS[kind](name, value, spec)
        else:
            raise InvalidProgram(f"{name!r} is of an unknown kind: {kind!r}")


# How objects are made from their name, their value and the rest of their description.
_MAKERS: dict[str, Callable[[str, Any, dict[str, Any]], Any]] = {
    "event": lambda name, value, spec: asyncio.Event(),
    "lock": lambda name, value, spec: asyncio.Lock(),
    "semaphore": lambda name, value, spec: asyncio.Semaphore(1 if value is None else value),
    "bounded_semaphore": lambda name, value, spec: asyncio.BoundedSemaphore(1 if value is None else value),
    "barrier": lambda name, value, spec: asyncio.Barrier(spec["parties"]),
    "queue": lambda name, value, spec: asyncio.Queue(spec.get("maxsize", 0)),
    "priority_queue": lambda name, value, spec: asyncio.PriorityQueue(spec.get("maxsize", 0)),
    "lifo_queue": lambda name, value, spec: asyncio.LifoQueue(spec.get("maxsize", 0)),
    "var": lambda name, value, spec: Var(value or 0),
    "contextvar": lambda name, value, spec: contextvars.ContextVar(name, default=value or 0),
}
