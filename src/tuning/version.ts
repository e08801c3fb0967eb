import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";

/** The version of this package. */
export function version(): string {
  const file = createRequire(import.meta.url).resolve("gner/package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).version;
}
