import { z } from "zod";
import type { CorpusFormat } from "./corpora/corpus.js";
import { corpusFormat } from "./corpora/format-schema.js";
import { namedValues } from "./named-values.js";
import { licence } from "./plan-output.js";
import { setRegularisation, setSampling } from "./plan-sampling.js";

/** The splits of a data set, in the order in which they are built. */
export const splits = ["train", "dev", "test"] as const;
export type Split = (typeof splits)[number];

/** How a set's files are laid out; `auto` looks at each file and takes the format that fits. */
export type PlanFormat = CorpusFormat | { readonly kind: "auto" };

/** A format without settings may be given by its name alone: `format: open-types`. */
export const planFormat: z.ZodType<PlanFormat> = z.preprocess(
  (given) => (typeof given === "string" ? { kind: given } : given),
  z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("auto") }), ...corpusFormat.options]),
);

const path = z.string().min(1);
const paths = z.union([path, z.array(path).min(1, { error: "must be a path or a list of paths" })], {
  error: "must be a path or a list of paths",
});

const number = z.int().positive({ error: "must be a whole number of 1 or more" });

const splitNumbers = z.strictObject({
  train: number.optional(),
  dev: number.optional(),
  test: number.optional(),
});

/** Tag label -> label written as words; null for a label that must not occur. */
export const labelNameTable = namedValues(z.string().min(1).nullable());

export const planSet = z
  .strictObject({
    /** Name of the set: in row ids, in the `Dataset:` line, in the manifest. Letters, digits, spaces and `. _ -`. */
    name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, {
      error: "must be letters, digits, spaces, dots, underscores and hyphens, first a letter or digit",
    }),
    /**
     * A file, or a list of files that are read one after the other, for each split that the set has. Paths are relative
     * to the plan's folder; `.gz` is unpacked.
     */
    files: z
      .strictObject({ train: paths.optional(), dev: paths.optional(), test: paths.optional() })
      .refine((files) => splits.some((split) => files[split] !== undefined), {
        error: "names no file: give train, dev or test",
      }),
    /** How the files are laid out, or `auto`. */
    format: planFormat,
    /**
     * `closed`: every sentence was annotated with all labels of the set. `open`: each sentence has types of its own, and
     * says nothing of the types of others, but for those that it names as absent. Default: open for format open-types,
     * closed otherwise.
     */
    labelSet: z.enum(["closed", "open"]).optional(),
    /**
     * Tag label -> label written as words (`programlang: programming language`), or the path of a YAML file of that,
     * relative to the plan's folder; others keep their name. Two labels may share a name. A label with null must not
     * occur in the files.
     */
    labelNames: z
      .union([path, labelNameTable], { error: "must be a table of label names or the path of one" })
      .default({}),
    /** The set's labels as named, in order. Default: those of all its files, sorted. A file's label outside is an error. */
    labels: z.array(z.string()).min(1).optional(),
    /** What the publisher states, for the manifest. Default: nothing is said. */
    licence,
    /** Only so many sentences of each split, from its start. Default: all. */
    maxRows: number.optional(),
    /**
     * How many sentences, of each split or of each one named: a random sample without replacement where there are more,
     * all where there are fewer. Default: all.
     */
    rows: z
      .union([number, splitNumbers], { error: "must be a whole number of 1 or more, or one for each split" })
      .optional(),
    /**
     * Whether a training split with fewer sentences than `rows` goes round again, each round with its own draws, until
     * there are so many. Default false.
     */
    repeat: z.boolean().optional(),
    /** The set's part of the plan's `mixture`, in proportion to those of the others. Default 1. */
    weight: z.number().positive({ error: "must be a number above 0" }).optional(),
    /** As the plan's `sampling`, where this set is to differ. */
    sampling: setSampling.optional(),
    /** As the plan's `regularisation`, where this set is to differ. */
    regularisation: setRegularisation.optional(),
  })
  .check(({ value, issues }) => {
    if (value.repeat === true && value.rows === undefined) {
      issues.push({ code: "custom", input: value, path: ["repeat"], message: "goes with rows" });
    }
  });

/** A data set as a plan file has it, before files that it names are read. */
export type PlanSetKeys = z.infer<typeof planSet>;

/** A data set of a plan; the keys of `sets` in a plan file. */
export interface PlanSet extends Omit<PlanSetKeys, "labelNames"> {
  readonly labelNames: Readonly<Record<string, string | null>>;
}

/** The files of a split, in order; none where the set has no such split. */
export function filesOf(set: Pick<PlanSet, "files">, split: Split): readonly string[] {
  const files = set.files[split];
  if (files === undefined) return [];
  return typeof files === "string" ? [files] : files;
}

/** How many sentences of a split a set wants by itself. */
export function ownRows({ rows }: Pick<PlanSet, "rows">, split: Split): number | undefined {
  return typeof rows === "object" ? rows[split] : rows;
}

/** Whether a set has a part in a plan's mixture: it trains, and does not say itself how many rows. */
export function sharesMixture(set: Pick<PlanSet, "files" | "rows">): boolean {
  return ownRows(set, "train") === undefined && filesOf(set, "train").length > 0;
}
