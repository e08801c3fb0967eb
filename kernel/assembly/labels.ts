import { putNumber } from "./bytes";
import { closeBracket, comma, quote } from "./characters";
import { seed, shuffle } from "./random";

/** Of each label that is asked for: its stamp, with a separator behind it, and how many characters it has. */
let labels: usize = 0;
export const pairSize: usize = 8;

/** The numbers of the labels that the next row asks for. */
let order: usize = 0;

/** The key of draws up to a sentence's index, and how many bytes that takes. */
let key: usize = 0;
let keySize: usize = 0;

export function setLabels(at: usize, orderAt: usize): void {
  labels = at;
  order = orderAt;
}

/** A key's bytes up to where an index comes, with room for 128 more. */
export function setKey(at: usize, size: usize): void {
  key = at;
  keySize = size;
}

/** Asks for the first so many labels, in their order. */
export function orderAll(count: u32): void {
  for (let i: u32 = 0; i < count; i++) store<i32>(order + (i << 2), i);
}

/** Asks for the first so many labels in the order that `Random` draws for the sentence. */
export function shuffleAll(count: u32, index: u32, round: u32): void {
  orderAll(count);
  let at = key + keySize;
  at = putKeyPart(index, at);
  if (round > 0) at = putKeyPart(round, at);
  store<u8>(at, closeBracket);
  seed(key, at + 1 - key);
  shuffle(order, count);
}

/** The stamp of a label by its place in the order. */
export function labelStamp(place: u32): usize {
  return load<u32>(pairOf(place));
}

/** Its length in characters. */
export function labelLength(place: u32): i32 {
  return load<i32>(pairOf(place), 4);
}

function pairOf(place: u32): usize {
  return labels + <usize>load<u32>(order + (place << 2)) * pairSize;
}

function putKeyPart(number: u32, to: usize): usize {
  store<u8>(to, comma);
  store<u8>(to, quote, 1);
  const at = putNumber(number, to + 2);
  store<u8>(at, quote);
  return at + 1;
}
