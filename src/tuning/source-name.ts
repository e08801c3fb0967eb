import { basename, isAbsolute } from "node:path";

/** How a manifest names a file: never by a place on the machine. */
export function sourceName(path: string): string {
  return isAbsolute(path) ? basename(path) : path;
}
