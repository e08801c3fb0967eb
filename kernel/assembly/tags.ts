/**
 * The tags of a file by their bytes. An entry is: the next one with the same hash, its size, its label in the file, the
 * number of that label's name, whether it begins a mention, its first and its last eight bytes, all its bytes.
 */
const slots: usize = 1 << 12;
const heads: usize = memory.data(4 << 12);
/** Without the bytes; `tagRoom` in src/tuning/corpora/plain-scanner.ts. */
const entrySize: usize = 40;

export function forgetTags(): void {
  memory.fill(heads, 0, slots * 4);
}

/** Adds a tag that is not there, in memory of `entrySize` and its own size. A label below 0: it is not to be taken as it is. */
export function addTag(start: usize, end: usize, entry: usize, label: i32, name: i32, isBegin: bool): void {
  const head = headOf(firstEight(start, end), lastEight(start, end), end - start);
  store<u32>(entry, load<u32>(head));
  store<u32>(entry, end - start, 4);
  store<i32>(entry, label, 8);
  store<i32>(entry, name, 12);
  store<i32>(entry, i32(isBegin), 16);
  store<u64>(entry, firstEight(start, end), 24);
  store<u64>(entry, lastEight(start, end), 32);
  memory.copy(entry + entrySize, start, end - start);
  store<u32>(head, entry);
}

/** The entry of a tag of at least one byte; 0 where it was not added. Eight bytes from its start on can be read. */
export function findTag(start: usize, end: usize): usize {
  const size = end - start;
  const first = firstEight(start, end);
  const last = lastEight(start, end);
  for (let entry = <usize>load<u32>(headOf(first, last, size)); entry != 0; entry = load<u32>(entry)) {
    if (load<u64>(entry, 24) != first || load<u64>(entry, 32) != last || load<u32>(entry, 4) != <u32>size)
      continue;
    if (size <= 16 || memory.compare(entry + entrySize, start, size) == 0) return entry;
  }
  return 0;
}

export function labelOf(entry: usize): i32 {
  return load<i32>(entry, 8);
}

export function nameOf(entry: usize): i32 {
  return load<i32>(entry, 12);
}

export function isBegin(entry: usize): bool {
  return load<i32>(entry, 16) != 0;
}

function firstEight(start: usize, end: usize): u64 {
  const size = end - start;
  const bytes = load<u64>(start);
  return size >= 8 ? bytes : bytes & (((<u64>1) << (<u64>size * 8)) - 1);
}

function lastEight(start: usize, end: usize): u64 {
  return end - start > 8 ? load<u64>(end - 8) : 0;
}

function headOf(first: u64, last: u64, size: usize): usize {
  const hash = (first * 0x9e3779b97f4a7c15) ^ (last * 0xc2b2ae3d27d4eb4f) ^ ((<u64>size) << 52);
  return heads + ((<usize>(hash >> 52)) << 2);
}
