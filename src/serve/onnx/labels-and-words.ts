import { InputError } from "../../core/errors.js";
import type { ModelManifest } from "./manifest.js";
import type { PieceTokenizer } from "./piece-tokenizer.js";

/** What the encoder graph of a model with input kind `labels-and-words` reads: one number per piece. */
export interface EncoderInput {
  readonly ids: readonly number[];
  /** How the piece's word is cased, see `casingOf`. */
  readonly casing: readonly number[];
  /** Index of the first piece of the sentence. */
  readonly sourceStart: number;
  /** Tokens of the longest answer that copies the sentence faithfully, with a tag per word and the end token. */
  readonly longestAnswer: number;
}

/** Casing of pieces that belong to a label. */
const labelCasing = 3;
/** Added to the casing of a word's second and later pieces. */
const continuation = 4;

/**
 * Encodes a `compact` prompt: labels on the first line, parted by ` ; `, words on the second, parted by spaces.
 * `[start] label ; label [end of section] word word [end of section]`, every word in pieces of its own.
 */
export function encodeLabelsAndWords(
  prompt: string,
  input: ModelManifest["input"],
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
  return { ids, casing, sourceStart, longestAnswer: sourcePieces + words.length * (longestLabel + 2) + 1 };
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
