"""An asyncio event loop whose clock moves only when there is nothing left to run.

VirtualTimeLoop is a BaseEventLoop without I/O. Its time starts at 0 and is moved
by the selector alone, straight to the deadline of the earliest timer, so a program
that sleeps for an hour finishes at once and always reads the same times. Use it
with any CPython from 3.11 on:

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main())

Sockets, subprocesses and threads have no place here: they live in real time.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import Any


class Deadlock(RuntimeError):
    """Nothing is ready and no timer is pending, so the loop would wait for ever."""


class _FifoTimer(asyncio.TimerHandle):
    """A timer that goes after the timers with the same deadline made before it.

    The stock order compares deadlines only, which leaves ties to the heap.
    """

    __slots__ = ("_order",)
    _when: float

    def __init__(
        self,
        when: float,
        order: int,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        super().__init__(when, callback, args, loop, context)
        self._order = order

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, _FifoTimer):
            return NotImplemented
        return (self._when, self._order) < (other._when, other._order)


class _ClockSelector:
    """Stands in for the I/O selector: instead of waiting, it moves the clock."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            now = self._loop.time()
            raise Deadlock(f"deadlock at {now:.9f}: nothing is ready and no timer is pending")
        if timeout > 0:
            self._loop.jump_to_next_timer()
        return []


class VirtualTimeLoop(asyncio.BaseEventLoop):
    """An event loop in virtual time; equal deadlines fire first in, first out."""

    _scheduled: list[_FifoTimer]  # the base class's heap of timers

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._timer_order = itertools.count()
        self._selector = _ClockSelector(self)
        self._clock_resolution = 1e-9  # the same on every platform

    def time(self) -> float:
        return self._now

    def jump_to_next_timer(self) -> None:
        # The deadline itself, not now + timeout, which could be off by a rounding.
        self._now = self._scheduled[0].when()

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        timer = _FifoTimer(when, next(self._timer_order), callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True  # lets the base class count cancelled timers
        return timer

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        raise NotImplementedError("threads run in real time; a VirtualTimeLoop has none")

    def _process_events(self, event_list: list[Any]) -> None:
        """The selector never reports I/O, so there is nothing to do."""

    def _write_to_self(self) -> None:
        """Nobody ever sleeps in select, so there is nobody to wake."""
