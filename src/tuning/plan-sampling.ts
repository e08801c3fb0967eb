import { z } from "zod";
import { namedValues } from "./named-values.js";
import type { LabelWording } from "./regularisation/synonyms.js";
import type { SamplingSettings } from "./sampling.js";

const count = z.int().nonnegative({ error: "must be a whole number of 0 or more" });

const range = z.strictObject({ min: count, max: count }).refine(({ min, max }) => min <= max, {
  path: ["max"],
  error: "must not be less than min",
});

const quantity = z.union([count, range], {
  error: "must be a whole number of 0 or more, or { min, max }",
});

const probability = z
  .number({ error: "must be a number of 0 to 1" })
  .min(0, { error: "must be a number of 0 to 1" })
  .max(1, { error: "must be a number of 0 to 1" });

/** The key `sampling` of a set: what is not given there is as the plan says. */
export const setSampling = z.strictObject({
  /** Random order of labels in each prompt. */
  shuffle: z.boolean().optional(),
  /**
   * Labels of the set that are not in the sentence: `all`, how many, or a range from which each prompt draws its
   * own number. Those that the corpus names as absent there (format open-types) are taken first.
   */
  absent: z
    .union([z.literal("all"), count, range], {
      error: `must be "all", a whole number of 0 or more, or { min, max }`,
    })
    .optional(),
  /** How many labels of the plan's other sets to add, or a range. Of a set of open types, types of its other sentences. */
  foreign: quantity.optional(),
  /** Which foreign labels are too likely to fit something in the sentence. */
  foreignWithout: z
    .strictObject({
      /** Leaves out labels that share a word with a label of one of the sentence's mentions. Default false. */
      sharedWords: z.boolean().default(false),
      /** Labels that are never foreign, in any case of letters. Default: none. */
      labels: z.array(z.string().min(1)).default([]),
    })
    .optional(),
  /** The most labels that a prompt asks for; those of its mentions are always all asked for. */
  maxLabels: z.int().positive({ error: "must be a whole number of 1 or more" }).optional(),
});

/** The key `sampling` of a plan. Default: all labels of the set, in random order. */
export const planSampling = setSampling.transform(
  (given): SamplingSettings => ({
    ...given,
    shuffle: given.shuffle ?? true,
    absent: given.absent ?? "all",
    foreign: given.foreign ?? 0,
  }),
);

/** The key `regularisation` of a set: what is not given there is as the plan says. */
export const setRegularisation = z.strictObject({
  /** The chance of a sentence of several labels to be asked for a part of them only; mentions of the others are O. */
  dropLabels: probability.optional(),
  /** The chance of a sentence to be in lower case. */
  lowerCase: probability.optional(),
  /** The share of sentences without mentions that is kept. */
  emptyShare: probability.optional(),
});

/** How training sentences are varied; numbers of 0 to 1. */
export interface RegularisationSettings {
  readonly dropLabels: number;
  readonly lowerCase: number;
  readonly emptyShare: number;
}

/** The key `regularisation` of a plan: of the training split alone. Default: sentences stay as they are. */
export const planRegularisation = setRegularisation.transform(
  (given): RegularisationSettings => ({
    dropLabels: given.dropLabels ?? 0,
    lowerCase: given.lowerCase ?? 0,
    emptyShare: given.emptyShare ?? 1,
  }),
);

/** The key `synonyms` of a plan. */
export const planSynonyms = z.strictObject({
  /** YAML file of other wordings, relative to the plan's folder: label -> names, or names and descriptions. */
  file: z.string().min(1),
  /** The chance of each label of a training prompt to be asked for in other words. Default 0.5. */
  probability: probability.default(0.5),
  /** The chance that those are a description, where a label has names too. Default 0.2. */
  descriptions: probability.default(0.2),
});

const wordings = z.array(z.string().min(1)).default([]);

/** A file of other wordings: `film: [movie]` or `film: { names: [movie], descriptions: [a work of cinema] }`. */
export const synonymTable: z.ZodType<Readonly<Record<string, LabelWording>>> = namedValues(
  z.preprocess(
    (given) => (Array.isArray(given) ? { names: given } : given),
    z.strictObject({ names: wordings, descriptions: wordings }),
  ),
);

const limit = z.int().positive({ error: "must be a whole number of 1 or more" }).optional();

/** The key `tokens` of a plan: how long rows may be. A longer sentence becomes several rows, in every split. */
export const planTokens = z.strictObject({
  /** The model's `tokenizer.json`, relative to the plan's folder. */
  tokenizer: z.string().min(1),
  /** The most tokens of a prompt, those that the tokenizer puts around it included. Default: no limit. */
  maxInput: limit,
  /** The most tokens of a target. Default: no limit. */
  maxTarget: limit,
  /** The most tokens of prompt and target together, for causal models. Default: no limit. */
  maxTotal: limit,
});
export type TokenSettings = z.infer<typeof planTokens>;

/** A plan's settings, as far as they matter here, and those that its sets have of their own. */
interface Settings {
  readonly sampling: SamplingSettings;
  readonly regularisation: RegularisationSettings;
  readonly sets: readonly {
    readonly name: string;
    readonly sampling?: z.infer<typeof setSampling> | undefined;
    readonly regularisation?: z.infer<typeof setRegularisation> | undefined;
  }[];
}

/** What holds for a set: its own settings, and the plan's where it has none. */
export function settingsOf(
  plan: Settings,
  { name }: { readonly name: string },
): Pick<Settings, "sampling" | "regularisation"> {
  const set = plan.sets.find((other) => other.name === name);
  const { sampling, regularisation } = plan;
  const { absent, foreign, foreignWithout, maxLabels, shuffle } = set?.sampling ?? {};
  const { dropLabels, emptyShare, lowerCase } = set?.regularisation ?? {};
  return {
    sampling: {
      shuffle: shuffle ?? sampling.shuffle,
      absent: absent ?? sampling.absent,
      foreign: foreign ?? sampling.foreign,
      foreignWithout: foreignWithout ?? sampling.foreignWithout,
      maxLabels: maxLabels ?? sampling.maxLabels,
    },
    regularisation: {
      dropLabels: dropLabels ?? regularisation.dropLabels,
      lowerCase: lowerCase ?? regularisation.lowerCase,
      emptyShare: emptyShare ?? regularisation.emptyShare,
    },
  };
}
