"""The operations on tasks, futures and the loop, each a function over the frame that executes it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ordered
from texts import ERRORS, InvalidProgram, value_text
from world import Future

if TYPE_CHECKING:
    from interpreter import Frame

Function = Callable[..., Any]

OPERATIONS: dict[str, Function] = {}  # coroutine functions are those that suspend
VALUED: set[str] = set()  # those that print their value, be it None


def operation(function: Function) -> Function:
    """Registers an operation without a value under its function's name (`_` behind it left out)."""
    OPERATIONS[function.__name__.rstrip("_")] = function
    return function


def valued(function: Function) -> Function:
    """Registers an operation with a value."""
    VALUED.add(function.__name__.rstrip("_"))
    return operation(function)


def suspends(name: str) -> bool:
    """Whether the operation may suspend, so that callbacks cannot have it."""
    return inspect.iscoroutinefunction(OPERATIONS[name])


# Operations that suspend.


@operation
async def sleep(frame: Frame, delay: int) -> None:
    await asyncio.sleep(delay)


@valued
async def await_(frame: Frame, name: str) -> Any:
    return await frame.world.get(name, asyncio.Future)


@valued
async def wait(frame: Frame, names: list[str], timeout: int | None, when: str) -> list[list[str]]:
    world = frame.world
    sets = await ordered.wait(world.futures(names), timeout, when)
    return [sorted(world.made_as[future] for future in each) for each in sets]


@valued
async def wait_for(frame: Frame, name: str, timeout: int | None) -> Any:
    return await asyncio.wait_for(frame.world.get(name, asyncio.Future), timeout)


@valued
async def wait_for_coro(frame: Frame, name: str, coroutine: str, timeout: int | None) -> Any:
    return await asyncio.wait_for(frame.coroutine(name, coroutine), timeout)


@valued
async def as_completed(frame: Frame, names: list[str], timeout: int | None) -> list[Any]:
    values = []
    for result in ordered.as_completed(frame.world.futures(names), timeout):
        try:
            value = await result
        except (TimeoutError, asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as exc:
            frame.world.failure(frame.who, "next", exc)
        else:
            values.append(value)
            frame.world.line(frame.who, f"next = {value_text(value)}")
    return values


# Operations that do not suspend: tasks and futures.


@operation
def log(frame: Frame, text: str) -> None:
    pass  # its line is all there is to it


@operation
def raise_(frame: Frame, error: str, message: str) -> None:
    raise ERRORS[error](message)


@operation
def spawn(frame: Frame, name: str, coroutine: str) -> None:
    frame.start(name, coroutine, lambda main: frame.world.loop.create_task(main, name=name))


@operation
def spawn_eager(frame: Frame, name: str, coroutine: str) -> None:
    loop = frame.world.loop
    frame.start(name, coroutine, lambda main: asyncio.Task(main, loop=loop, name=name, eager_start=True))


@operation
def tg_spawn(frame: Frame, group: str, name: str, coroutine: str) -> None:
    create = frame.world.get(group, ordered.OrderedTaskGroup).create_task
    frame.start(name, coroutine, lambda main: create(main, name=name))


@valued
def cancel(frame: Frame, name: str, *message: str) -> bool:
    return frame.world.get(name, asyncio.Future).cancel(*message)


@valued
def uncancel(frame: Frame) -> int:
    task = asyncio.current_task()
    if task is None:
        raise frame.world.reject(InvalidProgram("uncancel in a callback"))
    return task.uncancel()


@valued
def cancelling(frame: Frame, name: str) -> int:
    return frame.world.get(name, asyncio.Task).cancelling()


@operation
def set_result(frame: Frame, name: str, value: Any) -> None:
    frame.world.get(name, asyncio.Future).set_result(value)


@operation
def set_exception(frame: Frame, name: str, error: str, message: str) -> None:
    frame.world.get(name, asyncio.Future).set_exception(ERRORS[error](message))


@valued
def done(frame: Frame, name: str) -> bool:
    return frame.world.get(name, asyncio.Future).done()


@valued
def cancelled(frame: Frame, name: str) -> bool:
    return frame.world.get(name, asyncio.Future).cancelled()


@valued
def result(frame: Frame, name: str) -> Any:
    return frame.world.get(name, asyncio.Future).result()


@valued
def exception(frame: Frame, name: str) -> BaseException | None:
    return frame.world.get(name, asyncio.Future).exception()


@operation
def add_done_callback(frame: Frame, name: str, callback: str) -> None:
    world = frame.world
    future = world.get(name, asyncio.Future)

    def head() -> str:
        return f"callback {callback} {world.made_as[future]} {_state(future)}"

    function = world.done_callbacks[name, callback] = frame.callback(callback, head)
    future.add_done_callback(function)


def _state(future: Future) -> str:
    """How a done future ended; unlike exception(), it leaves the exception unretrieved."""
    if future.cancelled():
        return "cancelled"
    return "ok" if future._exception is None else "failed"


@valued
def remove_done_callback(frame: Frame, name: str, callback: str) -> int:
    future = frame.world.get(name, asyncio.Future)
    function = frame.world.done_callbacks.get((name, callback))
    return future.remove_done_callback(function) if function else 0


@operation
def gather(frame: Frame, name: str, names: list[str], return_exceptions: bool) -> None:
    future = asyncio.gather(*frame.world.futures(names), return_exceptions=return_exceptions)
    frame.world.bind(frame.world.birth(name), future)


@operation
def shield(frame: Frame, name: str, inner: str) -> None:
    future = frame.world.get(inner, asyncio.Future)
    outer = asyncio.shield(future)
    if outer is future:  # it was done already
        frame.world.names[name] = future
    else:
        frame.world.bind(frame.world.birth(name), outer)


@valued
def current_task(frame: Frame) -> str | None:
    task = asyncio.current_task()
    return task.get_name() if task else None


@valued
def all_tasks(frame: Frame) -> list[str]:
    names = sorted(task.get_name() for task in asyncio.all_tasks())
    if any(name.startswith("Task-") for name in names):
        raise frame.world.reject(InvalidProgram("all_tasks while a task that asyncio made for itself is running"))
    return names


# The loop, its handles and timeouts.


def _named_callback(frame: Frame, callback: str) -> Callable[[], None]:
    return frame.callback(callback, lambda: f"callback {callback}")


@operation
def call_soon(frame: Frame, handle: str, callback: str) -> None:
    frame.world.names[handle] = frame.world.loop.call_soon(_named_callback(frame, callback))


@operation
def call_later(frame: Frame, handle: str, delay: int, callback: str) -> None:
    frame.world.names[handle] = frame.world.loop.call_later(delay, _named_callback(frame, callback))


@operation
def call_at(frame: Frame, handle: str, when: int, callback: str) -> None:
    frame.world.names[handle] = frame.world.loop.call_at(when, _named_callback(frame, callback))


@operation
def cancel_handle(frame: Frame, handle: str) -> None:
    frame.world.get(handle, asyncio.Handle).cancel()


@valued
def time(frame: Frame) -> float:
    return frame.world.loop.time()


@operation
def reschedule(frame: Frame, name: str, when: int | None) -> None:
    frame.world.get(name, asyncio.Timeout).reschedule(when)


@valued
def timeout_state(frame: Frame, name: str) -> list[object]:
    timeout = frame.world.get(name, asyncio.Timeout)
    return [timeout.when(), timeout.expired()]
