import type { OutputSettings } from "../plan-output.js";
import { compress } from "./compression.js";
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
export type PackedPiece = Piece & { readonly packed: Promise<Uint8Array> };

/** Writes the outputs of a build, each as one file or as shards. One file of an output is open at a time. */
export class RowWriter {
  private readonly cutter: ShardCutter;
  private readonly open = new Map<OutputName, { readonly shard: number; readonly file: RowFile }>();
  private readonly done: { output: OutputName; shard: number; state: FileState }[] = [];

  /** @param pathOf gives the path of a file by its name. */
  constructor(
    private readonly settings: OutputSettings,
    private readonly pathOf: (name: string) => string,
  ) {
    this.cutter = new ShardCutter(settings.rowsPerShard ?? Infinity);
  }

  /** Starts an output, which may stay without rows. */
  async start(output: OutputName): Promise<void> {
    if (!this.open.has(output)) await this.openShard(output, 0, null);
  }

  /** Goes on with the files as they were after the last of some chunks. */
  async resume(chunks: readonly ChunkEntry[]): Promise<void> {
    const last = new Map(
      chunks.flatMap(({ files }) => files.map((file) => [`${file.output} ${file.shard}`, file] as const)),
    );
    for (const { output, shard, ...state } of last.values()) {
      this.cutter.skip(output, state.rows);
      await this.openShard(output, shard, state);
    }
  }

  /** Cuts lines into pieces of files and starts to pack them, outside this thread. Lines must come in order. */
  pack(lines: readonly Lines[]): PackedPiece[] {
    return lines
      .flatMap((one) => this.cutter.cut(one))
      .map((piece) => ({ ...piece, packed: compress(piece.bytes, this.settings.compression) }));
  }

  /** Appends pieces in order; tells how the files are then. Throws InputError where the disk does not take them. */
  async write(pieces: readonly PackedPiece[]): Promise<ChunkEntry["files"]> {
    const states: ChunkEntry["files"] = [];
    for (const { output, shard, rows, packed } of pieces) {
      const bytes = await packed;
      let current = this.open.get(output);
      if (current?.shard !== shard) current = await this.openShard(output, shard, null);
      await current.file.append(bytes, rows);
      states.push({ output, shard, ...current.file.state });
    }
    return states;
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

  private async openShard(output: OutputName, shard: number, state: FileState | null) {
    await this.closeShard(output);
    const path = this.pathOf(partialName(output, shard, this.settings));
    const file = state === null ? await RowFile.create(path) : await RowFile.resume(path, state);
    const opened = { shard, file };
    this.open.set(output, opened);
    return opened;
  }

  private async closeShard(output: OutputName): Promise<void> {
    const current = this.open.get(output);
    if (current === undefined) return;
    this.open.delete(output);
    this.done.push({ output, shard: current.shard, state: await current.file.close() });
  }
}
