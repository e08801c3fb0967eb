import { hash } from "node:crypto";
import { resolve } from "node:path";
import { chunkSentences } from "./chunks.js";
import { sourceSha256 } from "./corpora/source.js";
import { planSettings } from "./manifest.js";
import type { OpenSet } from "./open-set.js";
import { compressor } from "./output/compression.js";
import type { Origin } from "./output/journal.js";
import type { Plan } from "./plan.js";
import { sourceName } from "./source-name.js";
import { version } from "./version.js";

/**
 * All that decides the bytes of a build, by names for people: what has changed since an earlier build can be said. Where
 * the plan and its files stand does not matter.
 */
export async function originOf(plan: Plan, sets: readonly OpenSet[]): Promise<Origin> {
  const settings = Object.entries(planSettings(plan)).map(([key, value]) => [
    `plan key ${key}`,
    JSON.stringify(value),
  ]);
  const planned = plan.sets.map(({ files: _files, ...set }) => [
    `plan of set ${set.name}`,
    JSON.stringify(set),
  ]);
  const sources = sets.flatMap(({ name, sources }) =>
    [...sources].map(([split, { sha256 }]) => [`${split} source of set ${name}`, sha256]),
  );
  const tokenizer =
    plan.tokens === undefined
      ? {}
      : { tokenizer: await sourceSha256(resolve(plan.folder, plan.tokens.tokenizer)) };
  const heldOut: Record<string, string> = {};
  for (const [i, { file }] of plan.heldOut.files.entries()) {
    heldOut[`held out file ${i}, ${sourceName(file)}`] = await sourceSha256(resolve(plan.folder, file));
  }
  const order = sets.map(({ name }) => name).join(", ");
  return {
    ...Object.fromEntries([...settings, ...planned, ...sources]),
    ...tokenizer,
    ...heldOut,
    "order of sets": order,
    compressor: compressor(plan.output.compression),
    "sentences in a chunk": String(chunkSentences),
    "version of gner": version(),
  };
}

/** One text for all of an origin: equal where data sets are equal. */
export function fingerprintOf(origin: Origin): string {
  const sorted = Object.entries(origin).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash("sha256", JSON.stringify(sorted));
}
