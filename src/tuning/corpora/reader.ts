import type { Example } from "../../core/document.js";

/** The label that a file's label is to be written as. Throws InputError for a label that must not occur. */
export type NameLabel = (fileLabel: string) => string;

/** What a reader needs to make examples of a file. */
export interface ExampleSettings {
  /** Documents are named `<idPrefix>-<n>`, n from 0 in file order. */
  readonly idPrefix: string;
  /** The label set of the examples, as named by `nameLabel`. A mention outside it is a FormatError. */
  readonly labels: readonly string[];
  readonly nameLabel: NameLabel;
}

/** One file of a corpus. Both passes throw InputError and FormatError as the reader of its format says. */
export interface CorpusFile {
  /** All labels of the file, as named, in code unit order. */
  collectLabels(nameLabel: NameLabel): Promise<string[]>;
  /** The examples of the file, streamed in file order. */
  examples(settings: ExampleSettings): AsyncIterable<Example>;
}
