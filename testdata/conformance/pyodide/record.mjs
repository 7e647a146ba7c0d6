// Runs conformance programs on CPython 3.14 compiled to WebAssembly, with the same Python
// files as everywhere. Prints Python's version; then answers each line of its input, a program
// as JSON, with a line of JSON. Exits with 3 when the interpreter dies of a program.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const python = await loadPyodide({ stdout: () => {}, stderr: () => {} });
python.mountNodeFS("/testdata", fileURLToPath(new URL("../..", import.meta.url)));
const local = python.runPython(`
import asyncio, sys
sys.dont_write_bytecode = True
sys.path.insert(0, "/testdata/conformance")
asyncio._set_running_loop(None)  # the browser's event loop counts as running
asyncio.run = asyncio.runners.run
from worker import Local
Local()
`);

const { PythonError } = python.ffi;
const answer = (line) => process.stdout.write(line + "\n");
console.log = console.error = () => {}; // where a dying interpreter would print its stack
answer(local.python);
for await (const program of createInterface({ input: process.stdin })) {
  try {
    answer(local.answer(program));
  } catch (error) {
    if (error instanceof PythonError) process.stderr.write(error.message); // a mistake of ours
    process.exit(3);
  }
}
process.exit(0);
