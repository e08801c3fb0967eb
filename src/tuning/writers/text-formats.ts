import { codePointOffsets } from "./code-points.js";
import type { Draft, Encode } from "./draft.js";
import { charMentions, contiguousMentions } from "./mentions.js";
import { fileText, spacedText } from "./word-texts.js";

/** A mention by the unit of its format, with its text. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly surface: string;
}

function spansOf(draft: Draft, unit: "code-points" | "utf16"): Span[] {
  const { text } = draft.doc;
  const offset = unit === "utf16" ? (at: number) => at : codePointOffsets(text);
  return charMentions(draft, contiguousMentions(draft)).map(({ label, start, end }) => ({
    start: offset(start),
    end: offset(end),
    label,
    surface: text.slice(start, end),
  }));
}

/** spaCy's JSON lines: `{text, entities: [[start, end, label]]}`. */
export const encodeSpacy: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "absent", "declared");
  const entities = spansOf(draft, "code-points").map(({ start, end, label }) => [start, end, label]);
  return { text: draft.doc.text, entities };
};

/** Prodigy's tasks, accepted. */
export const encodeProdigy: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "absent", "declared");
  const spans = spansOf(draft, "code-points").map(({ start, end, label }) => ({ start, end, label }));
  return { text: draft.doc.text, spans, answer: "accept" };
};

/** doccano's import: `{id, text, label: [[start, end, label]]}`. */
export const encodeDoccano: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("document", "absent", "declared");
  const label = spansOf(draft, "code-points").map((span) => [span.start, span.end, span.label]);
  return { ...identified(draft), text: draft.doc.text, label };
};

/** Label Studio's tasks, each with one annotation. */
export const encodeLabelStudio: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("document", "absent", "declared");
  const result = spansOf(draft, "utf16").map(({ start, end, label, surface }) => ({
    type: "labels",
    from_name: "label",
    to_name: "text",
    value: { start, end, text: surface, labels: [label] },
  }));
  return { ...identified(draft), data: { text: draft.doc.text }, annotations: [{ result }] };
};

/** Presidio's samples. */
export const encodePresidio: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "absent", "declared");
  const spans = spansOf(draft, "code-points").map(({ start, end, label, surface }) => ({
    entity_type: label,
    entity_value: surface,
    start_position: start,
    end_position: end,
  }));
  return { full_text: draft.doc.text, spans };
};

/** InstructUIE's data, with positions. */
export const encodeInstructUie: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "absent", "declared");
  const entities = spansOf(draft, "code-points").map(({ start, end, label, surface }) => ({
    name: surface,
    type: label,
    pos: [start, end],
  }));
  return { sentence: draft.doc.text, entities };
};

/** Rows of Parquet: a text and its spans. */
export function parquetSpansEncoder(
  textColumn: string,
  spansColumn: string,
): Encode<Record<string, unknown>> {
  return (draft) => {
    draft.hasNoPlaceFor("absent", "declared");
    const spans = spansOf(draft, "code-points").map(({ start, end, label }) => ({ start, end, label }));
    return {
      id: draft.doc.sourceId ?? null,
      doc_id: draft.doc.document ?? null,
      [textColumn]: draft.doc.text,
      [spansColumn]: spans,
    };
  };
}

/** The two cells of a row of CSV: a text and its spans as JSON. */
export const encodeSpanCells: Encode<readonly [string, string]> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "absent", "declared");
  const spans = spansOf(draft, "code-points").map(({ start, end, label, surface }) => ({
    start,
    end,
    label,
    text: surface,
  }));
  const text = fileText(draft, spacedText(draft, /\r(?=\n)/g));
  return text === null ? null : [text, JSON.stringify(spans)];
};

function identified(draft: Draft): { id?: string } {
  return draft.doc.sourceId === undefined ? {} : { id: draft.doc.sourceId };
}
