import type { Note } from "../../core/notes.js";
import type { Completion, GeneratedToken } from "../generate/text-generator.js";
import type { AnswerPiece, TokenCounts } from "./protocol.js";

/** Puts an answer together from its pieces. */
export class AnswerBuilder {
  text = "";
  finish: "end" | "length" | null = null;
  counts: TokenCounts | null = null;
  private readonly tokens: GeneratedToken[] = [];
  private hasAllTokens = true;

  add({ text, tokens, finish, counts }: AnswerPiece): void {
    if (tokens === null) this.hasAllTokens = false;
    else this.addTokens(tokens, text);
    this.text += text;
    this.finish = finish ?? this.finish;
    this.counts = counts ?? this.counts;
  }

  completion(finish: "end" | "length", notes: readonly Note[]): Completion {
    return { text: this.text, tokens: this.hasAllTokens ? this.tokens : [], finish, notes };
  }

  /**
   * Tokens follow each other without gaps. Where their texts are not exactly what was written, as with the bytes of one
   * character, the last of them stands for all that the piece wrote.
   */
  private addTokens(tokens: NonNullable<AnswerPiece["tokens"]>, text: string): void {
    if (text !== "" && tokens.length === 0) this.hasAllTokens = false;
    const isExact = tokens.map((token) => token.text).join("") === text;
    let start = this.text.length;
    for (const [i, token] of tokens.entries()) {
      const isLast = i === tokens.length - 1;
      const end = isExact ? start + token.text.length : this.text.length + (isLast ? text.length : 0);
      this.tokens.push({ start, end, logprob: Math.min(0, token.logprob) });
      start = end;
    }
  }
}
