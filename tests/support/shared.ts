import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Corpora, golden vectors and tokenizers stand beside the project, never in it. `GNER_SHARED` names another place. */
export const sharedRoot = resolve(process.env.GNER_SHARED ?? join(projectRoot, "../shared"));

/** A path below the shared data. */
export function shared(path: string): string {
  return join(sharedRoot, path);
}

/**
 * Whether all of these shared paths are there. Use it as `it.skipIf(missing("golden/x.jsonl"))`: a run without the
 * data says what it skipped. In CI a missing path is an error, so that a skipped test cannot pass for a green one.
 */
export function missing(...paths: readonly string[]): boolean {
  const absent = paths.filter((path) => !existsSync(shared(path)));
  if (absent.length === 0) return false;
  if (process.env.CI) throw new Error(`missing shared data: ${absent.join(", ")} (looked in ${sharedRoot})`);
  console.warn(`skipping: no ${absent.join(", ")} in ${sharedRoot}`);
  return true;
}
