import type { FileHandle } from "node:fs/promises";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { z } from "zod";
import { FormatError } from "../../core/errors.js";
import { openSource, sourceError } from "./source.js";

/** A row by column names. Cells are JSON values: a null is a missing field, whole numbers are numbers. */
export interface ParquetRow {
  /** 1-based. */
  readonly number: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

const magic = "PAR1";

/** Whether a file begins as Parquet does. Throws InputError for one that cannot be read. */
export async function isParquet(path: string): Promise<boolean> {
  const handle = await openSource(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.subarray(0, bytesRead).toString("latin1") === magic;
  } catch (cause) {
    throw sourceError(path, cause);
  } finally {
    await handle.close();
  }
}

/** An open Parquet file. */
export class ParquetFile {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly buffer: AsyncBuffer,
    private readonly metadata: FileMetaData,
  ) {}

  /** Throws InputError for a file that cannot be read, FormatError for one that is no whole Parquet file. */
  static async open(path: string): Promise<ParquetFile> {
    const handle = await openSource(path);
    try {
      const { size } = await handle.stat();
      const buffer = { byteLength: size, slice: (start: number, end = size) => readPart(handle, start, end) };
      const metadata = await parquetMetadataAsync(buffer);
      checkMetadata(metadata, size);
      return new ParquetFile(path, handle, buffer, metadata);
    } catch (cause) {
      await handle.close();
      throw fileFault(path, 0, cause);
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** Names of the top-level columns. */
  get columns(): string[] {
    return parquetSchema(this.metadata).children.map(({ element }) => element.name);
  }

  /**
   * The rows, read row group by row group; only the columns asked for. Throws FormatError, with the first row of the
   * group, for data that is damaged, packed in a way that is not known, or not UTF-8.
   */
  async *rows(columns?: readonly string[], limit = Infinity): AsyncGenerator<ParquetRow> {
    let start = 0;
    for (const group of this.metadata.row_groups) {
      const end = Math.min(start + Number(group.num_rows), limit);
      if (end <= start) return;
      let number = start + 1;
      for (const row of await this.read(start, end, columns)) {
        yield { number, cells: plainStruct(row) };
        number++;
      }
      start = end;
    }
  }

  private async read(
    rowStart: number,
    rowEnd: number,
    columns: readonly string[] | undefined,
  ): Promise<Record<string, unknown>[]> {
    const { buffer, metadata } = this;
    const chosen = columns === undefined ? {} : { columns: [...columns] };
    const parsers = { stringFromBytes: strictUtf8 };
    try {
      return await parquetReadObjects({
        file: buffer,
        metadata,
        compressors,
        parsers,
        rowStart,
        rowEnd,
        ...chosen,
      });
    } catch (cause) {
      throw fileFault(this.path, rowStart + 1, cause);
    }
  }

  /** The names of a column's numbered classes, as Hugging Face describes them in the file; null where it does not. */
  classNames(column: string): readonly string[] | null {
    const described = this.metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
    const features = described === undefined ? null : parsedFeatures(described);
    return features === null ? null : classLabel(features[column]);
  }
}

/** A footer that contradicts itself or its file would let the parser read on without end. Throws Error for one. */
function checkMetadata({ schema, row_groups: groups, num_rows: rows }: FileMetaData, size: number): void {
  if (!Array.isArray(schema) || !Array.isArray(groups)) throw new Error("its footer is damaged");
  const counted = groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (counted !== rows) throw new Error(`its row groups hold ${counted} rows, not ${rows}`);
  for (const { columns, num_rows: groupRows } of groups) {
    for (const { meta_data: column } of columns) {
      const start = column?.dictionary_page_offset ?? column?.data_page_offset ?? -1n;
      const length = column?.total_compressed_size ?? -1n;
      if (start < 4n || length < 0n || start + length > BigInt(size))
        throw new Error("a column is outside of it");
      if (column !== undefined && column.num_values < groupRows)
        throw new Error("a column has too few values");
    }
  }
}

async function readPart(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const part = new ArrayBuffer(Math.max(0, end - start));
  let filled = 0;
  while (filled < part.byteLength) {
    const { bytesRead } = await handle.read(
      new Uint8Array(part, filled),
      0,
      part.byteLength - filled,
      start + filled,
    );
    if (bytesRead === 0) throw new Error("the file ends too early");
    filled += bytesRead;
  }
  return part;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function strictUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** What the parser throws for damaged bytes is of any class; only what the system throws is no fault of the file. */
function fileFault(path: string, row: number, cause: unknown): unknown {
  if (cause instanceof Error && "syscall" in cause) return sourceError(path, cause);
  if (cause instanceof TypeError && "code" in cause && cause.code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return new FormatError(path, row, "text that is not UTF-8", { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FormatError(path, row, `no whole Parquet file: ${reason}`, { cause });
}

function plainStruct(struct: object): Record<string, unknown> {
  const fields = Object.entries(struct).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(fields.map(([key, value]) => [key, plain(value)]));
}

/** 64-bit integers come as bigint. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null) return plainStruct(value);
  return value;
}

const features = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });

function parsedFeatures(json: string): Readonly<Record<string, unknown>> | null {
  try {
    return features.safeParse(JSON.parse(json)).data?.info.features ?? null;
  } catch {
    // The description is the writer's own; without one, numbers stay without names.
    return null;
  }
}

const named = z.object({ _type: z.literal("ClassLabel"), names: z.array(z.string()) });

/** The only ClassLabel of a feature, however deep in lists and structs; null for none or several. */
function classLabel(feature: unknown): readonly string[] | null {
  const found = classLabels(feature);
  return found.length === 1 ? (found[0] ?? null) : null;
}

function classLabels(feature: unknown): (readonly string[])[] {
  const checked = named.safeParse(feature);
  if (checked.success) return [checked.data.names];
  if (typeof feature !== "object" || feature === null) return [];
  return Object.values(feature).flatMap(classLabels);
}
