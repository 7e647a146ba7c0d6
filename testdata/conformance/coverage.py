"""Say what a set of recorded conformance programs reaches.

    coverage.py FILE...

Prints how often each operation was executed, which operations that can suspend never ended with
CancelledError, which ordered pairs of kinds of objects no program uses one behind the other, and
how many different steps (a line's operation and outcome, behind those of the line before) there are.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from record import program_text, read_lines
from vocabulary import ALL, KINDS, SUSPENDING

_LINE = re.compile(r"-?\d+ (\S+) (\S+)")
_FAILURE = re.compile(r" ! (\w+)")

# These take a lock that nobody ever holds while suspended, so they never suspend themselves.
NEVER_CANCELLED = {"barrier_reset", "barrier_abort"}


class Coverage:
    """What the programs that were added reach."""

    def __init__(self) -> None:
        self.programs = 0
        self.executed: Counter[str] = Counter()  # operations and blocks, by their lines
        self.written: Counter[str] = Counter()  # by programs that have them
        self.cancelled: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.steps: Counter[tuple[str, str]] = Counter()
        self.ends: Counter[str] = Counter()

    def add(self, program: dict[str, Any], trace: list[str]) -> None:
        self.programs += 1
        operations = [op for body in _bodies(program) for op in _flat(body)]
        self.written.update({op[0] for op in operations})
        self.pairs.update(set(_kind_pairs(program)))
        steps = [step for line in trace if (step := _step(line))]
        self.executed.update(op for op, _ in steps)
        self.cancelled.update(op for op, outcome in steps if outcome == "CancelledError")
        self.steps.update(itertools.pairwise(" ".join(step) for step in steps))
        self.ends.update(_end(line) for line in trace[-3:])

    def missing_operations(self) -> list[str]:
        """The operations and blocks that no program has executed; `return`, `repeat` and `raise` leave no line."""
        return [name for name in ALL if not (self.written if name in ("return", "repeat") else self.executed)[name]]

    def never_cancelled(self) -> list[str]:
        return [name for name in SUSPENDING if not self.cancelled[name] and name not in NEVER_CANCELLED]

    def missing_pairs(self) -> list[tuple[str, str]]:
        return [pair for pair in itertools.product(KINDS, KINDS) if not self.pairs[pair]]


def _bodies(program: dict[str, Any]) -> Iterator[list[Any]]:
    yield from program["coroutines"].values()
    yield from program["callbacks"].values()


def _flat(body: list[Any]) -> Iterator[list[Any]]:
    """All operations of a body, those of its blocks too, in the order of the text."""
    for op in body:
        yield op
        for part in op[1:]:
            bodies = part.values() if isinstance(part, dict) else [part]
            for inner in bodies:
                if isinstance(inner, list) and inner and isinstance(inner[0], list):
                    yield from _flat(inner)


def _kind_pairs(program: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The kinds of objects that are used one behind the other in a coroutine or a callback."""
    objects = program["objects"]
    for body in _bodies(program):
        used = []
        for op in _flat(body):
            names = itertools.chain.from_iterable(part if isinstance(part, list) else [part] for part in op[1:])
            used += [objects[name]["kind"] for name in names if isinstance(name, str) and name in objects]
        yield from itertools.pairwise(used)


def _step(line: str) -> tuple[str, str] | None:
    """A line's operation and how it ended, if the line is an operation's or a block's."""
    match = _LINE.match(line)
    if not match:
        return None
    op = {"caught": "try", "finally": "try"}.get(match[2], match[2])
    if op not in ALL:
        return None
    failure = _FAILURE.search(line)
    return op, failure[1] if failure else "ok"


def _end(line: str) -> str:
    text = line.split(" ", 2)[2].split(" ")
    return text[0] if text[0] in ("deadlock", "never-retrieved", "main") else "other"


def of_files(paths: Iterable[Path]) -> Coverage:
    coverage = Coverage()
    for path in paths:
        for line in read_lines(path):
            coverage.add(json.loads(program_text(line)), json.loads(line)["trace"])
    return coverage


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    coverage = of_files(map(Path, sys.argv[1:]))
    print(f"{coverage.programs} programs, {len(coverage.steps)} different steps; {dict(coverage.ends)}")
    for name in ALL:
        cancelled = f", {coverage.cancelled[name]} cancelled" if name in SUSPENDING else ""
        print(f"{name:22} in {coverage.written[name]} programs, {coverage.executed[name]} lines{cancelled}")
    print("operations that never ran:", *coverage.missing_operations())
    print("never ended with CancelledError:", *coverage.never_cancelled())
    print("pairs of kinds never met:", *(f"{first}-{second}" for first, second in coverage.missing_pairs()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
