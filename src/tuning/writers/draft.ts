import { basename } from "node:path";
import type { Annotated } from "../corpora/reader.js";

/**
 * What a format cannot hold of a document. Losses of annotation or text:
 *
 * - `fragments`: a discontinuous mention.
 * - `overlap`: a mention that shares words with another one, nested or not.
 * - `adjacent`: a mention directly behind one of its label, where tags do not tell the two apart.
 * - `places`: mentions that are written by their words alone, where those words stand at other places too.
 * - `label`: a mention or absent type whose label the format cannot spell.
 * - `absent`: types that are named as absent.
 * - `text`: what stands between the words, or line ends.
 * - `word`: a word that the format cannot spell; the document is left out.
 * - `empty`: a document without words.
 *
 * Losses of other things that the file says:
 *
 * - `words`: where the text was cut into words.
 * - `id`, `document`: names of sentences and documents.
 * - `declared`: labels that were annotated although none is mentioned.
 */
export type LossKind =
  | "fragments"
  | "overlap"
  | "adjacent"
  | "places"
  | "label"
  | "absent"
  | "text"
  | "word"
  | "empty"
  | "words"
  | "id"
  | "document"
  | "declared";

const besides: readonly LossKind[] = ["words", "id", "document", "declared"];

/** Whether a loss is one of annotation or text, which is never accepted without being asked for. */
export function isGrave({ kind }: Loss): boolean {
  return !besides.includes(kind);
}

/** One of them, in words for a person. */
export interface Loss {
  readonly kind: LossKind;
  /** The file's name, where a corpus is a folder of files. */
  readonly file?: string;
  /** 1-based, where it stands in the file that is read. */
  readonly line: number;
  readonly message: string;
}

/** A document on its way into another format, and what is lost of it there. */
export class Draft {
  readonly losses: Loss[] = [];

  constructor(
    readonly doc: Annotated,
    /** From 0 on, in the order of writing. */
    readonly number: number,
  ) {}

  lose(kind: LossKind, message: string, line = this.doc.line): void {
    this.losses.push({ kind, ...fileOf(this.doc), line, message });
  }

  /** Notes what the document says besides text and mentions, and its format has no place for. */
  hasNoPlaceFor(...fields: readonly ("sourceId" | "document" | "absent" | "declared")[]): void {
    const { sourceId, document, absent = [], declared = [] } = this.doc;
    for (const field of fields) {
      if (field === "sourceId" && sourceId !== undefined) this.lose("id", `its name ${sourceId}`);
      if (field === "document" && document !== undefined) this.lose("document", `its document ${document}`);
      if (field === "absent" && absent.length > 0) this.lose("absent", `absent types: ${absent.join(", ")}`);
      if (field === "declared" && declared.length > 0) this.lose("declared", "its label set");
    }
  }
}

/** Names the file of an entry, where its corpus is a folder of files: a line alone would not say where. */
export function fileOf({ file }: Pick<Annotated, "file">): { file?: string } {
  return file === undefined ? {} : { file: basename(file) };
}

/**
 * The entry of a document in a format; null where the format cannot hold the document at all. All that is lost is
 * noted in the draft, whether the loss is then accepted or not.
 */
export type Encode<T> = (draft: Draft) => T | null;
