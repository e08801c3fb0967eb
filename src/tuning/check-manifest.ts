import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { FormatError, InputError } from "../core/errors.js";
import { faults } from "./corpora/json-reader.js";
import { namedValues } from "./named-values.js";
import { outputNames } from "./output/shards.js";
import { splits } from "./plan.js";
import { rowForms } from "./rows.js";
import { planSchema } from "./target-schema.js";

const count = z.int().nonnegative();

/** Of a data set's manifest what its rows are checked against; see manifest.ts. */
const checkedManifest = z.object({
  version: z.literal(2),
  plan: z.object({
    form: z.enum(rowForms),
    schema: planSchema,
    style: z.enum(["gner", "compact"]),
    synonyms: z.unknown().optional(),
  }),
  sets: z.array(
    z.object({
      name: z.string(),
      splits: z.partialRecord(z.enum(splits), z.object({ rows: count, mentions: namedValues(count) })),
    }),
  ),
  outputs: z.partialRecord(
    z.enum(outputNames),
    z.object({
      rows: count,
      files: z.array(z.object({ file: z.string(), rows: count, bytes: count, sha256: z.string() })),
    }),
  ),
});

export type CheckedManifest = z.infer<typeof checkedManifest>;

export const manifestName = "manifest.json";

/** The manifest in a folder, or null where there is none. Throws FormatError for what is no manifest. */
export async function readManifest(folder: string): Promise<CheckedManifest | null> {
  const file = join(folder, manifestName);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new InputError(`cannot read ${file}`, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(file, 0, "not JSON: build the data set again", { cause });
  }
  const checked = checkedManifest.safeParse(json);
  if (checked.success) return checked.data;
  throw new FormatError(file, 0, `not a manifest of this version of gner: ${faults(checked.error)}`);
}
