import type { OutputSettings } from "../plan-output.js";
import { compressionSuffix } from "./compression.js";

/** The outputs of a build, in the order of a manifest: the plan's splits, and what is taken from train. */
export const outputNames = ["train", "validation", "dev", "test"] as const;
export type OutputName = (typeof outputNames)[number];

/** Rows of one output as JSON lines. */
export interface Lines {
  readonly output: OutputName;
  readonly bytes: Uint8Array;
  /** Where each line ends in `bytes`, behind its line break. */
  readonly ends: Uint32Array;
}

/** Lines that stand in one file, side by side. */
export interface Piece {
  readonly output: OutputName;
  readonly shard: number;
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** Cuts outputs into files of so many rows. Where it cuts depends on the rows before alone. */
export class ShardCutter {
  private readonly rows = new Map<OutputName, number>();

  constructor(private readonly rowsPerShard: number) {}

  /** Tells of rows that an output holds already. */
  skip(output: OutputName, rows: number): void {
    this.rows.set(output, (this.rows.get(output) ?? 0) + rows);
  }

  cut({ output, bytes, ends }: Lines): Piece[] {
    const pieces: Piece[] = [];
    let rowsBefore = this.rows.get(output) ?? 0;
    let taken = 0;
    let start = 0;
    while (taken < ends.length) {
      const shard = Math.floor(rowsBefore / this.rowsPerShard);
      const room = (shard + 1) * this.rowsPerShard - rowsBefore;
      const rows = Math.min(room, ends.length - taken);
      const end = ends[taken + rows - 1] ?? bytes.length;
      pieces.push({ output, shard, bytes: bytes.subarray(start, end), rows });
      rowsBefore += rows;
      taken += rows;
      start = end;
    }
    this.rows.set(output, rowsBefore);
    return pieces;
  }
}

/** The file of a shard while the number of shards is not known yet. */
export function partialName(output: OutputName, shard: number, settings: OutputSettings): string {
  return `${output}${sharded(settings) ? `-${five(shard)}` : ""}${suffix(settings)}.partial`;
}

/** `train.jsonl`, `train.jsonl.gz`, `train-00000-of-00012.jsonl.zst` */
export function finalName(
  output: OutputName,
  shard: number,
  shards: number,
  settings: OutputSettings,
): string {
  return `${output}${sharded(settings) ? `-${five(shard)}-of-${five(shards)}` : ""}${suffix(settings)}`;
}

/** Whether a name is one that some build gives to its files, or uses while it is at work. */
export function isOutputFile(name: string): boolean {
  return /^(?:train|validation|dev|test)(?:-\d{5}-of-\d{5})?\.jsonl(?:\.gz|\.zst)?$/.test(name);
}

export function isPartialFile(name: string): boolean {
  return /^(?:train|validation|dev|test)(?:-\d{5})?\.jsonl(?:\.gz|\.zst)?\.partial$/.test(name);
}

function sharded({ rowsPerShard }: OutputSettings): boolean {
  return rowsPerShard !== undefined;
}

function suffix({ compression }: OutputSettings): string {
  return `.jsonl${compressionSuffix[compression]}`;
}

function five(number: number): string {
  return String(number).padStart(5, "0");
}
