/**
 * Compiles `assembly/` to WebAssembly, and writes it to `src/tuning/kernel/code.ts`: `npm run kernel`. A test fails where
 * that file is not what the sources give.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const width = 100;

/** The text of `code.ts`. Throws what the compiler says. */
export function compiledKernel(): string {
  const folder = mkdtempSync(join(tmpdir(), "gner-kernel-"));
  try {
    const file = join(folder, "kernel.wasm");
    const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
    const flags = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--initialMemory", "32"];
    const { stderr, error } = spawnSync(
      process.execPath,
      [compiler, "assembly/index.ts", "--outFile", file, ...flags],
      { cwd: here, encoding: "utf8" },
    );
    if (error !== undefined) throw error;
    // Warnings count too.
    if (stderr !== "") throw new Error(`the kernel does not compile:\n${stderr}`);
    return asSource(readFileSync(file).toString("base64"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function asSource(base64: string): string {
  const lines = base64.match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  return [
    "// Made of kernel/assembly by `npm run kernel`.",
    "/** WebAssembly in base64. */",
    `export const kernelCode = [\n${lines.map((line) => `  "${line}",\n`).join("")}].join("");\n`,
  ].join("\n");
}

if (import.meta.main) writeFileSync(join(here, "../src/tuning/kernel/code.ts"), compiledKernel());
