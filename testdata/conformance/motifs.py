"""Short patterns of operations that chance alone would seldom put together."""

from __future__ import annotations

import random
from typing import Any

Op = list[Any]
Ops = list[Op]


def draw(rng: random.Random, task: str, timeout: str, waits: Op, acts: Op) -> Ops:
    """One of the patterns, around an operation that may suspend and one on the same object that does not."""
    caught = {"on": ["CancelledError"]}
    patterns: list[Ops] = [
        # Whoever waits for the object is woken and cancelled in one turn, or in the next.
        [_tried(acts), ["cancel", task]],
        [_tried(acts), ["sleep", 0], ["cancel", task, "m1"]],
        [["cancel", task], _tried(acts)],
        # Cancelled twice, before the first has arrived or when it has.
        [["cancel", task, "m1"], ["cancel", task, "m2"]],
        [["cancel", task, "m1"], ["sleep", 0], ["cancel", task, "m2"]],
        # A cancellation that is refused, taken back, or goes on after more waiting.
        [["try", [waits], {"except": [], **caught}], _tried(waits)],
        [["try", [waits], {"except": [["uncancel"]], **caught}], ["sleep", 0]],
        [["try", [waits], {"except": [["sleep", 1]], "reraise": True, **caught}]],
        [["try", [waits], {"finally": [["sleep", 0], _tried(acts)]}]],
        # One's own cancellation, met at the next suspension, or never.
        [["cancel", "main"], ["uncancel"], _tried(waits)],
        # Timeouts that end with what they wait for, or move while it happens.
        [_tried(["timeout", timeout, rng.choice([0, 1, 2]), [waits, acts]])],
        [_tried(["timeout", timeout, 5, [["reschedule", timeout, rng.choice([0, 1, 2, 3])], waits]])],
        [_tried(["timeout", timeout, 1, [["timeout_at", timeout + "in", 1, [waits]]]])],
    ]
    return rng.choice(patterns)


def _tried(op: Op) -> Op:
    return ["try", [op], {"except": []}]
