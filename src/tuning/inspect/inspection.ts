import type { Chars } from "../../core/document.js";
import type { CorpusFormat } from "../corpora/formats.js";
import type { Percentiles } from "../percentiles.js";

/** How many things have each number of something, by that number, the smallest first. */
export type Histogram = Readonly<Record<string, number>>;

/** What may be wrong, in the order of reports: what the reader met first, what only a comparison shows last. */
export const suspicionKinds = [
  "left-out",
  "remark",
  "repeated-mention",
  "punctuation-edge",
  "long-sentence",
  "conflicting-duplicate",
  "similar-labels",
  "label-conflict",
  "missed-mention",
] as const;

export type SuspicionKind = (typeof suspicionKinds)[number];

/** A place of the file where something may be wrong. */
export interface Suspicion {
  readonly kind: SuspicionKind;
  /** The file in a folder of files. */
  readonly file?: string;
  /** 1-based. */
  readonly line: number;
  /** The number of the example from 0, as document ids count; none for what is no example. */
  readonly example?: number;
  readonly reason: string;
  /** The text around; `…` stands where it is cut. */
  readonly excerpt?: string;
  /** Where the words in question stand in the excerpt. */
  readonly marked?: Chars;
}

/** What a corpus file holds. */
export interface Inspection {
  readonly format: CorpusFormat["kind"];
  /** The format with its settings. */
  readonly settings: CorpusFormat;
  /** Sentences, documents or passages: the file's examples. */
  readonly sentences: number;
  readonly entities: number;
  /** Mentions of each label as the file names it, most first. */
  readonly labels: Readonly<Record<string, number>>;
  readonly words: number;
  readonly sentencesWithoutEntities: number;
  /** In words; null where there is nothing to count. */
  readonly lengths: {
    readonly sentences: Percentiles | null;
    readonly entities: Percentiles | null;
    /** Of the mentions of each label, in the order of `labels`. */
    readonly labels: Readonly<Record<string, Percentiles>>;
  };
  readonly histograms: {
    /** Sentences by their number of words. */
    readonly words: Histogram;
    /** Sentences by their number of mentions. */
    readonly entities: Histogram;
  };
  /** Mentions inside another one; those that take the same words with another label count once. */
  readonly nested: number;
  /** Mentions of several parts. */
  readonly discontinuous: number;
  /** Mentions that share words with another one although neither is inside the other. */
  readonly overlaps: number;
  /** Examples whose text stood before, and mentions that repeat another's label and words. */
  readonly duplicates: { readonly sentences: number; readonly entities: number };
  /** Distinct types that the annotation names as absent from a text. */
  readonly absentTypes: number;
  /** Entries that are no example, such as rejected annotations; each is among the suspicious. */
  readonly leftOut: number;
  /** How many suspicions of each kind there are; kinds without any are not named. */
  readonly suspiciousCounts: Readonly<Partial<Record<SuspicionKind, number>>>;
  /**
   * By kind, at most `keptSuspicions` of each. In file order; where mentions are compared, the strongest contrast first.
   */
  readonly suspicious: readonly Suspicion[];
}
