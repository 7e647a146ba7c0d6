"""Runs a conformance program on CPython's asyncio in virtual time and returns its trace.

The format of programs and traces is described in FORMAT.md. This module has the blocks and
the run as a whole; operations.py and objects.py have the operations, world.py what they share.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import objects  # noqa: F401  (registers its operations)
from operations import OPERATIONS, VALUED, suspends
from ordered import Deadlock, OrderedTaskGroup, shutdown_order
from texts import InvalidProgram, exception_name, value_text, words
from world import Future, Task, World

Ops = list[list[Any]]


class Return(BaseException):
    """Leaves the blocks of a coroutine, on the way to its end."""

    def __init__(self, value: Any) -> None:
        self.value = value


# No events of the program: it was dropped, or it is wrong.
OUTSIDE = (GeneratorExit, InvalidProgram)


class Frame:
    """One coroutine or callback while it executes its operations."""

    def __init__(self, world: World, who: str) -> None:
        self.world = world
        self.who = who
        self._blocks: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
            "try": self._try,
            "with": self._with,
            "timeout": self._timeout,
            "timeout_at": self._timeout_at,
            "taskgroup": self._taskgroup,
            "repeat": self._repeat,
            "return": self._return,
        }

    async def coroutine(self, name: str, coroutine: str) -> Any:
        """A coroutine of the program; its lines carry the name."""
        frame = Frame(self.world, name)
        self.world.line(name, "start")
        value = None
        try:
            await frame.run(self.world.body("coroutines", coroutine))
        except Return as returned:
            value = returned.value
        except OUTSIDE:
            raise
        except BaseException as exc:
            self.world.failure(name, "end", exc)
            raise
        self.world.line(name, f"end = {value_text(value)}")
        return value

    def start(self, name: str, coroutine: str, create: Callable[[Coroutine[Any, Any, Any]], Task]) -> None:
        """Binds the name to the task that create makes of a coroutine."""
        birth = self.world.birth(name)  # before an eager task's first step makes others
        main = self.coroutine(name, coroutine)
        try:
            task = create(main)
        except BaseException:
            main.close()
            raise
        self.world.bind(birth, task)

    def callback(self, name: str, head: Callable[[], str]) -> Callable[..., None]:
        """A new function that prints the head and executes the callback's operations."""

        def function(*_: Future) -> None:
            self.world.line("-", head())
            steps = Frame(self.world, "-").run(self.world.body("callbacks", name))
            try:
                steps.send(None)
            except StopIteration:
                return
            except InvalidProgram as invalid:
                raise self.world.reject(invalid) from None
            raise self.world.reject(InvalidProgram(f"the callback {name!r} suspends"))

        return function

    async def run(self, ops: Ops) -> None:
        for op in ops:
            if not self.world.open:
                raise GeneratorExit  # a coroutine that is thrown away may turn that into an exception of its own
            if block := self._blocks.get(op[0]):
                await block(*op[1:])
            else:
                await self._operation(op)

    async def _operation(self, op: list[Any]) -> None:
        if op[0] not in OPERATIONS:
            raise self.world.reject(InvalidProgram(f"an unknown operation: {op[0]!r}"))
        try:
            value = OPERATIONS[op[0]](self, *op[1:])
            if suspends(op[0]):
                value = await value
        except OUTSIDE:
            raise
        except BaseException as exc:
            self.world.failure(self.who, words(op), exc)
            raise
        self.world.line(self.who, words(op) + (f" = {value_text(value)}" if op[0] in VALUED else ""))

    # Blocks. Their parameters are the words behind the block's own.

    async def _return(self, value: Any) -> None:
        raise Return(value)

    async def _repeat(self, times: int, body: Ops) -> None:
        for _ in range(times):
            await self.run(body)

    async def _try(self, body: Ops, parts: dict[str, Any]) -> None:
        # Not `finally`, which would also run when the coroutine is thrown away.
        try:
            await self._except(body, parts)
        except OUTSIDE:
            raise
        except BaseException:
            await self._finally(parts)
            raise
        await self._finally(parts)

    async def _finally(self, parts: dict[str, Any]) -> None:
        if "finally" in parts:
            self.world.line(self.who, "finally")
            await self.run(parts["finally"])

    async def _except(self, body: Ops, parts: dict[str, Any]) -> None:
        try:
            await self.run(body)
        except (Return, *OUTSIDE):
            raise
        except BaseException as exc:
            names = parts.get("on", "*")
            if "except" not in parts or (names != "*" and exception_name(exc) not in names):
                raise
            self.world.line(self.who, f"caught {self.world.describe(exc)}")
            await self.run(parts["except"])
            if parts.get("reraise"):
                raise

    async def _with(self, name: str, body: Ops) -> None:
        await self._scope("with", name, self.world.get(name, objects.LOCKS), body)

    async def _timeout(self, name: str, delay: int | None, body: Ops) -> None:
        await self._scope("timeout", name, asyncio.timeout(delay), body)

    async def _timeout_at(self, name: str, when: int | None, body: Ops) -> None:
        await self._scope("timeout_at", name, asyncio.timeout_at(when), body)

    async def _taskgroup(self, name: str, body: Ops) -> None:
        await self._scope("taskgroup", name, OrderedTaskGroup(), body)

    async def _scope(self, kind: str, name: str, manager: AbstractAsyncContextManager[Any], body: Ops) -> None:
        """Executes the body inside `async with`; what that makes gets the name, and what is locked keeps its own."""
        returned = None
        try:
            async with manager as entered:
                if kind != "with":
                    self.world.names[name] = entered
                self.world.line(self.who, f"{kind} {name} enter")
                try:
                    await self.run(body)
                except Return as exc:  # a return is no exception to the context manager
                    returned = exc
        except OUTSIDE:
            raise
        except BaseException as exc:
            self.world.failure(self.who, f"{kind} {name} exit", exc)
            raise
        self.world.line(self.who, f"{kind} {name} exit")
        if returned:
            raise returned


