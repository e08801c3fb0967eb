import { decodeBio, labelOfTag } from "../../codecs/bio.js";
import { strip } from "../../codecs/whitespace.js";
import type { Example } from "../../core/document.js";
import { documentOfWords } from "../../core/document.js";
import { excerpt, FormatError, InputError } from "../../core/errors.js";
import { readLines } from "./lines.js";
import type { ExampleSettings, NameLabel } from "./reader.js";

/**
 * A column file: a word and its tag a line, blank lines between sentences. Lines that start with `-DOCSTART-` are
 * passed over and end a sentence.
 */
export interface ColumnFormat {
  /** The column of the word: from 0, or from the end of the line with -1 for the last. */
  readonly wordColumn: number;
  /** The column of the tag, counted the same way. */
  readonly tagColumn: number;
  /**
   * `tab`: one tab, so that words and tags may hold spaces. `whitespace`: any run of spaces and tabs. White space
   * around a word is never part of it.
   */
  readonly separator: "tab" | "whitespace";
  /** `bio`: `B-` and `I-` tags; an `I-` that continues nothing starts a mention, so IOB1 files read right as well. */
  readonly scheme: "bio";
  /** Whether lines that start with `# ` before the first word of a sentence are comments. */
  readonly comments: boolean;
  /**
   * What happens to a word that is empty or only white space, which no row can hold. `refuse`: FormatError. `drop`:
   * the line is left out, where its tag is `O`; a sentence of nothing else is left out with it.
   */
  readonly emptyWords: "refuse" | "drop";
}

/**
 * The examples of a column file, streamed; see `readLines` for encodings. Throws FormatError with file and line for
 * missing columns, empty words, tags outside the scheme, refused labels and labels outside the set, and for a file
 * without any sentence.
 */
export async function* readColumns(
  file: string,
  format: ColumnFormat,
  { idPrefix, labels, nameLabel }: ExampleSettings,
): AsyncGenerator<Example> {
  const allowed = new Set(labels);
  const nameAllowed = (fileLabel: string) => {
    const label = nameLabel(fileLabel);
    if (!allowed.has(label)) throw new InputError(`label ${excerpt(label)} is not one of the set's labels`);
    return label;
  };
  let index = 0;
  for await (const { words, tags } of readSentences(file, format, nameAllowed)) {
    const gold = decodeBio(tags).map((entity) => ({ ...entity, label: nameLabel(entity.label) }));
    yield { doc: documentOfWords(`${idPrefix}-${index++}`, words), labels, gold };
  }
}

/** All labels of a column file, as named, in code unit order. Throws as `readColumns` does. */
export async function collectLabels(
  file: string,
  format: ColumnFormat,
  nameLabel: NameLabel,
): Promise<string[]> {
  const labels = new Set<string>();
  const collect = (fileLabel: string) => {
    labels.add(nameLabel(fileLabel));
  };
  for await (const _ of readSentences(file, format, collect));
  return [...labels].sort();
}

interface Sentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** `checkLabel` is called for each label at least once; its InputError becomes a FormatError with the line. */
async function* readSentences(
  file: string,
  format: ColumnFormat,
  checkLabel: (fileLabel: string) => void,
): AsyncGenerator<Sentence> {
  const parse = lineParser(file, format);
  const checkTag = tagChecker(file, checkLabel);
  let words: string[] = [];
  let tags: string[] = [];
  let sentences = 0;
  for await (const block of readLines(file)) {
    for (const [i, line] of block.lines.entries()) {
      if (isBoundary(line)) {
        if (words.length > 0) {
          yield { words, tags };
          sentences++;
          words = [];
          tags = [];
        }
        continue;
      }
      if (format.comments && words.length === 0 && line.startsWith("# ")) continue;
      const number = block.first + i;
      const { word, tag } = parse(line, number);
      checkTag(tag, number);
      if (word === "" && dropsEmptyWord(file, number, format, tag)) continue;
      words.push(word);
      tags.push(tag);
    }
  }
  if (words.length > 0) yield { words, tags };
  else if (sentences === 0) throw new FormatError(file, 0, "holds no sentence");
}

/** A tab alone is a boundary too: some files part sentences by a line of empty columns. */
function isBoundary(line: string): boolean {
  return line === "" || /^[ \t]*$/.test(line) || /^-DOCSTART-(?![^ \t])/.test(line);
}

function lineParser(file: string, { wordColumn, tagColumn, separator }: ColumnFormat) {
  return (line: string, number: number): { word: string; tag: string } => {
    const columns =
      separator === "tab" ? line.split("\t") : line.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
    const wordIndex = wordColumn < 0 ? columns.length + wordColumn : wordColumn;
    const tagIndex = tagColumn < 0 ? columns.length + tagColumn : tagColumn;
    const word = columns[wordIndex];
    const tag = columns[tagIndex];
    if (word === undefined || tag === undefined || wordIndex === tagIndex) {
      const found = `${columns.length} ${columns.length === 1 ? "column" : "columns"} (separator: ${separator})`;
      throw new FormatError(
        file,
        number,
        `no word in column ${wordColumn} with a tag in column ${tagColumn}: ${excerpt(line)} has ${found}`,
      );
    }
    return { word: strip(word), tag };
  };
}

/** Each tag is looked at once: a corpus repeats a few dozen of them. */
function tagChecker(file: string, checkLabel: (fileLabel: string) => void) {
  const known = new Set<string>();
  return (tag: string, line: number): void => {
    if (known.has(tag)) return;
    try {
      const label = labelOfTag(tag);
      if (label !== null) checkLabel(label);
    } catch (error) {
      if (error instanceof InputError) throw new FormatError(file, line, error.message, { cause: error });
      throw error;
    }
    known.add(tag);
  };
}

function dropsEmptyWord(file: string, line: number, { emptyWords }: ColumnFormat, tag: string): true {
  if (emptyWords === "drop" && tag === "O") return true;
  const advice = tag === "O" ? `mend the line, or set emptyWords to "drop"` : `it is tagged ${excerpt(tag)}`;
  throw new FormatError(file, line, `the word is empty: ${advice}`);
}
