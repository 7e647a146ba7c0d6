"""Record what CPython's asyncio does with the scenarios, in virtual time.

    python3 testdata/record.py                 record every scenario
    python3 testdata/record.py ex_5_1 ex_5_2   record these
    python3 testdata/record.py --check [...]   write nothing; fail if a recording is stale

A scenario is a directory scenarios/NAME with a program.py that defines
`async def main()`. Next to it two files are written:

    stdout.txt   exactly what the program prints
    cpython.txt  a line `TIME TEXT` for each printed line, TIME being the loop's time
                 in seconds with nine decimals; if main() raises, a last line
                 `TIME ! TypeName: text`

Needs CPython 3.11 or later and nothing but the standard library. Exits with 0 if
all went well, 1 if a check or a recording failed, and 2 if called wrongly.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import difflib
import gc
import inspect
import io
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from virtual_loop import Deadlock, VirtualTimeLoop

SCENARIOS = Path(__file__).resolve().parent / "scenarios"


class RecordError(Exception):
    """A scenario that cannot be recorded."""


class StampedOutput(io.TextIOBase):
    """A text stream that keeps what is written, and when each line was completed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._partial = ""
        self._text: list[str] = []
        self.lines: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._text.append(text)
        *complete, self._partial = (self._partial + text).split("\n")
        for line in complete:
            self.stamp(line)
        return len(text)

    def stamp(self, line: str) -> None:
        self.lines.append(f"{self._clock():.9f} {line}\n")

    def end(self) -> str:
        """Stamps an unfinished last line and returns all that was written."""
        if self._partial:
            self.stamp(self._partial)
            self._partial = ""
        return "".join(self._text)


def record(program: Path) -> dict[str, str]:
    """Runs a program in virtual time; returns its recordings by file name."""
    loop = VirtualTimeLoop()
    out = StampedOutput(loop.time)
    failure = ""
    with contextlib.redirect_stdout(out), no_automatic_gc():
        main = runpy.run_path(str(program), run_name="program").get("main")
        if not inspect.iscoroutinefunction(main):
            raise RecordError("program.py has no `async def main()`")
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(main())
                collect_finished(loop)
        except Deadlock as exc:
            raise RecordError(str(exc)) from exc
        except (Exception, asyncio.CancelledError) as exc:
            text = str(exc)
            failure = f"! {type(exc).__name__}" + (f": {text}" if text else "")
        gc.collect()  # tasks kept alive by main's traceback report their failure only now
    stdout = out.end()
    if failure:
        out.stamp(failure)
    return {"stdout.txt": stdout, "cpython.txt": "".join(out.lines)}


@contextlib.contextmanager
def no_automatic_gc() -> Iterator[None]:
    """Keeps garbage collection, and the reports it makes, out of chance's hands."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_finished(loop: asyncio.AbstractEventLoop) -> None:
    """Collects unreachable tasks that are done, so that unseen failures are reported.

    Pending ones are left for the runner to cancel: collected, they would complain.
    """
    pending = asyncio.all_tasks(loop)
    gc.collect()
    del pending


def stale(path: Path, want: str) -> bool:
    """Prints how the file differs from what it should be; says whether it does."""
    have = path.read_bytes().decode() if path.exists() else None
    if have == want:
        return False
    name = path.relative_to(SCENARIOS).as_posix()
    print(f"record.py: {name} is {'missing' if have is None else 'stale'}", file=sys.stderr)
    before = "/dev/null" if have is None else f"{name} (on disk)"
    after = f"{name} (recorded)"
    old, new = (have or "").splitlines(keepends=True), want.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, before, after):
        print(line.rstrip("\n"))
        if not line.endswith("\n"):
            print("\\ No newline at end of file")
    return True


def main() -> int:
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a scenario (default: all)")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()

    known = sorted(path.parent.name for path in SCENARIOS.glob("*/program.py"))
    if not known:
        parser.error(f"no scenarios in {SCENARIOS}")
    for name in options.names:
        if name not in known:
            parser.error(f"no scenario named {name!r}; there are {', '.join(known)}")

    failed = False
    for name in options.names or known:
        directory = SCENARIOS / name
        try:
            recordings = record(directory / "program.py")
        except RecordError as exc:
            print(f"record.py: {name}: {exc}", file=sys.stderr)
            failed = True
            continue
        for file, text in recordings.items():
            if options.check:
                failed |= stale(directory / file, text)
            else:
                (directory / file).write_bytes(text.encode())
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        print("record.py: needs CPython 3.11 or later", file=sys.stderr)
        sys.exit(2)
    sys.exit(main())
