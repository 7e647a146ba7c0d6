"""An asyncio whose sets have an order, on a loop in virtual time that does not run for ever.

CPython keeps tasks in sets, and walks them in the order of the tasks' addresses. Where that
can be seen (a task group that aborts, the last cancellation by asyncio.run, as_completed over
futures that are done already, wait) what is here goes in the order of creation, or of the arguments.
With asyncio.wait for the first exception the order decides whose exception is looked at, and so
counts as retrieved.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

sys.path.append(str(Path(__file__).resolve().parent.parent))  # where virtual_loop.py is
from virtual_loop import Deadlock, VirtualTimeLoop  # noqa: E402

__all__ = ["Deadlock", "OrderedTaskGroup", "WatchedLoop", "as_completed", "shutdown_order", "wait"]

T = TypeVar("T")


class OrderedSet(Generic[T]):
    """As much of a set as asyncio uses, in the order of insertion."""

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = dict.fromkeys(items)

    def add(self, item: T) -> None:
        self._items[item] = None

    def discard(self, item: T) -> None:
        self._items.pop(item, None)

    def remove(self, item: T) -> None:
        del self._items[item]

    def clear(self) -> None:
        self._items.clear()

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items))

    def __len__(self) -> int:
        return len(self._items)


class WatchedLoop(VirtualTimeLoop):
    """A loop in virtual time that asks, before each of its turns, whether to go on."""

    def __init__(self, before_turn: Callable[[], None]) -> None:
        super().__init__()
        self._before_turn = before_turn

    def _run_once(self) -> None:
        self._before_turn()
        super()._run_once()


class OrderedTaskGroup(asyncio.TaskGroup):
    """A task group that aborts its tasks in the order of their creation."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: Any = OrderedSet()


async def wait(futures: list[asyncio.Future[Any]], timeout: float | None, when: str) -> tuple[set[Any], set[Any]]:
    """asyncio.wait in the order of the list."""
    if not futures:
        return await asyncio.wait(futures, timeout=timeout, return_when=when)  # which refuses it
    wait_for_all: Any = asyncio.tasks._wait  # type: ignore[attr-defined]
    return await wait_for_all(OrderedSet(futures), timeout, when, asyncio.get_running_loop())


def as_completed(futures: list[asyncio.Future[Any]], timeout: float | None) -> Iterable[Any]:
    """asyncio.as_completed in the order of the list; before 3.13, where it cannot be given one, in any."""
    if sys.version_info < (3, 13):
        return asyncio.as_completed(futures, timeout=timeout)

    class Ordered(asyncio.tasks._AsCompletedIterator):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__((), None)
            self._todo = OrderedSet(futures)
            self._todo_left = len(self._todo)
            for future in self._todo:
                future.add_done_callback(self._handle_completion)
            if futures and timeout is not None:
                loop = asyncio.get_running_loop()
                self._timeout_handle = loop.call_later(timeout, self._handle_timeout)

    return Ordered()


@contextlib.contextmanager
def shutdown_order(position: Callable[[asyncio.Task[Any]], int]) -> Iterator[None]:
    """Lets asyncio.Runner cancel what is left in this order."""
    all_tasks = asyncio.tasks.all_tasks

    def in_order(loop: asyncio.AbstractEventLoop | None = None) -> list[asyncio.Task[Any]]:
        return sorted(all_tasks(loop), key=position)

    asyncio.tasks.all_tasks = in_order  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncio.tasks.all_tasks = all_tasks
