/** From UTF-16 offsets of a text to offsets in code points. */
export function codePointOffsets(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  const before = new Uint32Array(text.length + 1);
  let count = 0;
  let at = 0;
  for (const character of text) {
    before[at] = count++;
    at += character.length;
  }
  before[at] = count;
  return (offset) => before[offset] ?? Number.NaN;
}
