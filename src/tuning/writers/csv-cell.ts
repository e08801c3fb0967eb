/** A cell as CSV, quoted where it has to be. */
export function csvCell(text: string, delimiter: string): string {
  const isPlain = text !== "" && !/["\r\n]/.test(text) && !text.includes(delimiter);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}
