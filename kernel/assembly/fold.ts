import { wordSize, wordsAt, wordsBehind } from "./scan";

/**
 * Puts the letters and digits of the sentence that was found last, in lower case; of a sentence without any, all its
 * characters. Returns how many there are.
 */
export function foldWords(to: usize): usize {
  const end = foldInto(to, false);
  return (end > to ? end : foldInto(to, true)) - to;
}

function foldInto(to: usize, all: bool): usize {
  let at = to;
  for (let word = wordsAt(); word < wordsBehind(); word += wordSize) {
    const end = <usize>load<u32>(word, 4);
    for (let i = <usize>load<u32>(word); i < end; i++) {
      const byte = load<u8>(i);
      const isCapital = byte >= 0x41 && byte <= 0x5a;
      const isLower = byte >= 0x61 && byte <= 0x7a;
      if (all || isCapital || isLower || (byte >= 0x30 && byte <= 0x39)) {
        store<u8>(at++, isCapital ? byte + 0x20 : byte);
      }
    }
  }
  return at;
}
