import { hash } from "node:crypto";
import type { CorpusFormat } from "./corpora/corpus.js";
import type { ChunkCounts } from "./counts.js";
import { summarizeLengths } from "./length-tally.js";
import type { OutputName } from "./output/shards.js";
import type { Percentiles } from "./percentiles.js";
import type { Plan, PlanSynonyms, Split } from "./plan.js";
import type { RemarkCount } from "./remark-counts.js";
import { sourceName } from "./source-name.js";

/** One file of a corpus. */
export interface SourceManifest {
  /** As the plan names it; of an absolute path its file name alone. */
  readonly name: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  /** As the plan says it, or as it was detected. */
  readonly format: CorpusFormat;
}

/** What one split of one data set gave. */
export interface SplitCounts {
  /** The files that were read, in order. */
  readonly sources: readonly SourceManifest[];
  /** Sentences read. */
  readonly sentences: number;
  /** Rows written. */
  readonly rows: number;
  /** How many of the rows are in the validation share; only where the plan has one. */
  readonly validation?: number;
  /** How many of the rows are a part of a sentence that was too long. */
  readonly subparts: number;
  /** Sentences that were not drawn, left out for having no mention, or held out for a test; how many of each. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** What was done to sentences on their way to rows, and how often. */
  readonly changes: Readonly<Record<string, number>>;
  /** Examples that could not be rows; each is listed in the manifest's `refused`. */
  readonly refused: number;
  /** Mentions in the rows written, for each label of the set. */
  readonly mentions: Readonly<Record<string, number>>;
  /** How long the texts of rows are: in tokens where the plan names a tokenizer, else in characters. */
  readonly lengths: Readonly<Record<string, Percentiles>>;
  /** Entries of the source that are no examples, such as rejected annotations, by reason. */
  readonly leftOut: readonly RemarkCount[];
  /** What the reader settled in examples, or took for a mistake there; refused examples count too. */
  readonly remarks: readonly RemarkCount[];
}

/** What one data set gave. */
export interface SetManifest {
  readonly name: string;
  /** As the plan states it. */
  readonly licence?: string;
  /** All labels of the set as they are written in rows, in order. */
  readonly labels: readonly string[];
  readonly splits: Partial<Record<Split, SplitCounts>>;
}

/** One file of rows. */
export interface FileManifest {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
}

/** The rows of one split, or of the validation share. */
export interface OutputManifest {
  readonly rows: number;
  readonly files: readonly FileManifest[];
}

/**
 * What a build made, and from what. It holds neither times nor machine paths: the same plan, seed and sources give
 * the same bytes.
 */
export interface Manifest {
  /** Version of this layout. */
  readonly version: 2;
  /** Of the plan, the sources and the program: equal where the rows are equal. */
  readonly fingerprint: string;
  /** The plan's keys, but for its sets. */
  readonly plan: PlanSettings;
  /** What `lengths` count. */
  readonly lengthUnit: "tokens" | "characters";
  readonly sets: readonly SetManifest[];
  readonly outputs: Partial<Record<OutputName, OutputManifest>>;
  /** Ids of train sentences that were left out because their text is held out for a test, in order. */
  readonly heldOut: readonly string[];
  /** Examples that are in no output, in the order of the build. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

/** Of files that a plan reads, their names and hashes. */
type PlanSettings = Omit<Plan, "folder" | "sets" | "synonyms"> & {
  readonly synonyms?: Omit<PlanSynonyms, "table"> & { readonly sha256: string };
};

/** The keys of a plan that hold for all of its sets. */
export function planSettings({ folder: _folder, sets: _sets, synonyms, ...settings }: Plan): PlanSettings {
  const { tokens, heldOut } = settings;
  const files = heldOut.files.map(({ file, format }) => ({ file: sourceName(file), format }));
  const named = {
    ...settings,
    heldOut: { ...heldOut, files },
    ...(tokens === undefined ? {} : { tokens: { ...tokens, tokenizer: sourceName(tokens.tokenizer) } }),
  };
  if (synonyms === undefined) return named;
  const { table, ...shares } = synonyms;
  return { ...named, synonyms: { ...shares, sha256: hash("sha256", JSON.stringify(table)) } };
}

/** The manifest of what a split gave; labels without a mention have a count of 0. */
export function splitCounts(
  sources: readonly SourceManifest[],
  labels: readonly string[],
  counts: ChunkCounts,
  hasValidation: boolean,
): SplitCounts {
  const lengths = Object.entries(counts.lengths).flatMap(([text, histogram]) => {
    const summary = summarizeLengths(histogram);
    return summary === null ? [] : [[text, summary] as const];
  });
  return {
    sources: sources.map(({ name, sha256, format }) => ({ name, sha256, format })),
    sentences: counts.sentences,
    rows: counts.rows,
    ...(hasValidation ? { validation: counts.validation } : {}),
    subparts: counts.subparts,
    passedOver: counts.passedOver,
    changes: counts.changes,
    refused: counts.refused.length,
    mentions: Object.fromEntries([
      ...labels.map((label) => [label, 0] as const),
      ...Object.entries(counts.mentions),
    ]),
    lengths: Object.fromEntries(lengths),
    leftOut: counts.leftOut,
    remarks: counts.remarks,
  };
}
