import type { Tokenizer } from "@huggingface/tokenizers";
import { type BackTokenize, backTokenizeWith } from "../../codecs/back-tokenize.js";
import type { ModelManifest, TextInput } from "./manifest.js";
import type { EncoderInput, ModelText, TokenWriter } from "./model-text.js";
import { modelTokenizer } from "./model-tokenizer.js";

/** Stands for a space in SentencePiece's pieces. */
const spaceMark = "▁";

/** Prompts and answers as SentencePiece spells them (T5): the whole prompt at once, `(`, labels and `)` as any text. */
export class PlainText implements ModelText {
  private readonly tokenizer: Tokenizer;
  private readonly backTokenize: BackTokenize;
  private readonly special: ReadonlySet<number>;

  constructor(
    tokenizerJson: object,
    manifest: ModelManifest,
    private readonly input: TextInput,
  ) {
    const { tokenizer, special } = modelTokenizer(tokenizerJson, manifest);
    this.tokenizer = tokenizer;
    this.special = special;
    this.backTokenize = backTokenizeWith(tokenizer);
  }

  encode(prompt: string): EncoderInput {
    const ids: readonly number[] = this.tokenizer.encode(prompt.toWellFormed(), {
      add_special_tokens: false,
    }).ids;
    const spelled = ids.map((id) => (this.special.has(id) ? this.input.unknown : id));
    return { ids: [...spelled, this.input.end], pieces: null, longestAnswer: Infinity };
  }

  writer(): TokenWriter {
    return new SentencePieceWriter(this.tokenizer, this.special);
  }

  spell(word: string): string {
    return this.backTokenize([word])[0] ?? word;
  }
}

class SentencePieceWriter implements TokenWriter {
  private isFirst = true;

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly special: ReadonlySet<number>,
  ) {}

  write(token: number): string {
    const piece = this.tokenizer.id_to_token(token);
    // Special tokens are no text, and the vocabulary's last places, there to round it up, have no piece.
    if (piece === undefined || this.special.has(token)) return "";
    const text = piece.replaceAll(spaceMark, " ");
    const written = this.isFirst && text.startsWith(" ") ? text.slice(1) : text;
    this.isFirst = false;
    return written;
  }
}
