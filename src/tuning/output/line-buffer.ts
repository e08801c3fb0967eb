import type { Lines, OutputName } from "./shards.js";

/**
 * Blocks of memory that are used again and again: to get new ones takes longer than to fill them. Threads share them: what
 * one of them writes another may read, once it is told.
 */
export class BlockPool {
  private readonly free: Buffer[] = [];

  /** A block of at least so many bytes, with whatever was in it. */
  take(least: number): Buffer {
    const block = this.free.pop();
    return block !== undefined && block.length >= least
      ? block
      : Buffer.from(new SharedArrayBuffer(Math.max(least, firstBlock)));
  }

  giveAll(lines: readonly Lines[]): void {
    for (const { bytes } of lines) this.give(bytes);
  }

  /** Takes back the block that these bytes are part of. Nobody may read or write them from now on. */
  give({ buffer }: Uint8Array): void {
    // That of no lines is none of its blocks.
    if (buffer.byteLength >= firstBlock && this.free.length < keptBlocks) this.free.push(Buffer.from(buffer));
  }
}

const firstBlock = 1 << 20;
const keptBlocks = 16;

/** JSON lines of one output, as bytes. They are encoded one by one into one block, which is handed over at the end. */
export class LineBuffer {
  private block: Buffer = Buffer.alloc(0);
  private length = 0;
  private readonly ends: number[] = [];

  constructor(
    private readonly output: OutputName,
    private readonly pool: BlockPool,
  ) {}

  add(line: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    this.reserve(line.length * 3 + 1);
    this.length += this.block.write(line, this.length, "utf8");
    this.block[this.length++] = 0x0a;
    this.ends.push(this.length);
  }

  /** Adds lines that are bytes already, line breaks included; `ends` says where among them each ends. */
  addAll(lines: Uint8Array, ends: readonly number[]): void {
    this.reserve(lines.length);
    this.block.set(lines, this.length);
    for (const end of ends) this.ends.push(this.length + end);
    this.length += lines.length;
  }

  get lines(): Lines {
    return {
      output: this.output,
      bytes: this.block.subarray(0, this.length),
      ends: Uint32Array.from(this.ends),
    };
  }

  private reserve(more: number): void {
    const least = this.length + more;
    if (least <= this.block.length) return;
    const { block } = this;
    const grown = this.pool.take(Math.max(least, block.length * 2));
    block.copy(grown, 0, 0, this.length);
    if (block.length > 0) this.pool.give(block);
    this.block = grown;
  }
}
