import { excerpt, FormatError } from "../../core/errors.js";
import { readLines } from "./lines.js";
import type { Annotated } from "./reader.js";
import type { Span } from "./text-spans.js";
import { annotateText } from "./text-spans.js";

/** `id|t|title` and `id|a|abstract`. */
export const pubtatorText = /^(?<id>[^|\t]+)\|(?<kind>[ta])\|(?<text>.*)$/s;

/**
 * PubTator documents: `id|t|title`, `id|a|abstract`, then `id TAB start TAB end TAB mention TAB type` lines, with a
 * blank line between documents. The text is title and abstract with one character (a line feed) between; offsets are
 * in code points, end exclusive. Relations (`id TAB type TAB ...`) are no mentions. Throws FormatError for other
 * lines, lines of another document, and a document without a title.
 */
export async function* readPubtator(file: string): AsyncGenerator<Annotated> {
  let open: OpenDocument | null = null;
  for await (const { first, lines } of readLines(file)) {
    for (const [i, line] of lines.entries()) {
      const number = first + i;
      if (line.trim() === "") {
        if (open !== null) yield open.annotate();
        open = null;
      } else if (open === null) {
        open = OpenDocument.start(file, line, number);
      } else {
        open.add(line, number);
      }
    }
  }
  if (open !== null) yield open.annotate();
}

class OpenDocument {
  private abstract: string | null = null;
  private readonly spans: Span[] = [];

  private constructor(
    private readonly file: string,
    private readonly line: number,
    private readonly id: string,
    private readonly title: string,
  ) {}

  static start(file: string, line: string, number: number): OpenDocument {
    const { id, kind, text } = pubtatorText.exec(line)?.groups ?? {};
    if (id === undefined || text === undefined || kind !== "t") {
      throw new FormatError(file, number, `a document starts with "id|t|title": found ${excerpt(line)}`);
    }
    return new OpenDocument(file, number, id, text);
  }

  add(line: string, number: number): void {
    const { id, kind, text } = pubtatorText.exec(line)?.groups ?? {};
    if (id === this.id && kind === "a" && text !== undefined && this.abstract === null) {
      this.abstract = text;
      return;
    }
    const [owner, start = "", end = "", surface, label] = line.split("\t");
    if (owner !== this.id || start === "") {
      throw new FormatError(
        this.file,
        number,
        `expected a line of document ${this.id}: found ${excerpt(line)}`,
      );
    }
    // Relations have their type where mentions have a number.
    if (!/^\d+$/.test(start)) return;
    if (!/^\d+$/.test(end) || surface === undefined || label === undefined || label === "") {
      throw new FormatError(
        this.file,
        number,
        `expected id, start, end, mention and type: found ${excerpt(line)}`,
      );
    }
    this.spans.push({ label, parts: [{ start: Number(start), end: Number(end) }], surface, line: number });
  }

  annotate(): Annotated {
    const text = this.abstract === null ? this.title : `${this.title}\n${this.abstract}`;
    const place = { file: this.file, line: this.line };
    return { ...annotateText(place, text, this.spans, "code-points"), sourceId: this.id };
  }
}
