"""Print random conformance programs, one a line.

    generate.py SEED COUNT [--profile NAME]

Programs are determined by seed, index and profile. They use few objects, so that the tasks meet
at them; a name is used where it is bound, but for a few, so some programs are invalid: the
recorder leaves them out.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass
from typing import Any

from drawing import Drawing, Profile, Scope
from vocabulary import KINDS

Ops = list[list[Any]]

PROFILES: dict[str, Profile | None] = {
    "all": None,  # each program has one of those below
    "mixed": Profile(),
    "dense": Profile(objects=(1, 2), ops=(4, 10), at_objects=0.65, pause=0.4, blocks=0.12, nesting=1),
    "pairs": Profile(objects=(2, 2), at_objects=0.75, blocks=0.25),
    "cancel": Profile(objects=(1, 3), pause=0.25, motifs=0.3),
    "scopes": Profile(objects=(0, 2), ops=(1, 4), at_objects=0.25, blocks=0.55, nesting=4),
    "futures": Profile(objects=(1, 3), kinds=("future", "contextvar", "event"), at_objects=0.35, callbacks=0.15),
}


def draw(seed: int, index: int, profile: str = "all") -> dict[str, Any]:
    """The program of a seed and an index."""
    rng = random.Random(f"{seed}/{index}/{profile}")
    names = [name for name, settings in PROFILES.items() if settings]
    chosen = PROFILES[profile] or PROFILES[rng.choice(names)]
    assert chosen
    return _Author(rng, chosen).program(f"{profile}-{seed}-{index}")


@dataclass
class _Shared:
    """What every coroutine may name, whenever it runs: main makes it before it suspends for the first time."""

    scope: Scope
    block: list[Any]  # around nearly all of main: a timeout, a task group, or nothing
    prelude: Ops


class _Author:
    """Puts a program together."""

    def __init__(self, rng: random.Random, profile: Profile) -> None:
        self._rng = rng
        self._profile = profile

    def program(self, name: str) -> dict[str, Any]:
        rng, profile = self._rng, self._profile
        objects = self._objects()
        drawing = Drawing(rng, profile, {name: spec["kind"] for name, spec in objects.items()})
        tasks = rng.randint(*profile.tasks)
        shared = self._shared(drawing, tasks)

        coroutines = {}
        for order in range(1, drawing.leaves + tasks + 1):
            level = max(0, order - drawing.leaves)
            scope = shared.scope.inner(order=order, awaited_tasks=level - 1)
            bounds = profile.ops if level else (1, 4)
            coroutines[drawing.coroutine(order)] = drawing.body(scope, profile.nesting, bounds)
        coroutines["main"] = self._main(drawing, shared, tasks)
        scope = shared.scope.inner(order=1, callback=True)
        callbacks = {callback: drawing.body(scope.inner(), 0, (0, 3)) for callback in drawing.callbacks}
        return {"name": name, "objects": objects, "coroutines": coroutines, "callbacks": callbacks}

    def _objects(self) -> dict[str, dict[str, Any]]:
        rng = self._rng
        often = ["condition", "condition", "barrier", "queue"]  # which have the most to tell
        kinds = rng.choices(self._profile.kinds or [*KINDS, *often], k=rng.randint(*self._profile.objects))
        if "condition" in kinds and "var" not in kinds:
            kinds.append("var")  # for the predicates
        objects: dict[str, dict[str, Any]] = {}
        for number, kind in enumerate(kinds, start=1):
            objects[f"{KINDS[kind]}{number}"] = self._object(kind, objects)
        return objects

    def _object(self, kind: str, others: dict[str, dict[str, Any]]) -> dict[str, Any]:
        rng = self._rng
        spec: dict[str, Any] = {"kind": kind}
        locks = [name for name, other in others.items() if other["kind"] == "lock"]
        if kind == "condition" and locks and rng.random() < 0.7:
            spec["lock"] = rng.choice(locks)
        elif kind == "barrier":
            spec["parties"] = rng.randint(1, 3)
        elif kind.endswith("queue") and rng.random() < 0.8:
            spec["maxsize"] = rng.choice([1, 1, 1, 2, 2, 3, 0, -1])
        elif kind.endswith("semaphore") and rng.random() < 0.8:
            spec["value"] = rng.choice([0, 1, 1, 2, 2, 3])
        elif kind == "contextvar" or (kind == "var" and rng.random() < 0.5):
            spec["value"] = rng.randint(0, 2)
        return spec

    def _shared(self, drawing: Drawing, tasks: int) -> _Shared:
        rng = self._rng
        names = [f"t{number}" for number in range(1, tasks + 1)]
        prelude: Ops = [["spawn", task, drawing.coroutine(drawing.leaves + i)] for i, task in enumerate(names, 1)]
        if rng.random() < 0.15:
            rng.shuffle(prelude)
        block: list[Any] = rng.choice([[], ["timeout", "cm0", rng.choice([None, 1, 2, 3, 4, 5])], ["taskgroup", "tg0"]])
        scope = Scope(tasks=names)
        if block:
            (scope.timeouts if block[0] == "timeout" else scope.groups).append(block[1])
        for operation in ("gather", "shield", "call_later", "call_soon"):
            if rng.random() < 0.15:
                prelude.append(drawing.operation(operation, scope.inner(awaited_tasks=tasks), keep=scope))
        for number in range(1, rng.choice([0, 0, 0, 1, 1, 2]) + 1):
            # Its own first step does not know it yet, so only main does.
            prelude.append(["spawn_eager", f"te{number}", drawing.any_leaf()])
        return _Shared(scope, block, prelude)

    def _main(self, drawing: Drawing, shared: _Shared, tasks: int) -> Ops:
        rng, profile = self._rng, self._profile
        scope = shared.scope.inner(order=drawing.leaves + tasks + 1, awaited_tasks=tasks)
        scope.awaitables += [operation[1] for operation in shared.prelude if operation[0] == "spawn_eager"]
        body = drawing.body(scope, profile.nesting, (profile.ops[0] + 1, profile.ops[1] + 2))
        body = shared.prelude + body + rng.choice([[], [["sleep", rng.randint(1, 4)]]])
        if shared.block:
            body = [[*shared.block, body]]
        if rng.random() < 0.4:
            body = [["try", body, {"except": drawing.body(shared.scope.inner(), 0, (0, 2))}]]
        if rng.random() < 0.15:
            body += drawing.body(shared.scope.inner(), 0, (1, 2))
        return body


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("seed", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--profile", choices=PROFILES, default="all")
    options = parser.parse_args()
    for index in range(options.count):
        print(json.dumps(draw(options.seed, index, options.profile), separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
