import type { PlainTag } from "./plain-sentences.js";

/** What tags of a file mean, found once for each. Null: not to be taken as it is, wherever it stands. */
export type ReadPlainTag = (tag: string, line: number) => PlainTag | null;

const slots = 1 << 10;

/** The tags of a file by their bytes. */
export class TagTable {
  private readonly known: { readonly bytes: Buffer; readonly tag: PlainTag | null; readonly next: number }[] =
    [];
  /** By hash: 1 + the number of the tag that came last. */
  private readonly heads = new Int32Array(slots);

  constructor(private readonly read: ReadPlainTag) {}

  of(bytes: Buffer, start: number, end: number, line: number): PlainTag | null {
    let sum = 0;
    for (let at = start; at < end; at++) sum = Math.imul(sum, 31) + (bytes[at] ?? 0);
    const slot = sum & (slots - 1);
    for (let number = this.heads[slot] ?? 0; number > 0; ) {
      const entry = this.known[number - 1];
      if (entry === undefined) break;
      if (isSame(entry.bytes, bytes, start, end)) return entry.tag;
      number = entry.next;
    }
    const own = Buffer.from(bytes.subarray(start, end));
    const tag = this.read(own.toString("latin1"), line);
    this.known.push({ bytes: own, tag, next: this.heads[slot] ?? 0 });
    this.heads[slot] = this.known.length;
    return tag;
  }
}

function isSame(tag: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (tag.length !== end - start) return false;
  for (let i = 0; i < tag.length; i++) if (tag[i] !== bytes[start + i]) return false;
  return true;
}
