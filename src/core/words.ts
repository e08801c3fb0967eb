import type { Chars, Document } from "./document.js";

const letter = String.raw`[\p{L}\p{M}\p{N}_]`;
/** Scripts written without spaces: each character is a word of its own. */
const cjk = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\p{M}*`;
const plain = `(?:(?!${cjk})${letter})`;
/** Joiners that may stand inside a word: soft hyphens and the zero-width joiners of Persian and Indic scripts. */
const inside = String.raw`[\u00ad\u200c\u200d]+`;

/**
 * The alternatives, first match wins. They follow the cut of CrossNER and the MIT corpora: hyphenated words and
 * abbreviations are one word, clitics start at their apostrophe, other punctuation stands alone.
 */
const wordPattern = new RegExp(
  [
    String.raw`(?:https?|ftp):\/\/[^\s\p{C}<>"]*[^\s\p{C}\p{P}<>"]\/?`,
    String.raw`(?<![^\s\p{P}])[\w.+\-]{1,64}@\p{L}[\w\-]*(?:\.\p{L}[\w\-]*)+`,
    String.raw`\p{RGI_Emoji}`,
    // Clitics: John|'s, don|'t, also where a space stands before them already.
    `(?<=${letter})['’]${plain}+`,
    `['’](?:s|t|m|re|ve|ll|d)(?!${letter})`,
    // Acronyms and initials keep their periods: U.S., e.g., J. (before another capital).
    String.raw`(?<!${letter})(?:\p{L}\.){2,}`,
    String.raw`(?<!${letter})\p{Lu}\.(?=\s*\p{Lu})`,
    String.raw`(?<!${letter})(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Rev|Gen|Col|Lt|Sgt|Gov|Sen|Rep|Inc|Ltd|Corp|Co|Bros|No|vs|cf|pp|etc|al|approx)\.`,
    // Numbers with their separators: 1,000.5, 12:30.
    String.raw`\p{Nd}+(?:[.,:]\p{Nd}+)+(?!${plain})`,
    // .NET, @handle, #tag
    String.raw`(?<![^\s\p{Ps}])[.@#](?=\p{L})${plain}+`,
    // Words, joined by hyphens, inner periods and ampersands; C++ and C# keep their tails.
    String.raw`${plain}+(?:(?:[\-&.‑]|${inside})${plain}+)*(?:\+\+|#(?!${letter}))?`,
    cjk,
    String.raw`\.{2,}|-{2,}|['"\x60]{2}`,
    // Never a word: white space, control and format characters (NUL, zero-width space, byte order mark) and
    // unpaired surrogates, which no tokenizer can encode.
    String.raw`[^\s\p{Cc}\p{Cf}\p{Cs}]\p{M}*`,
  ].join("|"),
  "gv",
);

/**
 * Cuts a text into words: Unicode-aware and reversible, since a word is a range of the text. Punctuation stands
 * apart as CrossNER has it, Chinese and Japanese characters are words of their own, white space and control
 * characters belong to no word.
 */
export function splitWords(text: string): Chars[] {
  const words: Chars[] = [];
  for (const match of text.matchAll(wordPattern)) {
    words.push({ start: match.index, end: match.index + match[0].length });
  }
  return words;
}

/** A document of a plain text, cut by `splitWords`. */
export function documentOfText(id: string, text: string): Document {
  return { id, text, words: splitWords(text) };
}
