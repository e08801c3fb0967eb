import { FormatError } from "./errors.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of UTF-8 bytes that begin at line `firstLine` (default 1) of a file. A byte order mark at the start of the
 * file is an encoding mark, not text, and is left out. Throws FormatError with the line of the first bytes that are
 * not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, file: string, firstLine = 1): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    const line = firstLine - 1 + firstBadLine(bytes);
    throw new FormatError(file, line, "not UTF-8: convert the file to UTF-8 first", { cause });
  }
  return firstLine === 1 && text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Lines are independent in UTF-8: a line feed byte never stands inside another character. */
function firstBadLine(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    try {
      utf8.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return 0;
}
