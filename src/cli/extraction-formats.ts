import { type BioTag, encodeBio } from "../codecs/bio.js";
import { type Entity, wordTexts } from "../core/document.js";
import { documentOfText } from "../core/words.js";
import type { ExtractedEntity, Extraction } from "../serve/gner.js";
import { htmlArticle, htmlFailure, htmlHead, htmlTail } from "./html.js";
import { printable } from "./printable.js";
import { entityTable, failureLine } from "./table.js";

/** A document that is done: what was found in it, or why nothing could be. */
export type Finished = {
  readonly id?: string | number;
} & ({ readonly extraction: Extraction } | { readonly text?: string; readonly error: Error });

/** How results are written: what stands before all documents, each one, and what stands behind them. */
export interface ExtractionFormat {
  readonly head: string;
  /** `index` counts from 0. */
  document(finished: Finished, index: number): string;
  readonly tail: string;
}

export const formatNames = ["table", "jsonl", "html", "conll", "csv"] as const;
export type FormatName = (typeof formatNames)[number];

/** `coloured`: whether the table goes to standard output, which may be a terminal. */
export function extractionFormat(
  name: FormatName,
  labels: readonly string[],
  coloured: boolean,
): ExtractionFormat {
  const plain = { head: "", tail: "" };
  switch (name) {
    case "table":
      return { ...plain, document: (finished, index) => tableOf(finished, index, coloured) };
    case "jsonl":
      return { ...plain, document: (finished) => `${JSON.stringify(jsonRow(finished))}\n` };
    case "html":
      return {
        head: htmlHead(labels),
        document: (finished) =>
          "error" in finished
            ? htmlFailure(finished.text ?? "", finished.error.message)
            : htmlArticle(finished.extraction, labels),
        tail: htmlTail,
      };
    case "conll":
      return { ...plain, document: conllBlock };
    case "csv":
      return { head: csvLine(csvColumns), document: csvRows, tail: "" };
  }
}

function tableOf(finished: Finished, index: number, coloured: boolean): string {
  const gap = index === 0 ? "" : "\n";
  const heading = finished.id === undefined ? "" : `${printable(String(finished.id))}\n`;
  if ("error" in finished) return `${gap}${heading}${failureLine(finished.error.message, coloured)}`;
  return `${gap}${heading}${entityTable(finished.extraction, coloured)}`;
}

function jsonRow(finished: Finished): object {
  const named = finished.id === undefined ? {} : { id: finished.id };
  if (!("error" in finished)) return { ...named, ...finished.extraction };
  const { text, error } = finished;
  return { ...named, ...(text === undefined ? {} : { text }), error: error.message };
}

/**
 * A word and its BIO tag a line, an empty line behind each document; nothing for a document that failed. Throws
 * InputError for entities that BIO cannot hold (nested, overlapping, discontinuous).
 */
function conllBlock(finished: Finished): string {
  if ("error" in finished) return "";
  const { text, entities } = finished.extraction;
  const doc = documentOfText("", text);
  const tags: BioTag[] = encodeBio(
    doc.words.length,
    entities.map((entity) => wordEntity(doc.words, entity)),
  );
  const lines = wordTexts(doc).map((word, i) => `${word}\t${tags[i]}\n`);
  return lines.length === 0 ? "" : `${lines.join("")}\n`;
}

/** The words that a mention covers; it was made of whole words. */
function wordEntity(
  words: readonly { readonly start: number; readonly end: number }[],
  entity: ExtractedEntity,
): Entity {
  const parts = (entity.parts ?? [entity]).map((part) => ({
    start: words.findIndex(({ start }) => start === part.start),
    end: words.findIndex(({ end }) => end === part.end) + 1,
  }));
  return { label: entity.label, parts };
}

const csvColumns = ["document", "start", "end", "label", "text", "score", "parts"];

/** A row per mention; `parts` only for discontinuous ones: `0-3 8-12`. A document without a name is its number. */
function csvRows(finished: Finished, index: number): string {
  if ("error" in finished) return "";
  const document = finished.id ?? index + 1;
  const rows = finished.extraction.entities.map(({ start, end, label, text, score, parts = [] }) => [
    document,
    start,
    end,
    label,
    text,
    score ?? "",
    parts.map((part) => `${part.start}-${part.end}`).join(" "),
  ]);
  return rows.map(csvLine).join("");
}

/** As RFC 4180 has it. */
function csvLine(cells: readonly (string | number)[]): string {
  const quoted = cells.map((cell) => {
    const value = String(cell);
    return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  });
  return `${quoted.join(",")}\r\n`;
}
