/** What the last calls found, as 32-bit integers in this order; `result` in src/tuning/kernel/kernel.ts names them. */
const results: usize = memory.data(64);

export function resultsAt(): usize {
  return results;
}

export function setPlace(start: usize, end: usize, line: i32): void {
  store<u32>(results, start);
  store<u32>(results, end, 4);
  store<i32>(results, line, 8);
}

export function setFlags(isPlain: bool, hasWords: bool, hasMentions: bool): void {
  store<i32>(results, i32(isPlain), 12);
  store<i32>(results, i32(hasWords), 16);
  store<i32>(results, i32(hasMentions), 20);
}

export function setCounts(words: i32, characters: i32): void {
  store<i32>(results, words, 24);
  store<i32>(results, characters, 28);
}

export function setUnknownTag(start: usize, end: usize, line: i32): void {
  store<u32>(results, start, 32);
  store<u32>(results, end, 36);
  store<i32>(results, line, 40);
}

/** Of more bytes than a signed integer holds, there is no such room anyway. */
export function setNeeded(bytes: u64): void {
  store<u32>(results, <u32>min<u64>(bytes, i32.MAX_VALUE), 44);
}

export function setReached(at: usize): void {
  store<u32>(results, at, 48);
}
