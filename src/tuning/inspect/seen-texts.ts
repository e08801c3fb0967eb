import { hash } from "node:crypto";
import type { Annotated } from "../corpora/reader.js";
import { Column, KeyTable } from "./key-table.js";
import { textKey } from "./text-keys.js";

/** Where a text stood first. */
export interface Earlier {
  readonly line: number;
  /** Whether it had the same mentions there. */
  readonly isSameAnnotation: boolean;
}

/** The texts of a corpus with their annotation: of each about 40 bytes are kept, 80 bits of them of the text's hash. */
export class SeenTexts {
  private readonly table = new KeyTable();
  private readonly checks = new Column();
  private readonly lines = new Column();
  private readonly annotations = new Column();

  /** What stood before with this text; null, and the text is kept, where nothing did. */
  meet({ text, mentions, line }: Annotated): Earlier | null {
    const digits = hash("sha256", text, "hex");
    const check = Number.parseInt(digits.slice(12, 20), 16);
    const annotated = JSON.stringify(mentions.map(({ label, parts }) => [label, parts]));
    const annotation = textKey(annotated, 0, annotated.length) >>> 0;
    const known = this.table.size;
    const row = this.table.findOrAdd(Number.parseInt(digits.slice(0, 12), 16) + 1);
    if (row < known && this.checks.get(row) === check) {
      return { line: this.lines.get(row), isSameAnnotation: this.annotations.get(row) === annotation };
    }
    // A text whose key is another's takes its place: to be compared with neither would be worse.
    this.checks.set(row, check);
    this.lines.set(row, line);
    this.annotations.set(row, annotation);
    return null;
  }
}
