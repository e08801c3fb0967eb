import { digest, sha256 } from "./sha256";

let s0: u32 = 0;
let s1: u32 = 0;
let s2: u32 = 0;
let s3: u32 = 0;

/** Seeds with a key of so many bytes; see `Random` in src/tuning/random.ts. Behind them, 72 more are written. */
export function seed(key: usize, size: usize): void {
  sha256(key, size);
  s0 = load<u32>(digest);
  s1 = load<u32>(digest, 4);
  s2 = load<u32>(digest, 8);
  s3 = load<u32>(digest, 12);
}

/** Puts so many 32-bit integers in random order. */
export function shuffle(numbers: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const here = numbers + (i << 2);
    const there = here + (below(count - i) << 2);
    const number = load<i32>(here);
    store<i32>(here, load<i32>(there));
    store<i32>(there, number);
  }
}

function next(): u32 {
  const result = rotl<u32>(s1 * 5, 7) * 9;
  const shifted = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= shifted;
  s3 = rotl<u32>(s3, 11);
  return result;
}

function below(bound: u32): u32 {
  let drawn = next();
  if (drawn > 0xffffffff - bound) {
    const behind: u32 = (<u32>0 - bound) % bound;
    while (drawn > 0xffffffff - behind) drawn = next();
  }
  return drawn % bound;
}
