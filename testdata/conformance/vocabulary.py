"""The words of conformance programs: which operations there are, how often, and what they take.

An operation's arguments are named by what is to be drawn for them; generate.py knows how.
"""

from __future__ import annotations

# The kinds of objects, and the letters that their names begin with.
KINDS = {
    "future": "f",
    "event": "e",
    "lock": "l",
    "semaphore": "s",
    "bounded_semaphore": "bs",
    "condition": "c",
    "barrier": "b",
    "queue": "q",
    "priority_queue": "pq",
    "lifo_queue": "lq",
    "var": "v",
    "contextvar": "x",
}

# Which kinds of objects an argument may be.
OBJECTS = {
    "future": {"future"},
    "event": {"event"},
    "lock": {"lock", "semaphore", "bounded_semaphore", "condition"},
    "lockable": {"lock", "semaphore", "bounded_semaphore"},
    "condition": {"condition"},
    "barrier": {"barrier"},
    "queue": {"queue", "priority_queue", "lifo_queue"},
    "var": {"var"},
    "contextvar": {"contextvar"},
}

# Operation: weight, arguments.
Table = dict[str, tuple[int, str]]

SUSPENDING: Table = {
    "sleep": (14, "delay"),
    "await": (10, "awaitable"),
    "acquire": (6, "lock"),
    "event_wait": (6, "event"),
    "cond_wait": (5, "condition"),
    "cond_wait_for": (4, "condition var count"),
    "barrier_wait": (8, "barrier"),
    "barrier_reset": (1, "barrier"),
    "barrier_abort": (1, "barrier"),
    "put": (6, "queue item"),
    "get": (6, "queue"),
    "join": (2, "queue"),
    "wait": (5, "awaitables timeout when"),
    "wait_for": (5, "awaitable timeout"),
    "wait_for_coro": (4, "name:i coroutine limit"),
    "as_completed": (4, "awaitables timeout"),
}

PLAIN: Table = {
    "log": (2, "text"),
    "raise": (2, "error text"),
    "spawn": (3, "name:task coroutine"),
    "spawn_eager": (3, "name:task coroutine"),
    "tg_spawn": (6, "group name:task coroutine"),
    "cancel": (10, "target message"),
    "uncancel": (2, "own"),
    "cancelling": (2, "task"),
    "set_result": (5, "future item"),
    "set_exception": (3, "future failure text"),
    "done": (1, "target"),
    "cancelled": (1, "target"),
    "result": (2, "target"),
    "exception": (2, "target"),
    "add_done_callback": (4, "target callback"),
    "remove_done_callback": (2, "target callback"),
    "call_soon": (2, "name:handle callback"),
    "call_later": (2, "name:handle delay callback"),
    "call_at": (2, "name:handle moment callback"),
    "cancel_handle": (3, "handle"),
    "event_set": (6, "event"),
    "event_clear": (3, "event"),
    "is_set": (1, "event"),
    "release": (7, "lock"),
    "locked": (1, "lockable"),
    "notify": (5, "condition count"),
    "notify_all": (3, "condition"),
    "barrier_state": (2, "barrier"),
    "put_nowait": (4, "queue item"),
    "get_nowait": (4, "queue"),
    "task_done": (4, "queue"),
    "shutdown": (1, "queue flag"),
    "qstate": (1, "queue"),
    "gather": (5, "name:gather awaitables flag"),
    "shield": (4, "name:shield awaitable"),
    "reschedule": (5, "timeout_name when_at"),
    "timeout_state": (2, "timeout_name"),
    "set": (2, "var count"),
    "add": (4, "var count"),
    "ctx_set": (4, "contextvar item"),
    "ctx_get": (4, "contextvar"),
    "time": (1, ""),
    "all_tasks": (1, ""),
    "current_task": (1, ""),
}

BLOCKS: Table = {
    "try": (5, "body parts"),
    "with": (5, "lock body"),
    "timeout": (6, "name:timeout timeout body"),
    "timeout_at": (3, "name:timeout when_at body"),
    "taskgroup": (6, "name:group body"),
    "repeat": (3, "times body"),
    "return": (2, "item"),
}

ALL: Table = SUSPENDING | PLAIN | BLOCKS

# Names that operations make, and the letters they begin with.
MADE = {"task": "u", "gather": "ga", "shield": "sh", "handle": "h", "timeout": "cm", "group": "tg", "i": "i"}


def first_argument(name: str) -> str:
    """What the operation works on."""
    return (ALL[name][1].split() or [""])[0]


def works_on(name: str, kind: str) -> bool:
    """Whether the operation works on objects of this kind."""
    argument = first_argument(name)
    if argument in ("awaitable", "awaitables", "target"):
        return kind == "future"
    return kind in OBJECTS.get(argument, ())
