import type { ViewedBytes } from "../viewed-bytes.js";
import type { PlainTag } from "./plain-sentences.js";

/** What tags of a file mean, found once for each. Null: not to be taken as it is, wherever it stands. */
export type ReadPlainTag = (tag: string, line: number) => PlainTag | null;

const slots = 1 << 10;

interface KnownTag {
  /** Its bytes, four at a time, and what is left of them. */
  readonly fours: Int32Array;
  readonly rest: number;
  readonly size: number;
  readonly tag: PlainTag | null;
  /** 1 + the number of the tag before with the same hash; 0 for none. */
  readonly next: number;
}

/** The tags of a file by their bytes. */
export class TagTable {
  private readonly known: KnownTag[] = [];
  /** By hash: 1 + the number of the tag that came last. */
  private readonly heads = new Int32Array(slots);

  constructor(private readonly read: ReadPlainTag) {}

  /** What the bytes from `start` to `end` mean as a tag; four more bytes stand behind them. */
  of({ bytes, view }: ViewedBytes, start: number, end: number, line: number): PlainTag | null {
    const size = end - start;
    const rest = restOf(view, start, end);
    const slot = hashOf(view, start, end) & (slots - 1);
    for (let number = this.heads[slot] ?? 0; number > 0; ) {
      const entry = this.known[number - 1];
      if (entry === undefined) break;
      if (entry.size === size && entry.rest === rest && isSame(entry.fours, view, start)) return entry.tag;
      number = entry.next;
    }
    const fours = Int32Array.from({ length: size >> 2 }, (_, i) => view.getInt32(start + 4 * i, true));
    const tag = this.read(bytes.toString("latin1", start, end), line);
    this.known.push({ fours, rest, size, tag, next: this.heads[slot] ?? 0 });
    this.heads[slot] = this.known.length;
    return tag;
  }
}

/** Of the first four bytes, the last four and the size. */
function hashOf(view: DataView, start: number, end: number): number {
  const size = end - start;
  if (size < 4) return Math.imul(restOf(view, start, end) ^ size, 0x9e3779b1) >>> 16;
  const first = Math.imul(view.getInt32(start, true), 0x85ebca6b);
  return Math.imul(first ^ view.getInt32(end - 4, true) ^ size, 0x9e3779b1) >>> 16;
}

/** The bytes behind the last whole four. */
function restOf(view: DataView, start: number, end: number): number {
  const left = (end - start) & 3;
  return left === 0 ? 0 : view.getInt32(end - left, true) & ((1 << (8 * left)) - 1);
}

function isSame(fours: Int32Array, view: DataView, start: number): boolean {
  for (let i = 0; i < fours.length; i++) if (fours[i] !== view.getInt32(start + 4 * i, true)) return false;
  return true;
}
