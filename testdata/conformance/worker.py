"""Two interpreters of conformance programs: this process, and CPython 3.14 in Node.

Both take a program as JSON text. Here it is run by whatever CPython this is; in Node it is run
by the pinned pyodide, through pyodide/record.mjs, which imports this module there and uses Local.
"""

from __future__ import annotations

import contextlib
import gc
import json
import platform
import subprocess
from pathlib import Path
from types import TracebackType

from interpreter import quiet_process, run
from texts import InvalidProgram

NODE = Path(__file__).resolve().parent / "pyodide"
COLLECT_EVERY = 50  # programs


class Local(contextlib.ExitStack):
    """Runs programs in this process."""

    def __init__(self) -> None:
        super().__init__()
        self.python = platform.python_version()
        self._runs = 0
        self.enter_context(quiet_process())

    def trace(self, program: str) -> list[str]:
        """The trace of the program, given as JSON; InvalidProgram if it has none."""
        self._runs += 1
        if self._runs % COLLECT_EVERY == 0:
            gc.collect()
        return run(json.loads(program))

    def answer(self, program: str) -> str:
        """The same for callers in another language: JSON with a trace, or with why there is none."""
        try:
            return json.dumps({"trace": self.trace(program)})
        except InvalidProgram as exc:
            return json.dumps({"invalid": str(exc)})


class Node:
    """Runs programs in a child process; a new one takes over when WebAssembly's small stack was not enough.

    What does not fit into the stack of a fresh one is an endless recursion.
    """

    def __init__(self) -> None:
        self._start()

    def __enter__(self) -> Node:
        return self

    def __exit__(self, kind: type | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._stop()

    def trace(self, program: str) -> list[str]:
        """The trace of the program, given as one line of JSON; InvalidProgram if it has none."""
        answer = self._ask(program) or self._ask(program)
        if not answer:
            raise InvalidProgram("the interpreter dies of it, as of an endless recursion")
        reply = json.loads(answer)
        if "invalid" in reply:
            raise InvalidProgram(reply["invalid"])
        return reply["trace"]

    def _ask(self, program: str) -> str:
        """The child's answer, or nothing if it died of the program; then there is a new child."""
        assert self._child.stdin and self._child.stdout
        self._child.stdin.write(program + "\n")
        self._child.stdin.flush()
        answer = self._child.stdout.readline()
        if not answer:
            self._stop()
            self._start()
        return answer

    def _start(self) -> None:
        self._child = subprocess.Popen(
            ["node", "--stack-size=4000", str(NODE / "record.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._child.stdout
        self.python = self._child.stdout.readline().strip()
        if not self.python:
            raise RuntimeError(f"{NODE} does not start: run `npm ci` there, with Node 18 or later")

    def _stop(self) -> None:
        self._child.communicate()  # closes its input, upon which it ends
