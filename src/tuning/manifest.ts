import { basename, isAbsolute } from "node:path";
import type { Example } from "../core/document.js";
import type { CorpusExample, LeftOut } from "./corpora/reader.js";
import type { Plan, Split } from "./plan.js";
import type { RemarkCount } from "./remark-counts.js";
import { RemarkCounter } from "./remark-counts.js";

/** What one split of one data set gave. */
export interface SplitCounts {
  /** The source as the plan names it; of an absolute path its file name alone. */
  readonly source: string;
  /** SHA-256 of the source's bytes, in hex. */
  readonly sha256: string;
  /** Rows written. */
  readonly rows: number;
  /** Examples that could not be rows; each is listed in the manifest's `refused`. */
  readonly refused: number;
  /** Mentions in the rows written, for each label of the set. */
  readonly mentions: Readonly<Record<string, number>>;
  /** Entries of the source that are no examples, such as rejected annotations, by reason. */
  readonly leftOut: readonly RemarkCount[];
  /** What the reader settled in examples, or took for a mistake there; refused examples count too. */
  readonly remarks: readonly RemarkCount[];
}

/** What one data set gave. */
export interface SetManifest {
  readonly name: string;
  /** All labels of the set as they are written in rows, in order. */
  readonly labels: readonly string[];
  readonly splits: Partial<Record<Split, SplitCounts>>;
}

/** One file of rows. */
export interface OutputManifest {
  readonly file: string;
  readonly rows: number;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
}

/**
 * What a build made, and from what. It holds neither times nor machine paths: the same plan, seed and sources give
 * the same bytes.
 */
export interface Manifest {
  /** Version of this layout. */
  readonly version: 1;
  readonly seed: string;
  readonly form: Plan["form"];
  readonly style: Plan["style"];
  readonly datasetLine: boolean;
  readonly elseClass: boolean;
  readonly sampling: Plan["sampling"];
  readonly sets: readonly SetManifest[];
  readonly outputs: Partial<Record<Split, OutputManifest>>;
  /** Examples that are in no output, in the order of the build. */
  readonly refused: { readonly id: string; readonly reason: string }[];
}

/** The manifest of a build that has not written anything yet. */
export function startManifest(
  plan: Plan,
  sets: readonly { readonly name: string; readonly labels: readonly string[] }[],
): Manifest {
  return {
    version: 1,
    seed: plan.seed,
    form: plan.form,
    style: plan.style,
    datasetLine: plan.datasetLine,
    elseClass: plan.elseClass,
    sampling: plan.sampling,
    sets: sets.map(({ name, labels }) => ({ name, labels, splits: {} })),
    outputs: {},
    refused: [],
  };
}

/** Counts the rows of one split of one data set. */
export class SplitCounter {
  rows = 0;
  refused = 0;
  private readonly mentions: Map<string, number>;
  private readonly leftOut = new RemarkCounter();
  private readonly remarks = new RemarkCounter();

  constructor(labels: readonly string[]) {
    this.mentions = new Map(labels.map((label) => [label, 0]));
  }

  leaveOut({ line, leftOut }: LeftOut): void {
    this.leftOut.add({ line, message: leftOut });
  }

  /** Takes note of what the reader said about an example, whether it becomes a row or not. */
  read({ doc: { id }, remarks = [] }: CorpusExample): void {
    for (const { line, message } of remarks) this.remarks.add({ id, line, message });
  }

  addRow({ gold }: Pick<Example, "gold">): void {
    this.rows++;
    for (const { label } of gold) this.mentions.set(label, (this.mentions.get(label) ?? 0) + 1);
  }

  counts(source: string, sha256: string): SplitCounts {
    const mentions = Object.fromEntries(this.mentions);
    return {
      source,
      sha256,
      rows: this.rows,
      refused: this.refused,
      mentions,
      leftOut: this.leftOut.counts(),
      remarks: this.remarks.counts(),
    };
  }
}

/** How a manifest names a source. */
export function sourceName(path: string): string {
  return isAbsolute(path) ? basename(path) : path;
}