def run(program: dict[str, Any]) -> list[str]:
    """Runs the program and returns its trace, or raises InvalidProgram."""
    try:
        world = World(program)
    except (KeyError, TypeError, ValueError) as exc:
        raise InvalidProgram(f"{type(exc).__name__} in the objects: {exc}") from exc
    try:
        _record(world)
    except Deadlock:
        pending = sorted(task.get_name() for task in asyncio.all_tasks(world.loop))
        world.line("-", f"deadlock {','.join(pending)}")
    except RecursionError as exc:
        world.describe(exc)
    except RuntimeError:
        world.check()  # asyncio complains about a task that was left pending by an invalid program
        raise
    finally:
        world.open = False
        asyncio._set_running_loop(None)  # the loop may have been left in the middle of a turn
    world.check()
    return world.trace


def _record(world: World) -> None:
    """Runs main, cancels what is left, and looks for exceptions that nobody retrieved."""
    frame = Frame(world, "main")

    async def main() -> Any:
        task = asyncio.current_task()
        assert task is not None
        task.set_name("main")  # nothing has run before that could ask
        world.bind(world.birth("main"), task)
        return await frame.coroutine("main", "main")

    runner = asyncio.Runner(loop_factory=lambda: world.loop)
    try:
        value = runner.run(main())
    except (Deadlock, InvalidProgram):
        raise
    except BaseException as exc:
        world.failure("-", "main", exc)
    else:
        world.line("-", f"main = {value_text(value)}")
    with shutdown_order(world.position):
        runner.close()
    for birth in world.births:
        future = birth.future
        if future is not None and future._log_traceback:
            future._log_traceback = False
            assert future._exception is not None
            world.line("-", f"never-retrieved {birth.name} ! {world.describe(future._exception)}")


@contextlib.contextmanager
def quiet_process() -> Iterator[None]:
    """Leaves garbage collection to the caller, and silences what dropped coroutines say when they are collected."""
    hook = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # coroutines that were never awaited
            yield
            gc.collect()
    finally:
        gc.enable()
        sys.unraisablehook = hook
