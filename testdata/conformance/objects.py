"""The operations on the objects that a program declares, futures apart."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING

from operations import operation, valued
from world import Var

if TYPE_CHECKING:
    from interpreter import Frame

# What has acquire and release: a union, which isinstance takes like a class.
LOCKS = asyncio.Lock | asyncio.Condition | asyncio.Semaphore

# Operations that suspend.


@operation
async def acquire(frame: Frame, name: str) -> None:
    await frame.world.get(name, LOCKS).acquire()


@operation
async def event_wait(frame: Frame, name: str) -> None:
    await frame.world.get(name, asyncio.Event).wait()


@operation
async def cond_wait(frame: Frame, name: str) -> None:
    await frame.world.get(name, asyncio.Condition).wait()


@operation
async def cond_wait_for(frame: Frame, name: str, var: str, least: int) -> None:
    counter = frame.world.get(var, Var)
    await frame.world.get(name, asyncio.Condition).wait_for(lambda: counter.value >= least)


@valued
async def barrier_wait(frame: Frame, name: str) -> int:
    return await frame.world.get(name, asyncio.Barrier).wait()


@operation
async def barrier_reset(frame: Frame, name: str) -> None:
    await frame.world.get(name, asyncio.Barrier).reset()


@operation
async def barrier_abort(frame: Frame, name: str) -> None:
    await frame.world.get(name, asyncio.Barrier).abort()


@operation
async def put(frame: Frame, name: str, item: int) -> None:
    await frame.world.get(name, asyncio.Queue).put(item)


@valued
async def get(frame: Frame, name: str) -> int:
    return await frame.world.get(name, asyncio.Queue).get()


@operation
async def join(frame: Frame, name: str) -> None:
    await frame.world.get(name, asyncio.Queue).join()


# Operations that do not suspend.


@operation
def event_set(frame: Frame, name: str) -> None:
    frame.world.get(name, asyncio.Event).set()


@operation
def event_clear(frame: Frame, name: str) -> None:
    frame.world.get(name, asyncio.Event).clear()


@valued
def is_set(frame: Frame, name: str) -> bool:
    return frame.world.get(name, asyncio.Event).is_set()


@operation
def release(frame: Frame, name: str) -> None:
    frame.world.get(name, LOCKS).release()


@valued
def locked(frame: Frame, name: str) -> bool:
    return frame.world.get(name, LOCKS).locked()


@operation
def notify(frame: Frame, name: str, count: int) -> None:
    frame.world.get(name, asyncio.Condition).notify(count)


@operation
def notify_all(frame: Frame, name: str) -> None:
    frame.world.get(name, asyncio.Condition).notify_all()


@valued
def barrier_state(frame: Frame, name: str) -> list[object]:
    barrier = frame.world.get(name, asyncio.Barrier)
    return [barrier.n_waiting, barrier.broken]


@operation
def put_nowait(frame: Frame, name: str, item: int) -> None:
    frame.world.get(name, asyncio.Queue).put_nowait(item)


@valued
def get_nowait(frame: Frame, name: str) -> int:
    return frame.world.get(name, asyncio.Queue).get_nowait()


@operation
def task_done(frame: Frame, name: str) -> None:
    frame.world.get(name, asyncio.Queue).task_done()


@operation
def shutdown(frame: Frame, name: str, immediate: bool) -> None:
    frame.world.get(name, asyncio.Queue).shutdown(immediate)


@valued
def qstate(frame: Frame, name: str) -> list[object]:
    queue = frame.world.get(name, asyncio.Queue)
    return [queue.qsize(), queue.empty(), queue.full()]


@operation
def set_(frame: Frame, name: str, value: int) -> None:
    frame.world.get(name, Var).value = value


@valued
def add(frame: Frame, name: str, amount: int) -> int:
    var = frame.world.get(name, Var)
    var.value += amount
    return var.value


@operation
def ctx_set(frame: Frame, name: str, value: int) -> None:
    frame.world.get(name, ContextVar).set(value)


@valued
def ctx_get(frame: Frame, name: str) -> int:
    return frame.world.get(name, ContextVar).get()
