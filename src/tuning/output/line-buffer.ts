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
  private block: Buffer = Buffer.alloc(0);
  private length = 0;
  private readonly ends: number[] = [];

  constructor(
    private readonly output: OutputName,
    private readonly pool: BlockPool,
  ) {}

  add(line: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    const room = line.length * 3 + 1;
    if (this.length + room > this.block.length) this.grow(this.length + room);
    this.length += this.block.write(line, this.length, "utf8");
    this.block[this.length++] = 0x0a;
    this.ends.push(this.length);
  }

  /** Room for a line of at most so many bytes, from `start` on in `block`; `commit` says where it ends. */
  reserve(most: number): { readonly block: Buffer; readonly start: number } {
    if (this.length + most > this.block.length) this.grow(this.length + most);
    return { block: this.block, start: this.length };
  }

  /** Adds what was written into reserved room, line break included. */
  commit(end: number): void {
    this.length = end;
    this.ends.push(end);
  }

  get lines(): Lines {
    return {
      output: this.output,
      bytes: this.block.subarray(0, this.length),
      ends: Uint32Array.from(this.ends),
    };
  }

  private grow(least: number): void {
    const grown = this.pool.take(Math.max(least, this.block.length * 2));
    this.block.copy(grown, 0, 0, this.length);
    if (this.block.length > 0) this.pool.give(this.block);
    this.block = grown;
  }
}
