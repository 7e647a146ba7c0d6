"""Tests of the generator and the recorder: python3 -m unittest discover testdata/conformance

The interpreter here is the Python that runs the tests, so what only later versions have is left out.
"""

from __future__ import annotations

import json
import sys
import tempfile
import unittest
from pathlib import Path

import record
from coverage import Coverage
from generate import PROFILES, draw
from interpreter import run
from texts import InvalidProgram
from vocabulary import ALL
from worker import Local

PROGRAMS = 2_000
SINCE = {"spawn_eager": (3, 12), "shutdown": (3, 13)}


def of(*main: list[object], **parts: object) -> dict[str, object]:
    """A program whose main does this."""
    return {"name": "p", "objects": {}, "coroutines": {"main": list(main)}, "callbacks": {}, **parts}


class TestGenerate(unittest.TestCase):
    coverage = Coverage()
    valid = 0

    @classmethod
    def setUpClass(cls) -> None:
        with Local() as interpreter:
            for index in range(PROGRAMS):
                program = draw(1, index)
                try:
                    trace = interpreter.trace(json.dumps(program))
                except InvalidProgram:
                    trace = []
                cls.valid += bool(trace)
                cls.coverage.add(program, trace)

    def test_same_seed_same_program(self) -> None:
        for profile in PROFILES:
            self.assertEqual(draw(1, 7, profile), draw(1, 7, profile))
            self.assertNotEqual(draw(1, 7, profile)["coroutines"], draw(2, 7, profile)["coroutines"])

    @unittest.skipIf(sys.version_info < (3, 13), "the programs use what this Python lacks")
    def test_most_programs_are_valid(self) -> None:
        self.assertGreater(self.valid, PROGRAMS * 0.8)

    def test_every_operation_is_executed(self) -> None:
        late = {name for name, version in SINCE.items() if sys.version_info < version}
        self.assertEqual(set(self.coverage.missing_operations()) - late, set())

    def test_every_operation_is_cancelled(self) -> None:
        self.assertEqual(self.coverage.never_cancelled(), [])

    def test_every_pair_of_kinds_meets(self) -> None:
        self.assertEqual(self.coverage.missing_pairs(), [])

    def test_programs_keep_to_the_format(self) -> None:
        for index in range(300):
            with self.subTest(index):
                self._check(draw(3, index)["coroutines"], in_finally=False)

    def _check(self, part: object, in_finally: bool) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                self._check(value, in_finally or key == "finally")
        elif isinstance(part, list):
            if part[:1] == ["return"]:
                self.assertFalse(in_finally)
            if part[:1] == ["wait_for_coro"]:
                self.assertTrue(part[3] is None or part[3] > 0)
            if part and isinstance(part[0], str) and len(part) > 1 and isinstance(part[-1], (list, dict)):
                self.assertTrue(part[0] in ALL or all(isinstance(word, str) for word in part), part)
            for inner in part:
                self._check(inner, in_finally)


class TestInterpreter(unittest.TestCase):
    def test_trace(self) -> None:
        self.assertEqual(
            run(of(["try", [["timeout", "t", 2, [["sleep", 3]]]], {"except": [], "finally": []}], ["return", 1])),
            [
                "0 main start",
                "0 main timeout t enter",
                "2 main sleep 3 ! CancelledError",
                "2 main timeout t exit ! TimeoutError",
                "2 main caught TimeoutError",
                "2 main finally",
                "2 main end = 1",
                "2 - main = 1",
            ],
        )

    def test_deadlock(self) -> None:
        event = {"e": {"kind": "event"}}
        self.assertEqual(run(of(["event_wait", "e"], objects=event)), ["0 main start", "0 - deadlock main"])

    def test_never_retrieved_in_the_order_of_creation(self) -> None:
        bad = [["raise", "ErrA", "x"]]
        program = of(["spawn", "b", "bad"], ["spawn", "a", "bad"], ["sleep", 1])
        program["coroutines"]["bad"] = bad  # type: ignore[index]
        self.assertEqual(
            run(program)[-2:], ["1 - never-retrieved b ! ErrA(x)", "1 - never-retrieved a ! ErrA(x)"]
        )

    def test_invalid_programs_are_refused(self) -> None:
        again = {"main": [["spawn", "t", "main"], ["await", "t"]]}
        programs = {
            "unknown name": of(["await", "nobody"]),
            "unknown name that is caught": of(["try", [["await", "nobody"]], {"except": []}]),
            "wrong kind of name": of(["call_soon", "h", "c"], ["await", "h"], callbacks={"c": []}),
            "unknown operation": of(["fly"]),
            "unknown kind": of(objects={"x": {"kind": "rope"}}),
            "negative semaphore": of(objects={"s": {"kind": "semaphore", "value": -1}}),
            "suspended callback": of(["call_soon", "h", "c"], ["sleep", 1], callbacks={"c": [["sleep", 1]]}),
            "endless spawning": of(coroutines=again),
            "cycle of awaits that is cancelled": of(
                coroutines={
                    "main": [["spawn", "a", "ab"], ["spawn", "b", "ba"], ["sleep", 0], ["sleep", 0], ["cancel", "a"]],
                    "ab": [["await", "b"]],
                    "ba": [["await", "a"]],
                },
            ),
        }
        for what, program in programs.items():
            with self.subTest(what), self.assertRaises(InvalidProgram):
                run(program)


class TestRecord(unittest.TestCase):
    def test_programs_are_kept_byte_for_byte(self) -> None:
        text = '{"name": "p",  "objects":{},"coroutines":{"main":[]},"callbacks":{} }'
        with Local() as interpreter:
            (first,) = record.rerecord([text], interpreter)
            (second,) = record.rerecord([first], interpreter)
        self.assertEqual(first, second)
        self.assertTrue(first.startswith(f'{{"program":{text},"python":'))

    def test_compressed_files_are_reproducible(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path, other = Path(directory, "a.jsonl.gz"), Path(directory, "b.jsonl.gz")
            for file in (path, other):
                record.write_lines(file, ["one", "two"])
            self.assertEqual(record.read_lines(path), ["one", "two"])
            self.assertEqual(path.read_bytes(), other.read_bytes())

    def test_differences(self) -> None:
        old = record.recorded_line('{"name":"p"}', "3.14.2", ["0 main start", "1 main end"])
        new = record.recorded_line('{"name":"p"}', "3.14.2", ["0 main start"])
        self.assertEqual(list(record.differences([old], [old])), [])
        self.assertEqual(
            list(record.differences([old], [new])), ["p: line 2 is '1 main end', recorded '(no line)'"]
        )


if __name__ == "__main__":
    unittest.main()
