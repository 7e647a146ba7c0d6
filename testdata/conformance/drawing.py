"""Draws operations and their arguments at random, from what a place in a program may name."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import motifs
from vocabulary import ALL, BLOCKS, MADE, OBJECTS, PLAIN, SUSPENDING, first_argument, works_on

Ops = list[list[Any]]

MESSAGES = ["m1", "m2", ""]
ON = ["*", "*", "*", ["CancelledError"], ["TimeoutError", "ErrA", "ErrB", "Misuse"], ["ExceptionGroup", "ErrA"]]
MAKING = {"gather", "shield", "call_soon", "call_later", "call_at", "spawn", "spawn_eager"}  # always succeed
COROUTINE_LEVELS = 3  # coroutines below the tasks' own: they start only what is below them


class Unavailable(LookupError):
    """There is nothing to draw for an argument."""


@dataclass(frozen=True)
class Profile:
    """What the programs of a sort are like: bounds of numbers, and probabilities."""

    tasks: tuple[int, int] = (1, 4)
    objects: tuple[int, int] = (1, 5)
    kinds: tuple[str, ...] = ()  # of objects; empty: all
    ops: tuple[int, int] = (2, 5)  # of a coroutine
    at_objects: float = 0.5  # that an operation works on an object
    pause: float = 0.08  # that ["sleep", 0] follows
    blocks: float = 0.35  # that an operation is a block
    nesting: int = 3
    motifs: float = 0.06  # that a known pattern follows instead
    guarded: float = 0.5  # that an operation's exception is caught
    callbacks: float = 0.05  # that an operation calls for a callback


@dataclass
class Scope:
    """The names that are bound for certain at a place, and what kind of place it is."""

    tasks: list[str] = field(default_factory=list)  # of all, by number
    awaitables: list[str] = field(default_factory=list)  # made nearby
    handles: list[str] = field(default_factory=list)
    timeouts: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    order: int = 0  # coroutines start only those of a lower order
    awaited_tasks: int = 0  # tasks await only those with a lower number, nearly always
    callback: bool = False
    lock: str = ""  # what the nearest `with` holds
    final: bool = False  # inside `finally`, where there is no return

    def inner(self, **changes: Any) -> Scope:
        """The scope of a body: what is made in it may not be there behind it."""
        lists = ("awaitables", "handles", "timeouts", "groups")
        return replace(self, **{name: list(getattr(self, name)) for name in lists}, **changes)


class Drawing:
    """Draws for one program."""

    def __init__(self, rng: random.Random, profile: Profile, kinds: dict[str, str]) -> None:
        self._rng = rng
        self._profile = profile
        self._kinds = kinds
        self._texts = 0
        self._made: dict[str, list[str]] = {what: [] for what in MADE}  # the names so far, wherever they are bound
        self.leaves = rng.randint(1, COROUTINE_LEVELS)
        self.callbacks = [f"cb{number}" for number in range(1, rng.randint(1, 3) + 1)]

    def coroutine(self, order: int) -> str:
        """The name of the coroutine of that order; those of the tasks are above those that anybody starts."""
        return f"leaf{order}" if order <= self.leaves else f"work{order - self.leaves}"

    def any_leaf(self) -> str:
        return self.coroutine(self._rng.randint(1, self.leaves))

    def body(self, scope: Scope, nesting: int, bounds: tuple[int, int]) -> Ops:
        """A list of operations; the scope grows by what they make."""
        rng, profile, ops = self._rng, self._profile, []
        for _ in range(rng.randint(*bounds)):
            if not scope.callback and rng.random() < profile.motifs:
                ops += self._motif(scope)
                continue
            op = self._random_operation(scope, nesting)
            if op[0] not in MAKING and op[0] not in BLOCKS and rng.random() < profile.guarded:
                op = ["try", [op], {"except": [], "on": rng.choice(ON)}]
            ops.append(op)
            if not scope.callback and rng.random() < profile.pause:
                ops.append(["sleep", 0])
        return ops

    def operation(self, name: str, scope: Scope, nesting: int = 0, first: str = "", keep: Scope | None = None) -> Any:
        """An operation with drawn arguments, of which the first may be given; Unavailable if there are none."""
        op: list[Any] = [name]
        for argument in ALL[name][1].split():
            if argument == "body":
                op.append(self._block_body(name, op, scope, nesting))
            elif argument == "parts":
                op.append(self._try_parts(scope, nesting))
            elif argument == "message":
                op += self._rng.choice([[], [], [self._rng.choice(MESSAGES)]])
            elif argument == "own":
                if scope.callback:
                    raise Unavailable(argument)
            elif argument.startswith("name:"):
                op.append(self._name(argument[5:]))
            elif first and len(op) == 1:
                op.append(self._listed(first, scope) if argument == "awaitables" else first)
            else:
                op.append(self._argument(argument, scope))
        self._remember(op, keep or scope)
        return op

    def _random_operation(self, scope: Scope, nesting: int) -> list[Any]:
        rng, profile = self._rng, self._profile
        first = self._object_to_use(scope)
        kind = self._kinds.get(first, "")
        table = PLAIN if scope.callback else SUSPENDING | PLAIN
        fits: Callable[[str], bool] = lambda name: first_argument(name) not in OBJECTS  # noqa: E731
        if nesting > 0 and not scope.callback and rng.random() < profile.blocks:
            if works_on("with", kind):
                return self.operation("with", scope, nesting, first)
            table, first = BLOCKS, ""
        elif rng.random() < profile.callbacks:
            first, fits = "", lambda name: "callback" in ALL[name][1]
        elif kind:
            fits = lambda name: works_on(name, kind)  # noqa: E731
        unfit = {"return"} if scope.final else set()
        while names := [name for name in table if fits(name) and name not in unfit]:
            name = rng.choices(names, [table[name][0] for name in names])[0]
            unfit.add(name)
            if scope.callback and "callback" in ALL[name][1] and rng.random() < 0.8:
                continue  # callbacks that make callbacks seldom end
            try:
                return self._locked(self.operation(name, scope, nesting, first), scope)
            except Unavailable:
                continue
        return self.operation("log", scope)

    def _locked(self, op: list[Any], scope: Scope) -> list[Any]:
        """The operation, nearly always with its condition's lock if it needs that."""
        if first_argument(op[0]) != "condition" or scope.callback or scope.lock == op[1] or self._rng.random() < 0.2:
            return op
        return ["with", op[1], [op]]

    def _object_to_use(self, scope: Scope) -> str:
        """An object for the next operation to work on, or none."""
        rng = self._rng
        if scope.lock and rng.random() < 0.4:
            return scope.lock
        return rng.choice(list(self._kinds)) if self._kinds and rng.random() < self._profile.at_objects else ""

    def _motif(self, scope: Scope) -> Ops:
        rng = self._rng
        task = self._argument("task", scope)
        try:
            first = rng.choice(list(self._kinds)) if self._kinds else ""
            names = [name for name in SUSPENDING if first and works_on(name, self._kinds[first])]
            waits = self.operation(rng.choice(names), scope, 0, first) if names else ["sleep", rng.choice([0, 1, 2])]
            names = [name for name in PLAIN if first and works_on(name, self._kinds[first])]
            acts = self.operation(rng.choice(names), scope, 0, first) if names else ["sleep", 0]
        except Unavailable:
            waits, acts = ["sleep", 1], ["sleep", 0]
        return motifs.draw(rng, task, self._name("timeout"), waits, acts)

    def _block_body(self, name: str, op: list[Any], scope: Scope, nesting: int) -> Ops:
        inner = scope.inner()
        if name == "with":
            inner.lock = op[1]
        elif name in ("timeout", "timeout_at"):
            inner.timeouts.append(op[1])
        elif name == "taskgroup":
            inner.groups.append(op[1])
            members = [self.operation("tg_spawn", inner, 0, op[1]) for _ in range(self._rng.choice([0, 1, 1, 2]))]
            return members + self.body(inner, nesting - 1, (0, 3))
        return self.body(inner, nesting - 1, (1, 4) if name != "repeat" else (1, 3))

    def _try_parts(self, scope: Scope, nesting: int) -> dict[str, Any]:
        rng, parts = self._rng, {}
        if rng.random() < 0.8:
            parts["except"] = self.body(scope.inner(), nesting - 1, (0, 2))
            if rng.random() < 0.8:
                parts["on"] = rng.choice(ON)
            if rng.random() < 0.3:
                parts["reraise"] = True
        if not parts or rng.random() < 0.4:
            parts["finally"] = self.body(scope.inner(final=True), nesting - 1, (0, 2))
        return parts

    def _remember(self, op: list[Any], scope: Scope) -> None:
        """Adds what the operation makes to the scope."""
        if op[0] in ("spawn", "spawn_eager", "gather", "shield"):
            scope.awaitables.append(op[1])
        elif op[0] == "tg_spawn":
            scope.awaitables.append(op[2])
        elif op[0] in ("call_soon", "call_later", "call_at"):
            scope.handles.append(op[1])

    def _name(self, what: str) -> str:
        known = self._made[what]
        if what != "i" and known and self._rng.random() < 0.05:
            return self._rng.choice(known)  # which it overwrites
        known.append(f"{MADE[what]}{len(known) + 1}")
        return known[-1]

    def _listed(self, first: str, scope: Scope) -> list[str]:
        """A list of awaitables with this one among them."""
        names = [*self._argument("awaitables", scope), first]
        self._rng.shuffle(names)
        return names

    def _argument(self, what: str, scope: Scope) -> Any:
        rng = self._rng
        if what in OBJECTS:
            return self._choice([name for name, kind in self._kinds.items() if kind in OBJECTS[what]])
        if what in _VALUES:
            return rng.choice(_VALUES[what])
        if what == "text":
            self._texts += 1
            return f"x{self._texts}"
        if what == "awaitables":
            return [self._awaitable(scope) for _ in range(rng.choice([0, 1, 1, 2, 2, 2, 3]))]
        if what == "coroutine":
            highest = scope.order - 1 if not scope.callback else 1
            if highest < 1:
                raise Unavailable(what)
            return self.coroutine(rng.choice([rng.randint(1, highest), rng.randint(1, min(highest, self.leaves))]))
        if what == "awaitable":
            return self._awaitable(scope)
        return self._choice(self._candidates(what, scope))

    def _candidates(self, what: str, scope: Scope) -> list[str]:
        """The names that may be drawn, seldom those which somebody else may have bound by then."""
        made = self._made if self._rng.random() < 0.03 else dict.fromkeys(MADE, [])
        match what:
            case "target":
                others = [*made["task"], *made["gather"], *made["shield"]]
                return others or [*scope.tasks, *scope.tasks, *scope.awaitables, *self._futures(), "main"]
            case "task":
                return made["task"] or [*scope.tasks, *scope.tasks, "main"]
            case "callback":
                return self.callbacks
            case "handle":
                return made["handle"] or scope.handles
            case "group":
                return made["group"] or scope.groups
            case "timeout_name":
                return made["timeout"] or scope.timeouts
        raise KeyError(what)

    def _awaitable(self, scope: Scope) -> str:
        if self._rng.random() < 0.03:
            return self._choice(scope.tasks)
        tasks = scope.tasks[: scope.awaited_tasks]
        return self._choice([*tasks, *tasks, *self._futures(), *scope.awaitables * 3])

    def _futures(self) -> list[str]:
        return [name for name, kind in self._kinds.items() if kind == "future"]

    def _choice(self, names: list[str]) -> str:
        if not names:
            raise Unavailable
        return self._rng.choice(names)


_TIMES = [0, 0, 1, 1, 1, 2, 2, 3, -1]
_VALUES: dict[str, list[Any]] = {
    "delay": [0, *_TIMES],
    "timeout": [None, None, *_TIMES],
    "limit": [None, 1, 1, 2, 3],
    "moment": [-1, 0, 1, 2, 3, 4, 5],
    "when_at": [None, 0, 1, 2, 3, 4],
    "when": ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"],
    "error": ["ErrA", "ErrA", "ErrB", "CancelledError"],
    "failure": ["ErrA", "ErrB"],
    "item": [0, 1, 2, 3, 4, 5],
    "count": [0, 1, 1, 2],
    "times": [1, 2, 2, 3],
    "flag": [False, False, True],
}
