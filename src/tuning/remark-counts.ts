import type { Remark } from "./corpora/reader.js";

/** How often readers said something of one kind, and where first. */
export interface RemarkCount {
  /** The message, with `"…"` for what it quotes and `n` for its numbers. */
  readonly kind: string;
  readonly count: number;
  /** The first three, as they were said. */
  readonly first: readonly PlacedRemark[];
}

/** A remark and the example it is about; entries that are no examples have no id. */
export interface PlacedRemark extends Remark {
  readonly id?: string;
}

const shown = 3;

/** Counts remarks by kind: a corpus may give thousands of the same, which differ in what they quote. */
export class RemarkCounter {
  private readonly kinds = new Map<string, { count: number; readonly first: PlacedRemark[] }>();

  add(remark: PlacedRemark): void {
    const kind = kindOf(remark.message);
    const known = this.kinds.get(kind) ?? { count: 0, first: [] };
    known.count++;
    if (known.first.length < shown) known.first.push(remark);
    this.kinds.set(kind, known);
  }

  /** Adds what another counter has of one kind; its remarks come behind those that are here. */
  merge({ kind, count, first }: RemarkCount): void {
    const known = this.kinds.get(kind) ?? { count: 0, first: [] };
    known.count += count;
    known.first.push(...first.slice(0, shown - known.first.length));
    this.kinds.set(kind, known);
  }

  /** In the order in which kinds came first. */
  counts(): RemarkCount[] {
    return [...this.kinds].map(([kind, { count, first }]) => ({ kind, count, first }));
  }
}

function kindOf(message: string): string {
  return message.replace(/"(?:[^"\\]|\\.)*"/g, '"…"').replace(/\b\d+\b/g, "n");
}
