// Runs .ci/rooms.py on the WebAssembly port of CPython, with the packages of the folder that is named.
import { readFileSync } from "node:fs";
import { Worker, isMainThread, workerData } from "node:worker_threads";

if (isMainThread) {
  // In a thread of its own, which can be given a stack: nested documents need more than the usual one.
  const resourceLimits = { stackSizeMb: 64 };
  const worker = new Worker(new URL(import.meta.url), { workerData: process.argv[2], resourceLimits });
  worker.on("error", (error) => console.error(error));
  worker.on("exit", (code) => (process.exitCode = code));
} else {
  // The streams of a thread have no numbers, which pytest's capturing needs.
  [process.stdin, process.stdout, process.stderr].forEach((stream, number) => (stream.fd ??= number));
  const { loadPyodide } = await import(`${workerData}/node_modules/pyodide/pyodide.mjs`);
  const python = await loadPyodide({ env: { HOME: "/home/pyodide" } });
  python.mountNodeFS("/project", process.cwd());
  python.mountNodeFS("/packages", `${workerData}/packages`);
  python.runPython("import os, sys; os.chdir('/project'); sys.path.insert(0, '/packages')");
  python.FS.createDevice("/dev", "zero", () => 0); // a test reads it
  try {
    python.runPython(readFileSync(".ci/rooms.py", "utf-8"), { filename: ".ci/rooms.py" });
  } catch (error) {
    if (error.type !== "SystemExit") throw error;
    process.exit(1); // what failed has been told
  }
  process.exit(); // sockets that tests left open would keep it alive
}
