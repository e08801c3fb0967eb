import { InputError } from "../../core/errors.js";
import type { LabelsAndWordsInput, ModelManifest } from "./manifest.js";
import type { EncoderInput, ModelText, TokenWriter } from "./model-text.js";
import { PieceTokenizer } from "./piece-tokenizer.js";

/** Words and labels piece by piece, each word alone, and answers whose tags are tokens of their own. */
export class LabelsAndWords implements ModelText {
  private readonly tokenizer: PieceTokenizer;

  constructor(
    tokenizerJson: object,
    private readonly manifest: ModelManifest,
    private readonly input: LabelsAndWordsInput,
  ) {
    this.tokenizer = new PieceTokenizer(tokenizerJson, manifest);
  }

  encode(prompt: string): EncoderInput {
    return encodeLabelsAndWords(prompt, this.input, this.tokenizer);
  }

  writer(): TokenWriter {
    return new PieceWriter(this.tokenizer, this.manifest);
  }

  spell(word: string): string {
    return this.tokenizer.spell(word);
  }
}

class PieceWriter implements TokenWriter {
  private previousPiece: number | null = null;
  private isBehindTag = false;

  constructor(
    private readonly tokenizer: PieceTokenizer,
    private readonly manifest: ModelManifest,
  ) {}

  write(token: number): string {
    const special = this.manifest.output.tokens[token];
    // A tag is followed by a space: `word(O) next`.
    const space = this.isBehindTag && special === undefined ? " " : "";
    const written = special ?? space + this.tokenizer.pieceText(token, this.previousPiece);
    this.previousPiece = special === undefined ? token : null;
    this.isBehindTag = special?.endsWith(")") ?? false;
    return written;
  }
}

/** Casing of pieces that belong to a label. */
const labelCasing = 3;
/** Added to the casing of a word's second and later pieces. */
const continuation = 4;

/**
 * Encodes a `compact` prompt: labels on the first line, parted by ` ; `, words on the second, parted by spaces.
 * `[start] label ; label [end of section] word word [end of section]`, every word in pieces of its own.
 */
function encodeLabelsAndWords(
  prompt: string,
  input: LabelsAndWordsInput,
  tokenizer: PieceTokenizer,
): EncoderInput {
  const lineBreak = prompt.indexOf("\n");
  if (lineBreak === -1) throw new InputError("a compact prompt has two lines: labels, then words");
  const ids: number[] = [input.start];
  const casing: number[] = [0];
  let longestLabel = 0;
  for (const [i, label] of prompt.slice(0, lineBreak).split(" ; ").entries()) {
    if (i > 0) {
      ids.push(input.labelSeparator);
      casing.push(0);
    }
    const before = ids.length;
    for (const word of nonEmpty(label))
      pushPieces(tokenizer.pieces(word), labelCasing, labelCasing, ids, casing);
    longestLabel = Math.max(longestLabel, ids.length - before);
  }
  ids.push(input.sectionEnd);
  casing.push(0);
  const sourceStart = ids.length;
  const words = nonEmpty(prompt.slice(lineBreak + 1));
  for (const word of words) {
    const first = casingOf(word);
    pushPieces(tokenizer.pieces(word), first, first + continuation, ids, casing);
  }
  const sourcePieces = ids.length - sourceStart;
  ids.push(input.sectionEnd);
  casing.push(0);
  // A tag is an opening token, the label and a closing token.
  return {
    ids,
    pieces: { casing, sourceStart },
    longestAnswer: sourcePieces + words.length * (longestLabel + 2) + 1,
  };
}

function nonEmpty(line: string): string[] {
  return line.split(" ").filter((word) => word !== "");
}

function pushPieces(
  pieces: readonly number[],
  firstCasing: number,
  nextCasing: number,
  ids: number[],
  casing: number[],
): void {
  for (const [i, piece] of pieces.entries()) {
    ids.push(piece);
    casing.push(i === 0 ? firstCasing : nextCasing);
  }
}

/** 0 without capitals, 1 with one, 2 with more: an uncased tokenizer drops this, names depend on it. */
function casingOf(word: string): number {
  return Math.min(2, word.match(/\p{Uppercase}/gu)?.length ?? 0);
}
