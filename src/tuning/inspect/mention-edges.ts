const closers: Readonly<Record<string, string>> = {
  "(": ")",
  "[": "]",
  "{": "}",
  "“": "”",
  "‘": "’",
  "«": "»",
  "（": "）",
  "「": "」",
  "《": "》",
};
const openers = new Map(Object.entries(closers).map(([opener, closer]) => [closer, opener]));

/** Separators belong to a sentence, wherever they are joined to. */
const separator = /^[,;:，；：、]$/u;
/** Signs that count as punctuation in Unicode but are part of names and amounts. */
const partOfNames = /^[%‰&@#*§†']+$/u;

/**
 * What is wrong with the punctuation that a mention starts or ends with; null where nothing is: a bracket or quote has
 * its other half inside (`(S)-ketamine`), an abbreviation's period is part of its word, and a sign of its number. `words` are those of `text`.
 */
export function edgeFault(text: string, words: readonly string[]): string | null {
  const first = words[0] ?? "";
  const last = words.at(-1) ?? "";
  const start = [...first][0] ?? "";
  if (isFault(start, first, text) && !/^\p{Pd}\p{N}/u.test(text)) return `starts with ${start}`;
  const end = [...last].at(-1) ?? "";
  return isFault(end, last, text) ? `ends with ${end}` : null;
}

function isFault(character: string, word: string, text: string): boolean {
  if (!/^\p{P}$/u.test(character) || partOfNames.test(word)) return false;
  if (separator.test(character)) return true;
  const closer = closers[character];
  if (closer !== undefined) return !text.includes(closer);
  // An apostrophe at the end of a word is its own.
  const opener = character === "’" && word !== "’" ? undefined : openers.get(character);
  if (opener !== undefined) return !text.includes(opener);
  if (character === '"') return text.split('"').length % 2 === 0;
  return /^\p{P}+$/u.test(word);
}
