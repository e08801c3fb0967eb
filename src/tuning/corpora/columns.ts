import type { Chars } from "../../core/document.js";
import { documentOfWords } from "../../core/document.js";
import { FormatError } from "../../core/errors.js";
import { lineParser, tagReader } from "./column-lines.js";
import { readLines } from "./lines.js";
import type { Annotated, Mention, Remark } from "./reader.js";
import type { TagScheme } from "./tag-schemes.js";
import { decodeTags } from "./tag-schemes.js";

/**
 * A column file: a word and its tag a line, blank lines between sentences. Lines that start with `-DOCSTART-` end a
 * sentence and start a document.
 */
export interface ColumnFormat {
  /** The column of the word: from 0, or from the end of the line with -1 for the last. */
  readonly wordColumn: number;
  /** The column of the tag, counted the same way. */
  readonly tagColumn: number;
  /**
   * `tab`: one tab, so that words and tags may hold spaces. `whitespace`: any run of spaces and tabs. `csv`: a comma,
   * cells may be quoted. Anything else is the separator itself. White space around a word is never part of it.
   */
  readonly separator: string;
  /** How tags spell mentions; see `TagScheme`. */
  readonly scheme: TagScheme;
  /** Whether lines that start with `# ` before the first word of a sentence are comments. */
  readonly comments: boolean;
  /**
   * What happens to a word that is empty or only white space, which no row can hold. `refuse`: FormatError. `drop`:
   * the line is left out, where its tag is `O`; a sentence of nothing else is left out with it. `boundary`: the line
   * ends the sentence, where its tag is `O`.
   */
  readonly emptyWords: "refuse" | "drop" | "boundary";
  /**
   * The column of CoNLL-U's word numbers, where the file has one: lines numbered `3-4` (a token of several words) or
   * `3.1` (an empty node) are no words. Default: none.
   */
  readonly indexColumn?: number | undefined;
  /** Whether the columns from the tag's to the last are layers of nested mentions. Default false. */
  readonly layers?: boolean;
  /** Whether words are single characters, each with a digit for its place in its word behind it. Default false. */
  readonly segmentDigit?: boolean;
  /** What happens to a tag outside the scheme. `refuse` (default): FormatError. `outside`: `O`, with a remark. */
  readonly oddTags?: "refuse" | "outside";
}

/**
 * The sentences of a column file, streamed; see `readLines` for encodings. A tag that continues nothing starts a
 * mention, with a remark where the scheme forbids it. Throws FormatError with file and line for missing columns, empty
 * words and tags outside the scheme.
 */
export async function* readColumns(file: string, format: ColumnFormat): AsyncGenerator<Annotated> {
  const parse = lineParser(file, format);
  const readTag = tagReader(file, format);
  let sentence = new Sentence();
  let sourceId: string | null = null;
  let document: string | null = null;
  let documents = 0;
  const finished = () => {
    const annotated = sentence.annotate(file, format, sourceId, document);
    sentence = new Sentence();
    sourceId = null;
    return annotated;
  };
  for await (const { first, lines } of readLines(file)) {
    for (const [i, line] of lines.entries()) {
      if (isBoundary(line)) {
        if (!sentence.isEmpty) yield finished();
        if (line.startsWith("-DOCSTART-")) document = documentName(line, ++documents);
        continue;
      }
      if (format.comments && sentence.isEmpty && line.startsWith("# ")) {
        sourceId = commentValue(line, /^# (?:sent_)?id\s*=?\s*(\S+)/) ?? sourceId;
        document = commentValue(line, /^# newdoc id\s*=\s*(.+)/) ?? document;
        continue;
      }
      const number = first + i;
      const { word, tags, isExtra } = parse(line, number);
      const read = tags.map((tag) => readTag(tag, number, (message) => sentence.remark(number, message)));
      if (isExtra && tagsNothing(read)) continue;
      if (isExtra) throw new FormatError(file, number, "a token range or an empty node has a tag of its own");
      if (word === "") {
        checkEmptyWord(file, number, format, read);
        if (format.emptyWords === "boundary" && !sentence.isEmpty) yield finished();
        continue;
      }
      sentence.add(word, read, number);
    }
  }
  if (!sentence.isEmpty) yield finished();
}

/** A tab alone is a boundary too: some files part sentences by a line of empty columns. */
function isBoundary(line: string): boolean {
  return line === "" || /^[ \t]*$/.test(line) || /^-DOCSTART-(?![^ \t,])/.test(line);
}

/** `-DOCSTART- (name)`, else the document's number. */
function documentName(line: string, number: number): string {
  return /\((.+)\)\s*$/.exec(line)?.[1] ?? String(number);
}

function commentValue(line: string, pattern: RegExp): string | null {
  return pattern.exec(line)?.[1]?.trim() ?? null;
}

function tagsNothing(tags: readonly string[]): boolean {
  return tags.every((tag) => tag === "O" || tag === "_" || tag === "-");
}

function checkEmptyWord(
  file: string,
  line: number,
  { emptyWords }: ColumnFormat,
  tags: readonly string[],
): void {
  const tagged = tags.find((tag) => tag !== "O");
  if (emptyWords !== "refuse" && tagged === undefined) return;
  const advice =
    tagged === undefined
      ? `mend the line, or set emptyWords to "drop"`
      : `it is tagged ${JSON.stringify(tagged)}`;
  throw new FormatError(file, line, `the word is empty: ${advice}`);
}

/** The lines of a sentence as they come in. */
class Sentence {
  private readonly words: string[] = [];
  private readonly lines: number[] = [];
  /** One list for each layer. */
  private readonly layers: string[][] = [];
  private readonly remarks: Remark[] = [];

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  add(word: string, tags: readonly string[], line: number): void {
    for (const [layer, tag] of tags.entries()) {
      const column = this.layers[layer];
      if (column === undefined) this.layers.push([...Array<string>(this.words.length).fill("O"), tag]);
      else column.push(tag);
    }
    this.words.push(word);
    this.lines.push(line);
    // A line with fewer layers than the sentence has nothing in the others.
    for (const column of this.layers) if (column.length < this.words.length) column.push("O");
  }

  remark(line: number, message: string): void {
    this.remarks.push({ line, message });
  }

  annotate(file: string, format: ColumnFormat, sourceId: string | null, document: string | null): Annotated {
    const mentions: Mention[] = [];
    for (const tags of this.layers) {
      const { mentions: found, breaks } = decodeTags(format.scheme, tags);
      for (const { label, parts } of found)
        mentions.push({ label, parts, line: this.lineOf(parts[0]?.start) });
      for (const at of breaks)
        this.remark(this.lineOf(at), `${tags[at]} does not follow the scheme where it stands`);
    }
    const { text, words } = format.segmentDigit ? unspaced(this.words) : documentOfWords(file, this.words);
    return {
      line: this.lineOf(0),
      text,
      words,
      mentions,
      ...(sourceId === null ? {} : { sourceId }),
      ...(document === null ? {} : { document }),
      ...(this.remarks.length === 0 ? {} : { remarks: this.remarks }),
    };
  }

  private lineOf(word: number | undefined): number {
    return this.lines[word ?? 0] ?? 0;
  }
}

/** Characters of a script without spaces: the text is what they give side by side. */
function unspaced(characters: readonly string[]): {
  readonly text: string;
  readonly words: readonly Chars[];
} {
  const words: Chars[] = [];
  let start = 0;
  for (const character of characters) {
    words.push({ start, end: start + character.length });
    start += character.length;
  }
  return { text: characters.join(""), words };
}
