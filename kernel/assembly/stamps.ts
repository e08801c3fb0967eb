/** A stamp is a piece of JSON that is put again and again: four bytes that say how many follow from the sixteenth on. */
const stampBytes: usize = 16;
const longestByHand: usize = 64;

/** What a stamp puts behind itself at most. */
export const stampSpill: u32 = 16;

export function sizeOf(stamp: usize): u32 {
  return load<u32>(stamp);
}

/** Puts a stamp, and up to 16 bytes behind it. Returns where it ends. */
export function put(stamp: usize, to: usize): usize {
  const size = <usize>sizeOf(stamp);
  const from = stamp + stampBytes;
  if (size > longestByHand) memory.copy(to, from, size);
  else {
    v128.store(to, v128.load(from));
    for (let i: usize = 16; i < size; i += 16) v128.store(to + i, v128.load(from + i));
  }
  return to + size;
}

/** Puts a stamp, and nothing behind it. */
export function putExactly(stamp: usize, to: usize): void {
  memory.copy(to, stamp + stampBytes, sizeOf(stamp));
}
