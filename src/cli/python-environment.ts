import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { InputError } from "../core/errors.js";

/** The oldest Python that the trainer's packages run on. */
const oldest = { major: 3, minor: 11 };
const candidates = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
/** What the trainer imports; the others of its dependencies come with these. */
const needed = ["torch", "transformers", "accelerate", "peft", "pydantic", "yaml", "onnx", "onnxruntime"];

/** Where the trainer's Python package stands. */
function trainerFolder(): string {
  const packageFile = createRequire(import.meta.url).resolve("gner/package.json");
  return join(dirname(packageFile), "src", "tuning", "trainer");
}

/**
 * The Python that runs the trainer: `GNER_PYTHON`, or that of the environment in the cache folder. That one is made
 * only where `install` says so, for it takes gigabytes from the network. Throws InputError that says what to do.
 */
export async function trainerPython(install: boolean, signal: AbortSignal): Promise<string> {
  const given = process.env.GNER_PYTHON;
  if (given !== undefined && given !== "") {
    checkVersion(given);
    checkPackages(given);
    return given;
  }
  const environment = environmentFolder();
  const python = join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (existsSync(python)) return python;
  if (!install) {
    throw new InputError(
      "the trainer's Python packages are not at hand: name a Python that has them in GNER_PYTHON, or let --install put " +
        `them into ${environment} (PyTorch and others, several gigabytes, fetched by pip)`,
    );
  }
  await makeEnvironment(environment, signal);
  return python;
}

/** One for each set of pinned versions, so that a new release does not run on old packages. */
function environmentFolder(): string {
  const pins = readFileSync(join(trainerFolder(), "pyproject.toml"));
  const name = `trainer-${createHash("sha256").update(pins).digest("hex").slice(0, 12)}`;
  const cache =
    process.env.GNER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "gner");
  return join(cache, name);
}

async function makeEnvironment(folder: string, signal: AbortSignal): Promise<void> {
  const base = candidates.find((name) => versionOf(name) !== null);
  if (base === undefined) {
    throw new InputError(
      `there is no Python ${oldest.major}.${oldest.minor} or newer: install one, or name it in GNER_PYTHON`,
    );
  }
  // Takes its name only when it is whole; pip's scripts hold the path, but only `python -m` is ever run.
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  process.stderr.write(`gner: making a Python environment in ${folder}\n`);
  const binary = join(part, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  await mustRun(base, ["-m", "venv", part], signal);
  const pip = ["-m", "pip", "install", "--disable-pip-version-check"];
  await mustRun(binary, [...pip, ...requirements(binary)], signal);
  await rename(part, folder);
}

async function mustRun(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const code = await runPython(command, args, { signal, results: "stderr" });
  signal.throwIfAborted();
  if (code !== 0) {
    throw new InputError(`the Python environment could not be made: ${command} ${args[1]} failed, see above`);
  }
}

/** The trainer's pinned packages. It is not installed itself: that would write into its own folder. */
function requirements(python: string): string[] {
  const script =
    "import sys, tomllib; p = tomllib.load(open(sys.argv[1], 'rb'))['project']; " +
    "print(*p['dependencies'], *p['optional-dependencies']['train'], sep='\\n')";
  const pins = join(trainerFolder(), "pyproject.toml");
  const { stdout } = spawnSync(python, ["-c", script, pins], { encoding: "utf8" });
  return stdout.trim().split(/\r?\n/);
}

function checkVersion(python: string): void {
  if (versionOf(python) !== null) return;
  throw new InputError(
    `GNER_PYTHON is ${python}, which is no Python ${oldest.major}.${oldest.minor} or newer that can be run`,
  );
}

/** The version, `3.12`; null for what cannot be run or is too old. */
function versionOf(python: string): string | null {
  const script = "import sys; print('%d.%d' % sys.version_info[:2])";
  const { status, stdout } = spawnSync(python, ["-c", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (status !== 0) return null;
  const [major = 0, minor = 0] = stdout.trim().split(".").map(Number);
  const isNewEnough = major > oldest.major || (major === oldest.major && minor >= oldest.minor);
  return isNewEnough ? stdout.trim() : null;
}

function checkPackages(python: string): void {
  const script = `import importlib.util as u; print(*[m for m in ${JSON.stringify(needed)} if u.find_spec(m) is None])`;
  const { stdout } = spawnSync(python, ["-c", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const absent = stdout.trim();
  if (absent === "") return;
  throw new InputError(
    `GNER_PYTHON is ${python}, which lacks ${absent.replaceAll(" ", ", ")}: ` +
      `run ${python} -m pip install "${trainerFolder()}[train]"`,
  );
}

/** How a Python process is run. */
export interface PythonRun {
  /** Once aborted, the process gets SIGTERM, saves what it has, and ends by itself. */
  readonly signal: AbortSignal;
  /** Where its standard output goes. */
  readonly results: "stdout" | "stderr";
}

/** Runs Python with the trainer's package at hand, its messages on standard error. Gives its exit code. */
export async function runPython(
  python: string,
  args: readonly string[],
  { signal, results }: PythonRun,
): Promise<number> {
  const child = spawn(python, args, {
    stdio: ["ignore", results === "stdout" ? "inherit" : 2, "inherit"],
    env: {
      ...process.env,
      PYTHONPATH: [trainerFolder(), process.env.PYTHONPATH]
        .filter(Boolean)
        .join(process.platform === "win32" ? ";" : ":"),
      // Dev F1 is measured by this very command.
      GNER_CLI: [process.execPath, process.argv[1] ?? ""].map((part) => JSON.stringify(part)).join(" "),
    },
  });
  const stop = () => child.kill("SIGTERM");
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await exitCode(child, python);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function exitCode(child: ChildProcess, python: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new InputError(`${python} cannot be run`, { cause })));
    child.once("close", (code) => resolve(code ?? 1));
  });
}
