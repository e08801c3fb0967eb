import type { Lines, OutputName } from "./shards.js";

const firstBlock = 1 << 20;

/** JSON lines of one output, as bytes. They are encoded one by one into one block, which is handed over at the end. */
export class LineBuffer {
  private block = Buffer.alloc(0);
  private length = 0;
  private readonly ends: number[] = [];

  constructor(private readonly output: OutputName) {}

  add(line: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    const room = line.length * 3 + 1;
    if (this.length + room > this.block.length) this.grow(this.length + room);
    this.length += this.block.write(line, this.length, "utf8");
    this.block[this.length++] = 0x0a;
    this.ends.push(this.length);
  }

  get lines(): Lines {
    return {
      output: this.output,
      bytes: this.block.subarray(0, this.length),
      ends: Uint32Array.from(this.ends),
    };
  }

  private grow(least: number): void {
    const grown = Buffer.from(new ArrayBuffer(Math.max(least, firstBlock, this.block.length * 2)));
    this.block.copy(grown, 0, 0, this.length);
    this.block = grown;
  }
}
