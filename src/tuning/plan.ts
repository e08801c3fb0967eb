import { dirname, resolve } from "node:path";
import { z } from "zod";
import { planHeldOut } from "./plan-held-out.js";
import { outputSettings } from "./plan-output.js";
import { planRegularisation, planSampling, planSynonyms, planTokens, synonymTable } from "./plan-sampling.js";
import type { PlanSet, PlanSetKeys } from "./plan-set.js";
import { labelNameTable, planSet, sharesMixture } from "./plan-set.js";
import { readYaml } from "./plan-yaml.js";
import type { LabelWording, SynonymSettings } from "./regularisation/synonyms.js";
import { rowForms } from "./rows.js";
import { planSchema } from "./target-schema.js";

export { filesOf, type PlanSet, type Split, splits } from "./plan-set.js";

/** The training rows of all sets together. */
const mixture = z.strictObject({
  /** How many training sentences, shared out among the sets by their weights. A set with `rows` of its own keeps those. */
  rows: z.int().positive({ error: "must be a whole number of 1 or more" }),
  /** Whether sets that are smaller than their part go round again, each round with its own draws. Default false. */
  repeat: z.boolean().default(false),
});

/** A plan file as it is written, before the files that it names are read. */
export const planKeys = z
  .strictObject({
    /** Whole number or text. The same plan and seed give the same bytes. */
    seed: z.union([z.int(), z.string()], { error: "must be a whole number or text" }).transform(String),
    /** Row form, by the program that trains on it; see forms/. */
    form: z.enum(rowForms),
    /**
     * How targets say which words are which entities: `bio` (default) and `bioes`, `word(tag)` for every word; `full`,
     * `word(label)` for every word; `entity-centric`, the entities alone; `{ context: k }`, those with k words on either
     * side. All but `bio` go with style gner, and not with form gner, whose loader knows BIO tags only.
     */
    schema: planSchema.default("bio"),
    /** Prompt style: `gner` (default), the paper's instruction, or `compact`, for the built-in architecture. */
    style: z.enum(["gner", "compact"]).default("gner"),
    /** Style `gner`: the `Dataset:` line in prompts. Default false. */
    datasetLine: z.boolean().default(false),
    /** Style `gner`: the extra class `else` in prompts. Default false. */
    elseClass: z.boolean().default(false),
    /** Which labels prompts ask for, in every split. Default: all of the set, shuffled. */
    sampling: planSampling.prefault({}),
    /** How training sentences are varied. Default: they stay as they are. */
    regularisation: planRegularisation.prefault({}),
    /** Other wordings of labels, drawn for each training prompt. Default: labels have one name. */
    synonyms: planSynonyms.optional(),
    /** How long rows may be, in tokens. Default: as long as their sentences. */
    tokens: planTokens.optional(),
    /** How rows are laid out in files: packed or not, shards, a validation share. Default: one plain file a split. */
    output: outputSettings.prefault({}),
    /** How many training sentences in all, shared out by weight. Default: what each set says. */
    mixture: mixture.optional(),
    /** Texts that no training row may have. Default: those of the test splits of all sets. */
    heldOut: planHeldOut.prefault({}),
    /** The data sets; rows stand in this order. */
    sets: z.array(planSet).min(1),
  })
  .check(({ value, issues }) => {
    const fault = (path: (string | number)[], message: string) =>
      issues.push({ code: "custom", input: value, path, message });
    for (const key of ["datasetLine", "elseClass"] as const) {
      if (value[key] && value.style !== "gner") fault([key], "goes with style gner only");
    }
    if (value.schema !== "bio") {
      if (value.style !== "gner") fault(["schema"], "goes with style gner only, whose prompts describe it");
      if (value.form === "gner") fault(["form"], "goes with schema bio only");
    }
    if (value.mixture !== undefined && !value.sets.some(sharesMixture)) {
      fault(["mixture"], "no set has a part in it: each has rows of its own, or no train file");
    }
    for (const [i, set] of value.sets.entries()) {
      if (value.sets.findIndex(({ name }) => name === set.name) < i)
        fault(["sets", i, "name"], "names an earlier set");
      if (set.weight === undefined) continue;
      if (value.mixture === undefined) fault(["sets", i, "weight"], "goes with mixture");
      else if (!sharesMixture(set)) {
        fault(
          ["sets", i, "weight"],
          "goes with a train file and without rows: the set has no part in the mixture",
        );
      }
    }
  });

type PlanKeys = z.infer<typeof planKeys>;

/** How often labels are said in other words, and those. */
export interface PlanSynonyms extends SynonymSettings {
  readonly table: Readonly<Record<string, LabelWording>>;
}

/** What `dataset build` is to do; the keys of a plan file, with the files that it names for labels read. */
export interface Plan extends Omit<PlanKeys, "sets" | "synonyms"> {
  readonly sets: readonly PlanSet[];
  readonly synonyms?: PlanSynonyms;
  /** The folder that the plan's paths are relative to. */
  readonly folder: string;
}

/**
 * Reads a YAML plan, and the tables of label names and synonyms that it points to. Throws InputError for a file that
 * cannot be read, and FormatError with its line for what is no YAML, an unknown or missing key or a value out of
 * range; the message names the key's path.
 */
export async function readPlan(file: string): Promise<Plan> {
  const folder = dirname(file);
  const { sets, synonyms, ...keys } = await readYaml(file, planKeys, "plan");
  const read: PlanSet[] = [];
  for (const set of sets) read.push({ ...set, labelNames: await labelNames(set, folder) });
  const plan = { ...keys, sets: read, folder };
  if (synonyms === undefined) return plan;
  const { file: path, ...settings } = synonyms;
  const table = await readYaml(resolve(folder, path), synonymTable, "file of synonyms");
  return { ...plan, synonyms: { ...settings, table } };
}

async function labelNames(
  { labelNames: given }: PlanSetKeys,
  folder: string,
): Promise<PlanSet["labelNames"]> {
  if (typeof given !== "string") return given;
  return readYaml(resolve(folder, given), labelNameTable, "table of label names");
}
