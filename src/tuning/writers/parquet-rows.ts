import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { OutputFile } from "./output-file.js";

/** A column of rows, by the type of its cells. */
export type ParquetColumn =
  | { readonly name: string; readonly type: "string" }
  | { readonly name: string; readonly type: "strings" }
  | {
      readonly name: string;
      readonly type: "structs";
      readonly fields: readonly (readonly [string, "string" | "int"])[];
    };

/** A row group is written when it has this many rows or about this many characters, so that memory stays flat. */
const groupRows = 1000;
const groupCharacters = 1 << 21;

/** Rows of a Parquet file, gathered into row groups. */
export class ParquetRows {
  private readonly bytes = new ByteWriter();
  private readonly parquet: ParquetWriter;
  private rows: Readonly<Record<string, unknown>>[] = [];
  private characters = 0;

  constructor(
    private readonly file: OutputFile,
    private readonly columns: readonly ParquetColumn[],
  ) {
    const root: SchemaElement = { name: "root", num_children: columns.length };
    this.parquet = new ParquetWriter({
      writer: this.bytes,
      schema: [root, ...columns.flatMap(schemaOf)],
      createdBy: "gner",
    });
  }

  /** Adds a row; `size` is about how many characters it has. */
  async add(row: Readonly<Record<string, unknown>>, size: number): Promise<void> {
    this.rows.push(row);
    this.characters += size;
    if (this.rows.length >= groupRows || this.characters >= groupCharacters) await this.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.parquet.finish();
    await this.drain();
  }

  private async flush(): Promise<void> {
    const { rows } = this;
    if (rows.length === 0) return;
    this.rows = [];
    this.characters = 0;
    const columnData = this.columns.map(({ name }) => ({ name, data: rows.map((row) => row[name]) }));
    await this.parquet.write({ columnData, rowGroupSize: rows.length });
    await this.drain();
  }

  /** The writer counts the file's offsets on its own; its buffer can be emptied at any time. */
  private async drain(): Promise<void> {
    await this.file.writeBytes(this.bytes.getBytes().slice());
    this.bytes.index = 0;
  }
}

function schemaOf(column: ParquetColumn): SchemaElement[] {
  if (column.type === "string") return [leaf(column.name, "string")];
  const list: SchemaElement[] = [
    { name: column.name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ];
  if (column.type === "strings") return [...list, leaf("element", "string")];
  return [
    ...list,
    { name: "element", repetition_type: "OPTIONAL", num_children: column.fields.length },
    ...column.fields.map(([name, type]) => leaf(name, type)),
  ];
}

function leaf(name: string, type: "string" | "int"): SchemaElement {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  return type === "int"
    ? { ...optional, type: "INT32" }
    : { ...optional, type: "BYTE_ARRAY", converted_type: "UTF8" };
}
