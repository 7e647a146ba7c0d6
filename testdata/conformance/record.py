"""Record what CPython's asyncio does with the conformance programs, in virtual time.

    record.py FILE...                         write the traces in the files anew
    record.py --check FILE...                 write nothing; fail if a trace is another
    record.py --random SEED COUNT --out FILE  record new random programs

A file has one JSON object a line, {"program": P, "python": VERSION, "trace": [LINE, ...]}, of which
the program is kept byte for byte; a line may also be a program alone. Files that end in .gz are
compressed. With --pyodide CPython 3.14 in Node records, else the Python that runs this.

Needs CPython 3.11 or later and nothing but the standard library; Node and `npm ci` in pyodide/ for
--pyodide. Exits with 0 if all went well, 1 if a check or a recording failed, and 2 if called wrongly.
"""

from __future__ import annotations

import argparse
import gzip
import io
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from generate import PROFILES, draw
from texts import InvalidProgram
from worker import Local, Node


def read_lines(path: Path) -> list[str]:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return [line for line in data.decode().split("\n") if line]


def write_lines(path: Path, lines: list[str]) -> None:
    data = "".join(line + "\n" for line in lines).encode()
    if path.suffix == ".gz":
        compressed = io.BytesIO()
        # A header without name, time and system: the same lines give the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=compressed, mtime=0) as stream:
            stream.write(data)
        data = compressed.getvalue()
    path.write_bytes(data)


def program_text(line: str) -> str:
    """The program's part of a line, as it stands there."""
    head = '{"program":'
    if not line.startswith(head):
        return line
    start = len(head) + line[len(head) :].index("{")
    _, end = json.JSONDecoder().raw_decode(line, start)
    return line[start:end]


def recorded_line(program: str, python: str, trace: list[str]) -> str:
    rest = json.dumps({"python": python, "trace": trace}, separators=(",", ":"))
    return f'{{"program":{program},{rest[1:]}'


def rerecord(lines: list[str], interpreter: Local | Node) -> Iterator[str]:
    """The lines with their traces made anew; InvalidProgram names the program that has none."""
    for line in lines:
        program = program_text(line)
        try:
            trace = interpreter.trace(program)
        except InvalidProgram as exc:
            raise InvalidProgram(f"{json.loads(program).get('name')}: {exc}") from exc
        yield recorded_line(program, interpreter.python, trace)


def random_lines(seed: int, count: int, profile: str, interpreter: Local | Node) -> Iterator[str]:
    """Recorded lines of the first so many valid programs that a seed gives."""
    for index in itertools.count():
        if count == 0:
            return
        program = json.dumps(draw(seed, index, profile), separators=(",", ":"))
        try:
            trace = interpreter.trace(program)
        except InvalidProgram:
            continue
        count -= 1
        yield recorded_line(program, interpreter.python, trace)


def differences(old: list[str], new: list[str]) -> Iterator[str]:
    """For each program whose trace has changed, its name and the first line that differs."""
    for before, after in zip(old, new, strict=True):
        want, have = json.loads(after), json.loads(before)
        lines = itertools.zip_longest(have.get("trace", []), want["trace"], fillvalue="(no line)")
        for number, (stands, recorded) in enumerate(lines, start=1):
            if stands != recorded:
                yield f"{want['program']['name']}: line {number} is {stands!r}, recorded {recorded!r}"
                break


def record_files(options: argparse.Namespace, interpreter: Local | Node) -> bool:
    """Records or checks the files; says whether that went well."""
    well, everything = True, []
    for path in options.files:
        old = read_lines(path)
        try:
            new = list(rerecord(old, interpreter))
        except InvalidProgram as exc:
            print(f"record.py: {path}: {exc}", file=sys.stderr)
            well = False
            continue
        everything += new
        if options.check:
            found = [f"{path}: {difference}" for difference in differences(old, new)]
            print(*found, sep="\n", end="\n" if found else "")
            well &= not found
        elif not options.out:
            write_lines(path, new)
    if options.out and well:
        write_lines(options.out, everything)
    return well


def main() -> int:
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="programs, one a line")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--out", type=Path, help="write everything to this file instead")
    parser.add_argument("--random", nargs=2, type=int, metavar=("SEED", "COUNT"), help="make random programs")
    parser.add_argument("--profile", choices=PROFILES, default="all", help="of the random programs")
    parser.add_argument("--pyodide", action="store_true", help="record on CPython 3.14 in Node")
    options = parser.parse_args()
    if bool(options.random) == bool(options.files):
        parser.error("either files or --random, please")
    if options.random and not options.out:
        parser.error("--random needs --out")
    if options.check and options.out:
        parser.error("--check writes nothing, so there is no use for --out")

    with Node() if options.pyodide else Local() as interpreter:
        if options.random:
            write_lines(options.out, list(random_lines(*options.random, options.profile, interpreter)))
            return 0
        return 0 if record_files(options, interpreter) else 1


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        print("record.py: needs CPython 3.11 or later", file=sys.stderr)
        sys.exit(2)
    sys.exit(main())
