/** Rows of cells in columns: the first `names` columns hold text, the others numbers. */
export function alignColumns(rows: readonly (readonly string[])[], names: number): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)),
    [],
  );
  const pad = (cell: string, i: number) =>
    i < names ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}
