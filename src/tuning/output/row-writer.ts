import type { HashThread } from "../hash-thread.js";
import type { OutputSettings } from "../plan-output.js";
import type { Packer } from "./compression.js";
import { packerOf } from "./compression.js";
import type { ChunkEntry, Publication } from "./journal.js";
import type { FileState } from "./row-file.js";
import { RowFile } from "./row-file.js";
import type { Lines, OutputName, Piece } from "./shards.js";
import { finalName, partialName, ShardCutter } from "./shards.js";

/** A shard that is written, with the name that it is to have. */
export interface WrittenShard extends FileState {
  readonly output: OutputName;
  readonly file: string;
}

/** Lines that are packed, or being packed, for their files. */
export interface PackedPiece extends Piece {
  readonly packer: Packer;
  readonly packed: Promise<Uint8Array>;
}

interface OpenShard {
  readonly shard: number;
  readonly file: RowFile;
  readonly packer: Packer;
}

/** Writes the outputs of a build, each as one file or as shards. One file of an output is open at a time. */
export class RowWriter {
  private readonly cutter: ShardCutter;
  /** The packer of the file that pieces were cut for last; the file may be opened later. */
  private readonly packers = new Map<OutputName, { readonly shard: number; readonly packer: Packer }>();
  private readonly open = new Map<OutputName, OpenShard>();
  private readonly done: { output: OutputName; shard: number; state: FileState }[] = [];

  /**
   * @param pathOf gives the path of a file by its name.
   * @param hashing as `RowFile` takes it.
   */
  constructor(
    private readonly settings: OutputSettings,
    private readonly pathOf: (name: string) => string,
    private readonly hashing: HashThread | null,
  ) {
    this.cutter = new ShardCutter(settings.rowsPerShard ?? Infinity);
  }

  /** Starts an output, which may stay without rows. */
  async start(output: OutputName): Promise<void> {
    if (!this.open.has(output)) await this.create(output, 0, this.packerOf(output, 0));
  }

  /** Goes on with the files as they were after the last of some chunks. */
  async resume(chunks: readonly ChunkEntry[]): Promise<void> {
    const pieces = Map.groupBy(
      chunks.flatMap(({ files }) => files),
      ({ output, shard }) => `${output} ${shard}`,
    );
    for (const written of pieces.values()) {
      const last = written.at(-1);
      if (last === undefined) continue;
      const { output, shard, rows, bytes, sha256 } = last;
      this.cutter.skip(output, rows);
      await this.closeShard(output);
      const path = this.pathOf(partialName(output, shard, this.settings));
      const file = await RowFile.resume(path, { rows, bytes, sha256 }, this.hashing);
      const packer = this.packerOf(output, shard);
      this.open.set(output, { shard, file, packer });
      const sizes = written.map(({ size }) => size);
      await packer.replay(path, bytes, sizes);
    }
  }

  /** Cuts lines into pieces of files and starts to pack them, outside this thread. Lines must come in order. */
  pack(lines: readonly Lines[]): PackedPiece[] {
    return lines
      .flatMap((one) => this.cutter.cut(one))
      .map((piece) => {
        const packer = this.packerOf(piece.output, piece.shard);
        return { ...piece, packer, packed: packer.pack(piece.bytes) };
      });
  }

  /** Appends pieces in order; tells how the files are then. Throws InputError where the disk does not take them. */
  async write(pieces: readonly PackedPiece[]): Promise<ChunkEntry["files"]> {
    const written: ChunkEntry["files"] = [];
    for (const { output, shard, rows, bytes, packer, packed } of pieces) {
      const current = this.open.get(output);
      const file = current?.shard === shard ? current.file : await this.create(output, shard, packer);
      await file.append(await packed, rows);
      written.push({ output, shard, size: bytes.length, ...file.state });
    }
    return written;
  }

  /** Closes all files; gives their names and states in order. */
  async close(): Promise<WrittenShard[]> {
    for (const output of this.open.keys()) await this.closeShard(output);
    return this.done.map(({ output, shard, state }) => {
      return { output, file: finalName(output, shard, this.shardsOf(output), this.settings), ...state };
    });
  }

  /** The names that closed files are to get. */
  get renames(): Publication["renames"] {
    return this.done.map(({ output, shard }) => ({
      from: partialName(output, shard, this.settings),
      to: finalName(output, shard, this.shardsOf(output), this.settings),
    }));
  }

  /** Lets go of the files as they are. */
  async abandon(): Promise<void> {
    for (const { file } of this.open.values()) await file.abandon();
  }

  private shardsOf(output: OutputName): number {
    return this.done.filter((file) => file.output === output).length;
  }

  private packerOf(output: OutputName, shard: number): Packer {
    const known = this.packers.get(output);
    if (known?.shard === shard) return known.packer;
    const packer = packerOf(this.settings.compression);
    this.packers.set(output, { shard, packer });
    return packer;
  }

  private async create(output: OutputName, shard: number, packer: Packer): Promise<RowFile> {
    await this.closeShard(output);
    const path = this.pathOf(partialName(output, shard, this.settings));
    const file = await RowFile.create(path, this.hashing);
    this.open.set(output, { shard, file, packer });
    return file;
  }

  private async closeShard(output: OutputName): Promise<void> {
    const current = this.open.get(output);
    if (current === undefined) return;
    await current.file.append(await current.packer.end(), 0);
    this.open.delete(output);
    this.done.push({ output, shard: current.shard, state: await current.file.close() });
  }
}
