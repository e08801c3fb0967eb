import { FormatError } from "./errors.js";

/**
 * The text of UTF-8 bytes. A byte order mark at the start is an encoding mark, not text, and is left out.
 * Throws FormatError with the line of the first bytes that are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(file, firstBadLine(bytes), "not UTF-8: convert the file to UTF-8 first", { cause });
  }
}

/** Lines are independent in UTF-8: a line feed byte never stands inside another character. */
function firstBadLine(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return 0;
}
