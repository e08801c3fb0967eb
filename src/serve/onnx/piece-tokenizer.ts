import type { Tokenizer } from "@huggingface/tokenizers";
import { ModelError } from "../../core/errors.js";
import type { ModelManifest } from "./manifest.js";
import { modelTokenizer } from "./model-tokenizer.js";

/** Words whose pieces are remembered; text repeats itself, and a long-running process must not grow without end. */
const cacheSize = 50_000;

/** Words to pieces and back, each word alone, for models that read labels and words. */
export class PieceTokenizer {
  private readonly tokenizer: Tokenizer;
  private readonly cache = new Map<string, readonly number[]>();
  private readonly unknown: number;
  private readonly special: ReadonlySet<number>;

  constructor(tokenizerJson: object, manifest: ModelManifest) {
    const { tokenizer, special } = modelTokenizer(tokenizerJson, manifest);
    this.tokenizer = tokenizer;
    this.special = special;
    this.unknown = manifest.input.unknown;
  }

  /** The ids of a word's pieces; a word that the tokenizer cannot spell is the unknown piece. */
  pieces(word: string): readonly number[] {
    const known = this.cache.get(word);
    if (known !== undefined) return known;
    const ids: readonly number[] = this.tokenizer.encode(word.toWellFormed(), {
      add_special_tokens: false,
    }).ids;
    const pieces =
      ids.length > 0 ? ids.map((id) => (this.special.has(id) ? this.unknown : id)) : [this.unknown];
    if (this.cache.size >= cacheSize) this.cache.clear();
    if (word.length < 100) this.cache.set(word, pieces);
    return pieces;
  }

  /** Text of one piece as it stands behind `previous` (null at a start): continuations join without a space. */
  pieceText(piece: number, previous: number | null): string {
    const text = this.tokenizer.id_to_token(piece);
    if (text === undefined)
      throw new ModelError(`the model generated token ${piece}, which its tokenizer lacks`);
    if (text.startsWith("##")) return text.slice(2);
    return previous === null ? text : ` ${text}`;
  }

  /** A word as its pieces spell it. */
  spell(word: string): string {
    let previous: number | null = null;
    let text = "";
    for (const piece of this.pieces(word)) {
      text += this.pieceText(piece, previous);
      previous = piece;
    }
    return text;
  }
}
