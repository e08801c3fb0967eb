import type { Chars } from "../../core/document.js";
import { codePointOffsets } from "./code-points.js";
import type { Draft, Encode } from "./draft.js";
import { charMentions, charsOf, spelledMentions } from "./mentions.js";
import { fileText, spacedText } from "./word-texts.js";

/** The two files of a document. */
export interface BratDocument {
  /** What its files are to be called; by its number where it has no name that files can have. */
  readonly name: string | undefined;
  readonly text: string;
  readonly annotations: string;
}

/** A document as brat has it: discontinuous mentions, and those over several lines, as fragments. */
export const encodeBrat: Encode<BratDocument> = (draft) => {
  draft.hasNoPlaceFor("document", "absent", "declared");
  const text = fileText(draft, spacedText(draft, /\r(?=\n)/g));
  if (text === null) return null;
  const offset = codePointOffsets(text);
  const lines = fragmentsOf(draft).map(({ label, parts }, i) => {
    const places = parts.map(({ start, end }) => `${offset(start)} ${offset(end)}`).join(";");
    const surface = parts.map(({ start, end }) => text.slice(start, end)).join(" ");
    return `T${i + 1}\t${label} ${places}\t${surface.replace(/\s/g, " ")}\n`;
  });
  return { name: fileName(draft), text, annotations: lines.join("") };
};

function fileName(draft: Draft): string | undefined {
  const { sourceId } = draft.doc;
  if (sourceId === undefined) return undefined;
  const isPlain = /^(?![.])[\p{L}\p{N}._ -]+(?<![. ])$/u.test(sourceId);
  if (isPlain && Buffer.byteLength(sourceId) <= 200) return sourceId;
  draft.lose("id", `its name ${sourceId}`);
  return undefined;
}

interface Fragments {
  readonly label: string;
  readonly parts: readonly Chars[];
}

function fragmentsOf(draft: Draft): Fragments[] {
  const mentions = draft.doc.mentions.map(({ label, parts, line }) => ({ label, parts, line }));
  const spelled = spelledMentions(draft, mentions, (label) => /^\S+$/.test(label));
  // Each part must be words to a reader: the check of contiguous mentions is made of all parts.
  const parts = spelled.flatMap(({ label, parts, line }) => parts.map((words) => ({ label, words, line })));
  const readable = new Set(charMentions(draft, parts).map(({ start, end }) => `${start} ${end}`));
  return spelled.flatMap(({ label, parts }) => {
    const ranges = parts.map((words) => charsOf(draft, words));
    if (!ranges.every(({ start, end }) => readable.has(`${start} ${end}`))) return [];
    return [{ label, parts: ranges.flatMap((range) => linesOf(draft.doc.text, range)) }];
  });
}

/** The pieces of a range on each of its lines, without white space at their ends. */
function linesOf(text: string, { start, end }: Chars): Chars[] {
  const pieces = [...text.slice(start, end).matchAll(/\S(?:[^\n]*\S)?/g)];
  return pieces.map((piece) => ({ start: start + piece.index, end: start + piece.index + piece[0].length }));
}
