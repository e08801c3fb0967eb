import { readFile } from "node:fs/promises";
import type { Document as YamlDocument } from "yaml";
import { isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { FormatError, InputError } from "../core/errors.js";
import { decodeUtf8 } from "../core/utf8.js";

/**
 * Reads a YAML file and checks it. `what` names the file in messages: `plan`. Throws InputError for a file that cannot
 * be read, and FormatError with its line for what is no YAML, an unknown or missing key or a value out of range; the
 * message names the key's path.
 */
export async function readYaml<T>(file: string, schema: z.ZodType<T>, what: string): Promise<T> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === "ENOENT";
    throw new InputError(isMissing ? `no such ${what}: ${file}` : `cannot read the ${what} ${file}`, {
      cause,
    });
  });
  return parseYaml(decodeUtf8(bytes, file), file, schema);
}

function parseYaml<T>(text: string, file: string, schema: z.ZodType<T>): T {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new FormatError(file, lineCounter.linePos(fault.pos[0]).line, fault.message);
  const checked = schema.safeParse(plainValue(document, file));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const path = issue === undefined ? [] : faultPath(issue);
  const offset = offsetOf(document, path);
  const line = offset === null ? 0 : lineCounter.linePos(offset).line;
  throw new FormatError(file, line, checked.error.issues.map(describe).join("; "));
}

/** Aliases are followed only here: one without an anchor, or that grow beyond all measure, are no fault of syntax. */
function plainValue(document: YamlDocument.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new FormatError(file, 0, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** An unknown key's own path rather than that of the mapping it stands in. */
function faultPath(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

function describe(issue: z.core.$ZodIssue): string {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown key`).join("; ");
  }
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}

/** `sets[0].files.train` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`))
    .join("");
}

/** Where the value of a path stands in the file, or of the deepest part of the path that is there. */
function offsetOf(document: YamlDocument.Parsed, path: readonly PropertyKey[]): number | null {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return null;
}
