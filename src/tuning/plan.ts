import { dirname, resolve } from "node:path";
import { z } from "zod";
import { outputSettings } from "./plan-output.js";
import type { PlanSet, PlanSetKeys } from "./plan-set.js";
import { labelNameTable, planSet } from "./plan-set.js";
import { readYaml } from "./plan-yaml.js";
import type { SamplingSettings } from "./sampling.js";

export { filesOf, type PlanSet, type Split, splits } from "./plan-set.js";

const count = z.int().nonnegative({ error: "must be a whole number of 0 or more" });

const sampling = z.strictObject({
  /** Random order of labels in each prompt. Default true. */
  shuffle: z.boolean().default(true),
  /**
   * Labels of the set that are not in the sentence: `all` (default) or how many. Those that the corpus names as absent
   * there (format open-types) are taken first.
   */
  absent: z
    .union([z.literal("all"), count], { error: `must be "all" or a whole number of 0 or more` })
    .default("all"),
  /** How many labels of the plan's other sets to add. Default 0. */
  foreign: count.default(0),
}) satisfies z.ZodType<SamplingSettings>;

/** The training rows of all sets together. */
const mixture = z.strictObject({
  /** How many training sentences, shared out among the sets by their weights. A set with `rows` of its own keeps those. */
  rows: z.int().positive({ error: "must be a whole number of 1 or more" }),
  /** Whether sets that are smaller than their part go round again, each round with its own draws. Default false. */
  repeat: z.boolean().default(false),
});

const planKeys = z
  .strictObject({
    /** Whole number or text. The same plan and seed give the same bytes. */
    seed: z.union([z.int(), z.string()], { error: "must be a whole number or text" }).transform(String),
    /** Row form: `t5` (`input`, `target`) or `llama` (`prompt`, `completion`). */
    form: z.enum(["t5", "llama"]),
    /** Prompt style: `gner` (default), the paper's instruction, or `compact`, for the built-in architecture. */
    style: z.enum(["gner", "compact"]).default("gner"),
    /** Style `gner`: the `Dataset:` line in prompts. Default false. */
    datasetLine: z.boolean().default(false),
    /** Style `gner`: the extra class `else` in prompts. Default false. */
    elseClass: z.boolean().default(false),
    /** Which labels prompts ask for, in every split. Default: all of the set, shuffled. */
    sampling: sampling.prefault({}),
    /** How rows are laid out in files: packed or not, shards, a validation share. Default: one plain file a split. */
    output: outputSettings.prefault({}),
    /** How many training sentences in all, shared out by weight. Default: what each set says. */
    mixture: mixture.optional(),
    /** The data sets; rows stand in this order. */
    sets: z.array(planSet).min(1),
  })
  .check(({ value, issues }) => {
    const fault = (path: (string | number)[], message: string) =>
      issues.push({ code: "custom", input: value, path, message });
    for (const key of ["datasetLine", "elseClass"] as const) {
      if (value[key] && value.style !== "gner") fault([key], "goes with style gner only");
    }
    for (const [i, { name, weight }] of value.sets.entries()) {
      if (value.sets.findIndex((set) => set.name === name) < i)
        fault(["sets", i, "name"], "names an earlier set");
      if (weight !== undefined && value.mixture === undefined)
        fault(["sets", i, "weight"], "goes with mixture");
    }
  });

type PlanKeys = z.infer<typeof planKeys>;

/** What `dataset build` is to do; the keys of a plan file, with the files that it names for labels read. */
export interface Plan extends Omit<PlanKeys, "sets"> {
  readonly sets: readonly PlanSet[];
  /** The folder that the plan's paths are relative to. */
  readonly folder: string;
}

/**
 * Reads a YAML plan, and the tables of label names that it points to. Throws InputError for a file that cannot be read,
 * and FormatError with its line for what is no YAML, an unknown or missing key or a value out of range; the message
 * names the key's path.
 */
export async function readPlan(file: string): Promise<Plan> {
  const folder = dirname(file);
  const { sets, ...keys } = await readYaml(file, planKeys, "plan");
  const read: PlanSet[] = [];
  for (const set of sets) read.push({ ...set, labelNames: await labelNames(set, folder) });
  return { ...keys, sets: read, folder };
}

async function labelNames(
  { labelNames: given }: PlanSetKeys,
  folder: string,
): Promise<PlanSet["labelNames"]> {
  if (typeof given !== "string") return given;
  return readYaml(resolve(folder, given), labelNameTable, "table of label names");
}
