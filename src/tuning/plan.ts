import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Document as YamlDocument } from "yaml";
import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { FormatError, InputError } from "../core/errors.js";
import { decodeUtf8 } from "../core/utf8.js";
import { corpusFormat } from "./corpora/format-schema.js";
import type { SamplingSettings } from "./sampling.js";

/** The splits of a data set, in the order in which they are built. */
export const splits = ["train", "dev", "test"] as const;
export type Split = (typeof splits)[number];

const dataSet = z.strictObject({
  /** Name of the set: in row ids, in the `Dataset:` line, in the manifest. Letters, digits, spaces and `. _ -`. */
  name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, {
    error: "must be letters, digits, spaces, dots, underscores and hyphens, first a letter or digit",
  }),
  /** A file for each split that the set has; paths are relative to the plan's folder; `.gz` is unpacked. */
  files: z
    .strictObject({
      train: z.string().min(1).optional(),
      dev: z.string().min(1).optional(),
      test: z.string().min(1).optional(),
    })
    .refine((files) => splits.some((split) => files[split] !== undefined), {
      error: "names no file: give train, dev or test",
    }),
  /** How the files are laid out. */
  format: corpusFormat,
  /**
   * Tag label -> label written as words (`programlang: programming language`); others keep their name. Two labels may
   * share a name. A label with null must not occur in the files.
   */
  labelNames: z.record(z.string(), z.string().nullable()).default({}),
  /** The set's labels as named, in order. Default: those of all its files, sorted. A file's label outside is an error. */
  labels: z.array(z.string()).min(1).optional(),
  /** Only so many sentences of each split, from its start. Default: all. */
  maxRows: z.int().positive().optional(),
});

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
    /** The data sets; rows stand in this order. */
    sets: z.array(dataSet).min(1),
  })
  .check(({ value, issues }) => {
    for (const key of ["datasetLine", "elseClass"] as const) {
      if (value[key] && value.style !== "gner") {
        issues.push({ code: "custom", input: value, path: [key], message: "goes with style gner only" });
      }
    }
    for (const [i, { name }] of value.sets.entries()) {
      if (value.sets.findIndex((set) => set.name === name) < i) {
        issues.push({
          code: "custom",
          input: value,
          path: ["sets", i, "name"],
          message: "names an earlier set",
        });
      }
    }
  });

/** A data set of a plan; the keys of `sets` in a plan file. */
export type PlanSet = z.infer<typeof dataSet>;

/** What `dataset build` is to do; the keys of a plan file, and where the file stands. */
export interface Plan extends z.infer<typeof planKeys> {
  /** The folder that the plan's paths are relative to. */
  readonly folder: string;
}

/**
 * Reads a YAML plan. Throws InputError for a file that cannot be read, and FormatError with its line for what is no
 * YAML, an unknown or missing key or a value out of range; the message names the key's path.
 */
export async function readPlan(file: string): Promise<Plan> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === "ENOENT";
    throw new InputError(isMissing ? `no such plan: ${file}` : `cannot read the plan ${file}`, { cause });
  });
  return { ...parsePlan(decodeUtf8(bytes, file), file), folder: dirname(file) };
}

function parsePlan(text: string, file: string): z.infer<typeof planKeys> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new FormatError(file, lineCounter.linePos(fault.pos[0]).line, fault.message);
  const checked = planKeys.safeParse(plainValue(document, file));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const path = issue === undefined ? [] : faultPath(issue);
  const offset = offsetOf(document, path);
  const line = offset === null ? 0 : lineCounter.linePos(offset).line;
  throw new FormatError(file, line, checked.error.issues.map(describe).join("; "));
}

/** Aliases are followed only here: one without an anchor, or that grow beyond all measure, are no fault of syntax. */
function plainValue(document: YamlDocument.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new FormatError(file, 0, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** An unknown key's own path rather than that of the mapping it stands in. */
function faultPath(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

function describe(issue: z.core.$ZodIssue): string {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown key`).join("; ");
  }
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}

/** `sets[0].files.train` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`))
    .join("");
}

/** Where the value of a path stands in the file, or of the deepest part of the path that is there. */
function offsetOf(document: YamlDocument.Parsed, path: readonly PropertyKey[]): number | null {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return null;
}
