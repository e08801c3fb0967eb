import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import type { Plan } from "../../src/tuning/plan.js";
import { readPlan } from "../../src/tuning/plan.js";
import { testFolder } from "./support.js";

/** Own sentences, numbered; every third has a mention of each of two labels. */
function corpus(sentences: number, [one, two]: readonly [string, string]): string {
  const lines = Array.from({ length: sentences }, (_, i) =>
    i % 3 === 0 ? `Ada\tB-${one}\nleft\tO\nBonn\tB-${two}\n.\tO\n` : `Line\tO\n${i}\tO\n`,
  );
  return lines.join("\n");
}

/** A folder with two sets and a plan of both; `keys` are further lines of the plan. */
export async function workplace(keys = ""): Promise<{ folder: string; plan: Plan; out: string }> {
  const folder = await testFolder();
  await writeFile(join(folder, "a-train.tsv"), corpus(2500, ["PER", "LOC"]));
  await writeFile(join(folder, "a-dev.tsv"), corpus(10, ["PER", "LOC"]));
  await writeFile(join(folder, "b-train.tsv.gz"), gzipSync(corpus(40, ["dish", "cook"])));
  await writeFile(
    join(folder, "plan.yaml"),
    `seed: 7
form: t5
${keys}
sets:
  - name: a
    files: { train: a-train.tsv, dev: ./a-dev.tsv }
    format: { kind: columns }
    labelNames: { PER: person, LOC: place }
  - name: b
    files: { train: b-train.tsv.gz }
    format: { kind: columns }
`,
  );
  return { folder, plan: await readPlan(join(folder, "plan.yaml")), out: join(folder, "out") };
}

/** The rows of a built split. */
export async function readRows(
  out: string,
  split: string,
): Promise<{ id: string; input: string; target: string }[]> {
  const text = await readFile(join(out, `${split}.jsonl`), "utf8");
  expect(text.endsWith("\n")).toBe(true);
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The digests of a folder's files, by name. */
export async function bytesOf(out: string): Promise<Map<string, string>> {
  const names = (await readdir(out)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await sha256(join(out, name))] as const)),
  );
}

/** Of a file, in hex. */
export async function sha256(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** How a manifest describes a file. */
export async function fileOf(out: string, file: string, rows: number) {
  const bytes = await readFile(join(out, file));
  return { file, rows, bytes: bytes.length, sha256: await sha256(join(out, file)) };
}
