import { type ViewedBytes, viewed } from "../viewed-bytes.js";
import type { Lines, OutputName } from "./shards.js";

/** Blocks of memory that are used again and again: to get new ones takes longer than to fill them. */
export class BlockPool {
  private readonly free: Buffer[] = [];

  /** A block of at least so many bytes, with whatever was in it. */
  take(least: number): Buffer {
    const block = this.free.pop();
    return block !== undefined && block.length >= least
      ? block
      : Buffer.from(new ArrayBuffer(Math.max(least, firstBlock)));
  }

  giveAll(lines: readonly Lines[]): void {
    for (const { bytes } of lines) this.give(bytes);
  }

  /** Takes back the block that these bytes are part of. Nobody may read or write them from now on. */
  give({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer && this.free.length < keptBlocks) this.free.push(Buffer.from(buffer));
  }
}

const firstBlock = 1 << 20;
const keptBlocks = 16;

/** JSON lines of one output, as bytes. They are encoded one by one into one block, which is handed over at the end. */
export class LineBuffer {
  private viewed: ViewedBytes = viewed(Buffer.alloc(0));
  private length = 0;
  private readonly ends: number[] = [];

  constructor(
    private readonly output: OutputName,
    private readonly pool: BlockPool,
  ) {}

  add(line: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    const room = line.length * 3 + 1;
    const { bytes } = this.room(room);
    const end = this.length + bytes.write(line, this.length, "utf8");
    bytes[end] = 0x0a;
    this.commit(end + 1);
  }

  /** Where the next line starts. */
  get end(): number {
    return this.length;
  }

  /** Bytes with room for a line of at most so many, from `end` on; `commit` says where it ends. */
  room(most: number): ViewedBytes {
    if (this.length + most > this.viewed.bytes.length) this.grow(this.length + most);
    return this.viewed;
  }

  /** Adds what was written into the room, line break included. */
  commit(end: number): void {
    this.length = end;
    this.ends.push(end);
  }

  get lines(): Lines {
    return {
      output: this.output,
      bytes: this.viewed.bytes.subarray(0, this.length),
      ends: Uint32Array.from(this.ends),
    };
  }

  private grow(least: number): void {
    const { bytes } = this.viewed;
    const grown = this.pool.take(Math.max(least, bytes.length * 2));
    bytes.copy(grown, 0, 0, this.length);
    if (bytes.length > 0) this.pool.give(bytes);
    this.viewed = viewed(grown);
  }
}
