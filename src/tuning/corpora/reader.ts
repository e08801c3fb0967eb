import type { Chars, Example, Words } from "../../core/document.js";

/** The label that a file's label is to be written as. Throws InputError for a label that must not occur. */
export type NameLabel = (fileLabel: string) => string;

/** What a reader needs to make examples of a file. */
export interface ExampleSettings {
  /** Documents are named `<idPrefix>-<n>`, n from 0 in file order. */
  readonly idPrefix: string;
  /** The label set of the examples, as named by `nameLabel`. A mention outside it is a FormatError. */
  readonly labels: readonly string[];
  readonly nameLabel: NameLabel;
  /** Called for each entry of the file that is no example, when the reading comes to it. */
  readonly onLeftOut?: (entry: LeftOut) => void;
  /**
   * Whether the example of a number, from 0 in file order, is wanted. The reader may pass over others without reading
   * them, faults included; whether it does is its own affair. Default: all are wanted.
   */
  readonly wants?: (index: number) => boolean;
  /** Called at the end of the file, with the number of its examples, those that were passed over too. */
  readonly onEnd?: (examples: number) => void;
}

/** Something that a reader had to settle, or that looks like a mistake in the file. */
export interface Remark {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

/** What a file says about an example besides its text and mentions. */
export interface Provenance {
  /** Where the example starts in its file: 1-based. */
  readonly line: number;
  /** The file's own name of the example, where it has one. */
  readonly sourceId?: string;
  /** The document that a sentence is of, where the file parts documents: its name there, or its number from 1. */
  readonly document?: string;
  /** Types that the annotation names as absent from this text: those that sampling of absent labels prefers. */
  readonly absent?: readonly string[];
  readonly remarks?: readonly Remark[];
}

/** An example and where it comes from. */
export interface CorpusExample extends Example, Provenance {
  /** Its number in the file, from 0; only where some may have been passed over. */
  readonly index?: number;
}

/** One file of a corpus. Both passes throw InputError and FormatError as the reader of its format says. */
export interface CorpusFile {
  /** All labels of the file, as named, in code unit order. */
  collectLabels(nameLabel: NameLabel): Promise<string[]>;
  /** The examples of the file, streamed in file order. */
  examples(settings: ExampleSettings): AsyncIterable<CorpusExample>;
}

/** A mention as the file labels it. `line` is where it stands, if not where its example starts. */
export interface Mention {
  readonly label: string;
  readonly parts: readonly Words[];
  readonly line?: number;
}

/** A text with its words and mentions, as a reader finds it: nothing named, nothing checked against a label set. */
export interface Annotated extends Provenance {
  readonly text: string;
  readonly words: readonly Chars[];
  readonly mentions: readonly Mention[];
  /** Labels that were annotated whether they have a mention here or not. */
  readonly declared?: readonly string[];
  /** Its number among the examples of the file, where the reader passed over some. */
  readonly index?: number;
  /** The file to name in errors, where a corpus is a folder of files. */
  readonly file?: string;
}

/** An entry of a file that is no example, and why: a rejected annotation, for one. */
export interface LeftOut {
  readonly line: number;
  readonly leftOut: string;
}

/** What a reader gives for each entry of its file, in file order. */
export type Reading = Annotated | LeftOut;

/** Where an entry stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
}
