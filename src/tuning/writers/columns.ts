import { excerpt, FormatError, InputError } from "../../core/errors.js";
import type { ColumnFormat } from "../corpora/column-format.js";
import { columnSplitter } from "../corpora/column-lines.js";
import { isBoundary } from "../corpora/columns.js";
import { csvCell } from "./csv-cell.js";
import type { Draft, Encode } from "./draft.js";
import type { WordMention } from "./mentions.js";
import { contiguousMentions, spelledMentions } from "./mentions.js";
import { encodeTags, flatTags } from "./tags.js";
import { fileText, wordTextsOf } from "./word-texts.js";

/**
 * Sentences as columns, each with the blank line behind it. Columns that the format does not name are `_`. Documents
 * start with `-DOCSTART- (name)`, or, where the format has comments, with `# newdoc id`, sentences then with
 * `# sent_id`. With layers a sentence has as many as its mentions need. Throws InputError for a format that cannot be
 * written: segment digits, or layers whose column is counted from the end.
 */
export function columnEncoder(format: ColumnFormat): Encode<string> {
  const positions = columnPositions(format);
  const tagsOf = format.layers ? layerEncoder(format) : flatEncoder(format);
  const heads = new SentenceHeads(format.comments);
  const write = lineWriter(format, positions);
  return (draft) => {
    draft.hasNoPlaceFor("absent", "declared");
    const layers = tagsOf(draft);
    const words = wordTextsOf(draft);
    if (words === null) return null;
    const lines: string[] = [];
    for (const [i, word] of words.entries()) {
      const line = write(
        i,
        word,
        layers.map((tags) => tags[i] ?? "O"),
      );
      if (line === null || (i === 0 && format.comments && line.startsWith("# "))) {
        draft.lose("word", `the word ${excerpt(word)} cannot be written in columns`);
        return null;
      }
      lines.push(`${line}\n`);
    }
    return fileText(draft, `${heads.of(draft)}${lines.join("")}\n`);
  };
}

interface Positions {
  readonly width: number;
  readonly word: number;
  readonly tag: number;
  readonly index: number | undefined;
}

/** The narrowest table in which the columns are where the format says. */
function columnPositions({
  wordColumn,
  tagColumn,
  indexColumn,
  layers,
  segmentDigit,
}: ColumnFormat): Positions {
  if (segmentDigit) throw new InputError("columns with segment digits can be read but not written");
  if (layers && (tagColumn < 0 || wordColumn < 0 || tagColumn < wordColumn)) {
    throw new InputError("columns with layers are written behind the words: give tagColumn counted from 0");
  }
  const asked = indexColumn === undefined ? [wordColumn, tagColumn] : [wordColumn, tagColumn, indexColumn];
  for (let width = asked.length; width < 100; width++) {
    const [word = -1, tag = -1, index] = asked.map((column) => (column < 0 ? width + column : column));
    const taken = index === undefined ? [word, tag] : [word, tag, index];
    if (new Set(taken).size === taken.length && taken.every((at) => at >= 0 && at < width)) {
      return { width, word, tag, index };
    }
  }
  throw new InputError("wordColumn, tagColumn and indexColumn must be different columns");
}

function lineWriter(format: ColumnFormat, { width, word, tag, index }: Positions) {
  const split = columnSplitter("", format.separator);
  const between = ({ tab: "\t", whitespace: " ", csv: "," } as const)[format.separator] ?? format.separator;
  const cell = format.separator === "csv" ? (text: string) => csvCell(text, ",") : (text: string) => text;
  /** The line of a word; null where its own reader would not find the same cells in it. */
  return (number: number, text: string, tags: readonly string[]): string | null => {
    const cells: string[] = Array<string>(width).fill("_");
    if (index !== undefined) cells[index] = String(number + 1);
    cells[word] = text;
    cells.splice(tag, 1, ...tags);
    const line = cells.map(cell).join(between);
    if (/[\r\n]/.test(line) || isBoundary(line)) return null;
    const found = readable(() => split(line, 0));
    return found?.length === cells.length && found.every((value, i) => value === cells[i]) ? line : null;
  };
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    // What its reader refuses cannot be written.
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Labels that a line can hold as part of a tag. */
function labelCheck({ scheme, separator }: ColumnFormat): (label: string) => boolean {
  const split = columnSplitter("", separator);
  const cell = separator === "csv" ? (text: string) => csvCell(text, ",") : (text: string) => text;
  return (label) => {
    const tag = scheme === "io" ? label : `B-${label}`;
    if (label === "" || (scheme === "io" && label === "O") || /[\r\n]/.test(label)) return false;
    const found = readable(() => split(cell(tag), 0));
    return found?.length === 1 && found[0] === tag;
  };
}

function flatEncoder(format: ColumnFormat): (draft: Draft) => string[][] {
  const canSpell = labelCheck(format);
  return (draft) => [flatTags(draft, format.scheme, canSpell)];
}

/** Each mention goes into the first layer that has room for it, outer ones first. */
function layerEncoder(format: ColumnFormat): (draft: Draft) => string[][] {
  const canSpell = labelCheck(format);
  const room = format.scheme === "io" ? touches : overlaps;
  return (draft) => {
    const spelled = spelledMentions(draft, contiguousMentions(draft), canSpell);
    const layers: WordMention[][] = [[]];
    for (const mention of spelled.toSorted(outerFirst)) {
      const layer = layers.find((taken) => !taken.some((other) => room(mention, other)));
      if (layer === undefined) layers.push([mention]);
      else layer.push(mention);
    }
    return layers.map((mentions) => encodeTags(format.scheme, draft.doc.words.length, mentions));
  };
}

function outerFirst(a: WordMention, b: WordMention): number {
  return a.words.start - b.words.start || b.words.end - a.words.end;
}

function overlaps({ words: a }: WordMention, { words: b }: WordMention): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Bare labels do not tell mentions apart that touch. */
function touches(a: WordMention, b: WordMention): boolean {
  return (
    overlaps(a, b) ||
    (a.label === b.label && (a.words.start === b.words.end || b.words.start === a.words.end))
  );
}

/** What stands before a sentence: where its document starts, and its name. */
class SentenceHeads {
  private document: string | undefined;

  constructor(private readonly comments: boolean) {}

  of(draft: Draft): string {
    const { document, sourceId } = draft.doc;
    let head = "";
    if (document !== this.document) {
      if (document === undefined || document.trim() !== document || !/^.+$/.test(document)) {
        draft.lose("document", `its document ${document ?? "has no name"}`);
      } else {
        head = this.comments ? `# newdoc id = ${document}\n` : `-DOCSTART- (${document})\n\n`;
        this.document = document;
      }
    }
    if (sourceId === undefined) return head;
    if (this.comments && /^\S+$/.test(sourceId)) return `${head}# sent_id = ${sourceId}\n`;
    draft.lose("id", `its name ${sourceId}`);
    return head;
  }
}
