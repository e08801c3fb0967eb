import type { Words } from "../../core/document.js";
import { type BackTokenize, noBackTokenization } from "../back-tokenize.js";

/**
 * The source as it is compared with generated words: as a tokenizer spells it, in lower case, parted at white space,
 * which generated text parts its words by.
 */
export class SourceTokens {
  readonly tokens: readonly string[];
  /** For each token the index of its word. */
  private readonly wordOf: readonly number[];

  constructor(words: readonly string[], backTokenize: BackTokenize) {
    const spelled = backTokenize === noBackTokenization ? words : backTokenize(words);
    const tokens: string[] = [];
    const wordOf: number[] = [];
    for (const [i, word] of spelled.entries()) {
      for (const token of tokensOf(word)) {
        tokens.push(token);
        wordOf.push(i);
      }
    }
    this.tokens = tokens;
    this.wordOf = wordOf;
  }

  /** The words that tokens stand in. */
  wordsAt({ start, end }: Words): Words {
    return { start: this.wordOf[start] ?? 0, end: (this.wordOf[end - 1] ?? -1) + 1 };
  }
}

/** The words of generated text, as they are compared. */
export function tokensOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((token) => token !== "");
}
