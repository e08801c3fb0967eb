import { excerpt, FormatError } from "../../core/errors.js";
import { readLines } from "./lines.js";

/** A JSON value of a file and the line where it starts. */
export interface JsonValue {
  readonly line: number;
  readonly value: unknown;
}

/**
 * The JSON objects and lists of a file, streamed: the elements of a file that is one list, else the values as they
 * follow each other (JSON lines, or a single object), over as many lines as they take. Throws FormatError for what
 * is no JSON and for a file that ends inside it, and what `readLines` throws.
 */
export async function* readJsonValues(file: string): AsyncGenerator<JsonValue> {
  const scanner = new JsonScanner(file);
  for await (const { first, lines } of readLines(file)) {
    for (const [i, line] of lines.entries()) yield* scanner.read(line, first + i);
  }
  scanner.end();
}

const code = {
  quote: 0x22,
  comma: 0x2c,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/** Finds where values begin and end; what stands between is `JSON.parse`'s to judge. */
class JsonScanner {
  /** Whether the file is one list; null before its first character. */
  private isList: boolean | null = null;
  private expects: "value" | "value or end" | "comma or end" | "nothing" = "value or end";
  private depth = 0;
  private inString = false;
  private pieces: string[] = [];
  private firstLine = 0;
  private lastLine = 0;

  constructor(private readonly file: string) {}

  *read(line: string, number: number): Generator<JsonValue> {
    this.lastLine = number;
    let start = 0;
    for (let i = 0; i < line.length; i++) {
      const unit = line.charCodeAt(i);
      if (this.depth > 0) {
        if (this.inString) {
          if (unit === code.backslash) i++;
          else if (unit === code.quote) this.inString = false;
        } else if (unit === code.quote) this.inString = true;
        else if (unit === code.openObject || unit === code.openList) this.depth++;
        else if ((unit === code.closeObject || unit === code.closeList) && --this.depth === 0) {
          this.pieces.push(line.slice(start, i + 1));
          yield this.finished();
        }
        continue;
      }
      if (unit === 0x20 || unit === 0x09) continue;
      if (this.opensValue(unit, line, i, number)) start = i;
    }
    if (this.depth > 0) this.pieces.push(line.slice(start), "\n");
  }

  /** Throws FormatError where the file ends inside a value or its list. */
  end(): void {
    if (this.depth > 0)
      throw new FormatError(this.file, this.lastLine, `ends inside the value of line ${this.firstLine}`);
    if (this.isList === true && this.expects !== "nothing") {
      throw new FormatError(this.file, this.lastLine, "ends inside its list: no closing ]");
    }
  }

  private opensValue(unit: number, line: string, at: number, number: number): boolean {
    if (this.isList === null) {
      this.isList = unit === code.openList;
      if (this.isList) return false;
    }
    const opens = unit === code.openObject || unit === code.openList;
    if (opens && (this.expects === "value" || this.expects === "value or end")) {
      this.depth = 1;
      this.firstLine = number;
      return true;
    }
    if (this.isList && unit === code.comma && this.expects === "comma or end") this.expects = "value";
    else if (this.isList && unit === code.closeList && this.expects.endsWith("or end"))
      this.expects = "nothing";
    else {
      const found = excerpt(line.slice(at, at + 20));
      throw new FormatError(this.file, number, `no JSON object or list, or more than one: found ${found}`);
    }
    return false;
  }

  private finished(): JsonValue {
    const text = this.pieces.join("");
    this.pieces = [];
    this.expects = this.isList ? "comma or end" : "value or end";
    try {
      return { line: this.firstLine, value: JSON.parse(text) };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError(this.file, this.firstLine, `no JSON: ${reason}`, { cause });
    }
  }
}
