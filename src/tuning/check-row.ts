import { noBackTokenization } from "../codecs/back-tokenize.js";
import { decodeBio } from "../codecs/bio.js";
import type { LabelSet } from "../codecs/label-set.js";
import { renderPrompt } from "../codecs/prompt.js";
import { type PromptParts, promptParts } from "../codecs/read-prompt.js";
import type { SchemaEntities, TargetSchema } from "../codecs/schemas/schema.js";
import { type SchemaName, targetSchema } from "../codecs/schemas/schemas.js";
import type { Entity } from "../core/document.js";
import { excerpt, InputError } from "../core/errors.js";
import type { ReadRow } from "./check-forms.js";

/**
 * What can be wrong with a built data set: `row`, a line that is no row; `prompt`, one that is worded otherwise;
 * `words`, that differ between prompt and target; `target`, one that does not decode to what it says; `label`, one that
 * the prompt does not ask for; `duplicate-id`; `file`, a file that differs from the manifest; `counts`, that do.
 */
export const checkFaultKinds = [
  "row",
  "prompt",
  "words",
  "target",
  "label",
  "duplicate-id",
  "file",
  "counts",
] as const;
export type CheckFaultKind = (typeof checkFaultKinds)[number];

export interface RowFault {
  readonly kind: CheckFaultKind;
  readonly message: string;
}

/** What a row's target says, or all that is wrong with the row. */
export type CheckedRow = { readonly entities: readonly Entity[] } | { readonly faults: readonly RowFault[] };

/** How the rows of a data set were made. */
export interface RowSettings {
  readonly schema: SchemaName;
  /** Null: either. */
  readonly style: "gner" | "compact" | null;
}

/** Reads the words and labels of a row's prompt back, decodes its target, and writes both again: they must be the same. */
export function checkRow(row: ReadRow, { schema, style }: RowSettings): CheckedRow {
  let asked: PromptParts;
  try {
    asked = promptParts(row.prompt);
  } catch (error) {
    if (error instanceof InputError) return { faults: [{ kind: "prompt", message: error.message }] };
    throw error;
  }
  const codec = targetSchema(schema);
  const faults: RowFault[] = [];
  const tell = (kind: CheckFaultKind, message: string | null) => {
    if (message !== null) faults.push({ kind, message });
  };
  if (style !== null && style !== asked.style)
    tell("prompt", `the prompt is of style ${asked.style}, not ${style}`);
  const labels = asked.labels.split(asked.separator);
  const words = codec.wordsOf(row.target, asLabelSet(labels)) ?? asked.sentence.split(" ");
  const otherWords = wordFault(words, asked.sentence);
  tell("words", otherWords);
  if (otherWords === null) tell("prompt", wordingFault(row.prompt, asked, words, labels, schema));
  const decoded = decode(codec, words, row.target, labels, asked.separator);
  for (const { kind, message } of decoded.notes) {
    if (kind === "invented-label" || kind === "near-label") tell("label", message);
    else if (kind !== "ambiguous-place" && otherWords === null) tell("target", message);
  }
  if (faults.length === 0) tell("target", rewritingFault(codec, words, decoded.entities, row.target));
  if (row.gold !== null) faults.push(...goldFaults(row.gold, words, decoded.entities, asked));
  return faults.length === 0 ? { entities: decoded.entities } : { faults };
}

function asLabelSet(labels: readonly string[]): LabelSet {
  return { labels, shown: labels, notes: [] };
}

/** A label that holds the list's separator is found among neighbours of the list, if it is not found otherwise. */
function decode(
  codec: TargetSchema,
  words: readonly string[],
  target: string,
  labels: readonly string[],
  separator: string,
): SchemaEntities {
  const decoded = codec.decode(words, target, asLabelSet(labels), noBackTokenization);
  if (!decoded.notes.some(({ kind }) => kind === "invented-label" || kind === "near-label")) return decoded;
  const joined = labels.flatMap((_, i) => [2, 3].map((count) => labels.slice(i, i + count).join(separator)));
  const again = codec.decode(words, target, asLabelSet([...labels, ...joined]), noBackTokenization);
  return again.notes.length < decoded.notes.length ? again : decoded;
}

function wordFault(words: readonly string[], sentence: string): string | null {
  const text = words.join(" ");
  if (text === sentence) return null;
  const asked = sentence.split(" ");
  const odd = words.findIndex((word, i) => word !== asked[i]);
  const at = odd === -1 ? words.length : odd;
  const shown = (word: string | undefined) => (word === undefined ? "no word" : excerpt(word));
  return `word ${at} is ${shown(asked[at])} in the prompt and ${shown(words[at])} in the target`;
}

function wordingFault(
  prompt: string,
  { style, dataset }: PromptParts,
  words: readonly string[],
  labels: readonly string[],
  schema: SchemaName,
): string | null {
  const rendered = renderPrompt(style, { words, labels, dataset, schema });
  if (rendered === prompt) return null;
  let at = 0;
  while (rendered[at] === prompt[at]) at++;
  return `the prompt is worded otherwise from character ${at} on: ${excerpt(prompt.slice(at))}`;
}

function rewritingFault(
  codec: TargetSchema,
  words: readonly string[],
  entities: readonly Entity[],
  target: string,
): string | null {
  const rewritten = codec.encode(words, entities);
  if ("refused" in rewritten) return rewritten.refused;
  if (rewritten.text === target) return null;
  return `its entities are written ${excerpt(rewritten.text)}, not ${excerpt(target)}`;
}

function goldFaults(
  { words, tags, labels }: NonNullable<ReadRow["gold"]>,
  read: readonly string[],
  entities: readonly Entity[],
  asked: PromptParts,
): RowFault[] {
  const faults: RowFault[] = [];
  const odd = words.findIndex((word, i) => word !== read[i]);
  if (odd !== -1 || words.length !== read.length) {
    faults.push({ kind: "words", message: "the row's words are not those of its target" });
  }
  if (labels.join(asked.separator) !== asked.labels) {
    faults.push({ kind: "label", message: "label_list is not what the prompt asks for" });
  }
  try {
    if (tags.length !== words.length || JSON.stringify(decodeBio(tags)) !== JSON.stringify(entities)) {
      faults.push({ kind: "target", message: "the row's tags are not those of its target" });
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push({ kind: "row", message: error.message });
  }
  return faults;
}
