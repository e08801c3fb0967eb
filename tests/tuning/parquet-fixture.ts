import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import type { ColumnSource } from "hyparquet-writer";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { testFile } from "./support.js";

const required = { repetition_type: "REQUIRED" } as const;
export const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
const int = { type: "INT64", repetition_type: "OPTIONAL" } as const;
const leaf = { text, int } as const;

/** A list as Arrow writes it. */
function list(name: string, ...element: readonly SchemaElement[]): SchemaElement[] {
  return [
    { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...element,
  ];
}

export const textList = (name: string) => list(name, { name: "element", ...text });
export const intList = (name: string) => list(name, { name: "element", ...int });

/** A column of lists of structs. */
export function structs(name: string, fields: Readonly<Record<string, keyof typeof leaf>>): SchemaElement[] {
  const children = Object.entries(fields).map(([field, type]) => ({ name: field, ...leaf[type] }));
  return list(
    name,
    { name: "element", repetition_type: "OPTIONAL", num_children: children.length },
    ...children,
  );
}

/** A file to be made: columns with their schema, and Hugging Face's description of them. */
export interface Fixture {
  readonly columns: readonly {
    readonly schema: readonly SchemaElement[];
    readonly cells: readonly unknown[];
  }[];
  readonly features?: object;
  readonly codec?: "GZIP" | "ZSTD" | "BROTLI" | "SNAPPY" | "UNCOMPRESSED";
  readonly rowGroupSize?: number;
}

/** Writes it; gives its path. */
export async function parquet({
  columns,
  features,
  codec = "SNAPPY",
  rowGroupSize = 2,
}: Fixture): Promise<string> {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    codec,
    compressors: { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync },
    rowGroupSize,
    schema: [
      { name: "schema", num_children: columns.length, ...required },
      ...columns.flatMap(({ schema }) => schema),
    ],
    columnData: columns.map(
      ({ schema, cells }): ColumnSource => ({ name: schema[0]?.name ?? "", data: [...cells] }),
    ),
    ...(features === undefined
      ? {}
      : { kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }] }),
  });
  return testFile("corpus.parquet", writer.getBytes());
}
