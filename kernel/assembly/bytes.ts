/** The first byte from here on that is white space, a control character or none of ASCII. Up to 15 more are looked at. */
export function endOfColumn(start: usize): usize {
  let at = start;
  for (;;) {
    // Bytes above 0x7f are below zero.
    const ends = i8x16.bitmask(i8x16.lt_s(v128.load(at), i8x16.splat(0x21)));
    if (ends != 0) return at + ctz(ends);
    at += 16;
  }
  return at;
}

/** The first line end from here on. Up to 15 more bytes are looked at. */
export function endOfLine(start: usize): usize {
  let at = start;
  for (;;) {
    const ends = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x0a)));
    if (ends != 0) return at + ctz(ends);
    at += 16;
  }
  return at;
}

/** The first quote, opening bracket or backslash from here on, or `end`. Up to 15 more bytes are looked at. */
export function firstSpecial(start: usize, end: usize): usize {
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at);
    const quotes = i8x16.eq(bytes, i8x16.splat(0x22));
    const brackets = i8x16.eq(bytes, i8x16.splat(0x28));
    const backslashes = i8x16.eq(bytes, i8x16.splat(0x5c));
    const found = i8x16.bitmask(v128.or(v128.or(quotes, brackets), backslashes));
    if (found != 0) return min(at + ctz(found), end);
  }
  return end;
}

export function isAscii(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) if (load<u8>(at) >= 0x80) return false;
  return true;
}

/** Puts a number in decimal; returns where it ends. */
export function putNumber(number: u32, to: usize): usize {
  let end = to;
  for (let left = number; ; left /= 10) {
    end++;
    if (left < 10) break;
  }
  let left = number;
  for (let at = end; at > to; left /= 10) store<u8>(--at, 0x30 + (left % 10));
  return end;
}
