/**
 * Keys of words and of sequences of words: whole numbers from 1 to 2^53 - 1. Different words may share one, once in
 * about 10^16 pairs, so keys are for finding suspicions, not for counts that must be right.
 */

/** The key of a part of a text. */
export function textKey(text: string, start: number, end: number): number {
  let low = 0x2545f491;
  let high = end - start;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high + unit, 0x27d4eb2f);
    high ^= high >>> 13;
  }
  return keyOf(mixed(low, high), mixed(high, low));
}

/** The key of what has the key `before`, followed by what has the key `next`. */
export function joinedKey(before: number, next: number): number {
  const [low, nextLow] = [before | 0, next | 0];
  const [high, nextHigh] = [(before / 2 ** 32) | 0, (next / 2 ** 32) | 0];
  return keyOf(mixed(low, nextLow), mixed(high ^ nextLow, nextHigh + low));
}

function mixed(a: number, b: number): number {
  let sum = (Math.imul(a, 0x9e3779b1) + b) | 0;
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca77);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae3d);
  return sum ^ (sum >>> 16);
}

function keyOf(low: number, high: number): number {
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0) || 1;
}
