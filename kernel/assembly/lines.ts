import {
  backslash,
  carriageReturn,
  comma,
  hyphen,
  newline,
  openBracket,
  quote,
  space,
  tab,
} from "./characters";

/** What a byte is in a line: part of a word, one that JSON escapes, between columns, a line end, or what a plain sentence has not. */
const inWord: u8 = 0;
export const escaped: u8 = 1;
export const between: u8 = 2;
const lineEnd: u8 = 3;
const odd: u8 = 4;
const classes: usize = memory.data(256);

/** `-DOCSTART-` as its first eight bytes and its last two. */
const docStart: u64 = 0x52415453434f442d;
const docStartEnd: u16 = 0x2d54;
const docStartSize: usize = 10;

/** Sets whether columns stand between tabs alone or between spaces too. */
export function setClasses(isWhitespace: bool): void {
  memory.fill(classes, odd, space + 1);
  memory.fill(classes + space + 1, inWord, 0x7f - space);
  memory.fill(classes + 0x80, odd, 0x80);
  // An opening bracket in a word may look like a tag in the target.
  store<u8>(classes + openBracket, odd);
  store<u8>(classes + quote, escaped);
  store<u8>(classes + backslash, escaped);
  store<u8>(classes + newline, lineEnd);
  store<u8>(classes + tab, between);
  if (isWhitespace) store<u8>(classes + space, between);
}

export function classOf(at: usize): u8 {
  return load<u8>(classes + load<u8>(at));
}

/** As `isBoundary` in src/tuning/corpora/columns.ts, on the bytes of a line up to its `\n`. */
export function isBoundary(from: usize, close: usize): bool {
  const lineClose = close > from && load<u8>(close - 1) == carriageReturn ? close - 1 : close;
  let at = from;
  while (at < lineClose && (load<u8>(at) == space || load<u8>(at) == tab)) at++;
  if (at == lineClose) return true;
  const behind = from + docStartSize;
  if (load<u8>(from) != hyphen || lineClose < behind) return false;
  if (load<u64>(from) != docStart || load<u16>(from, 8) != docStartEnd) return false;
  const next = load<u8>(behind);
  return behind == lineClose || next == space || next == tab || next == comma;
}
