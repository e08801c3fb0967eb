import { createHash } from "node:crypto";
import { basename } from "node:path";
import { excerpt, FormatError } from "../core/errors.js";
import type { CorpusFormat } from "./corpora/formats.js";
import { readEntries } from "./corpora/formats.js";
import type { Annotated } from "./corpora/reader.js";
import { mentionRelations } from "./mention-relations.js";

/** Percentiles by nearest rank. */
export interface Percentiles {
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** An entry of the file that may be a mistake. */
export interface Suspicion {
  /** The file in a folder of files. */
  readonly file?: string;
  /** 1-based. */
  readonly line: number;
  /** The number of the example from 0, as document ids count; none for what is no example. */
  readonly example?: number;
  readonly reason: string;
}

/** What a corpus file holds. */
export interface Inspection {
  readonly format: CorpusFormat["kind"];
  /** The format with its settings. */
  readonly settings: CorpusFormat;
  /** Sentences, documents or passages: the file's examples. */
  readonly sentences: number;
  readonly entities: number;
  /** Mentions of each label as the file names it, most first. */
  readonly labels: Readonly<Record<string, number>>;
  readonly words: number;
  readonly sentencesWithoutEntities: number;
  /** In words; null where there is nothing to count. */
  readonly lengths: { readonly sentences: Percentiles | null; readonly entities: Percentiles | null };
  /** Mentions inside another one; those that take the same words with another label count once. */
  readonly nested: number;
  /** Mentions of several parts. */
  readonly discontinuous: number;
  /** Mentions that share words with another one although neither is inside the other. */
  readonly overlaps: number;
  /** Examples whose text stood before, and mentions that repeat another's label and words. */
  readonly duplicates: { readonly sentences: number; readonly entities: number };
  /** Distinct types that the annotation names as absent from a text. */
  readonly absentTypes: number;
  /** Entries that are no example, such as rejected annotations; each is among the suspicious. */
  readonly leftOut: number;
  /** In file order; near-equal labels last. */
  readonly suspicious: readonly Suspicion[];
}

/** Reads a whole file and counts. Throws InputError and FormatError as its reader does, and the signal's reason. */
export async function inspectCorpus(
  path: string,
  format: CorpusFormat,
  signal?: AbortSignal,
): Promise<Inspection> {
  const counter = new CorpusCounter();
  for await (const entry of readEntries(path, format)) {
    signal?.throwIfAborted();
    if ("leftOut" in entry) counter.leaveOut(entry.line, entry.leftOut);
    else counter.add(entry);
  }
  if (counter.sentences === 0) throw new FormatError(path, 0, "holds no sentence");
  return { format: format.kind, settings: format, ...counter.result() };
}

/**
 * A format that goes on where it would refuse a line that can be settled and listed instead. To look at a file is to
 * see all of its faults at once.
 */
export function tolerant(format: CorpusFormat): CorpusFormat {
  if (format.kind !== "columns") return format;
  const emptyWords = format.emptyWords === "refuse" ? "drop" : format.emptyWords;
  return { ...format, emptyWords, oddTags: "outside" };
}

/** Where a text was first seen, and what was annotated there. */
interface Seen {
  readonly line: number;
  readonly annotation: string;
}

class CorpusCounter {
  sentences = 0;
  private entities = 0;
  private words = 0;
  private withoutEntities = 0;
  private nested = 0;
  private discontinuous = 0;
  private overlaps = 0;
  private repeatedSentences = 0;
  private repeatedEntities = 0;
  private leftOut = 0;
  private readonly labels = new Map<string, { count: number; readonly line: number }>();
  private readonly absent = new Set<string>();
  private readonly sentenceLengths = new LengthCounts();
  private readonly entityLengths = new LengthCounts();
  private readonly texts = new Map<string, Seen>();
  private readonly suspicious: Suspicion[] = [];

  leaveOut(line: number, reason: string): void {
    this.leftOut++;
    this.suspicious.push({ line, reason: `left out: ${reason}` });
  }

  add(entry: Annotated): void {
    const { mentions, words } = entry;
    this.sentences++;
    this.words += words.length;
    this.entities += mentions.length;
    this.sentenceLengths.add(words.length);
    if (mentions.length === 0) this.withoutEntities++;
    for (const { label, parts, line = entry.line } of mentions) {
      const known = this.labels.get(label);
      if (known === undefined) this.labels.set(label, { count: 1, line });
      else known.count++;
      if (parts.length > 1) this.discontinuous++;
      this.entityLengths.add(parts.reduce((sum, { start, end }) => sum + end - start, 0));
    }
    for (const type of entry.absent ?? []) this.absent.add(type);
    for (const { line, message } of entry.remarks ?? []) this.suspect(entry, line, message);
    this.relate(entry);
    this.compareText(entry);
  }

  result(): Omit<Inspection, "format" | "settings"> {
    const labels = [...this.labels].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    return {
      sentences: this.sentences,
      entities: this.entities,
      labels: Object.fromEntries(labels.map(([label, { count }]) => [label, count])),
      words: this.words,
      sentencesWithoutEntities: this.withoutEntities,
      lengths: { sentences: this.sentenceLengths.percentiles(), entities: this.entityLengths.percentiles() },
      nested: this.nested,
      discontinuous: this.discontinuous,
      overlaps: this.overlaps,
      duplicates: { sentences: this.repeatedSentences, entities: this.repeatedEntities },
      absentTypes: this.absent.size,
      leftOut: this.leftOut,
      suspicious: [...this.suspicious, ...this.nearLabels()],
    };
  }

  private suspect({ file }: Annotated, line: number, reason: string): void {
    const found = { line, example: this.sentences - 1, reason };
    this.suspicious.push(file === undefined ? found : { file: basename(file), ...found });
  }

  private relate(entry: Annotated): void {
    const { nested, overlaps, repeats } = mentionRelations(entry.mentions);
    this.nested += nested;
    this.overlaps += overlaps;
    this.repeatedEntities += repeats.length;
    for (const { label, line = entry.line } of repeats) {
      this.suspect(entry, line, `a ${excerpt(label)} repeats another with the same words`);
    }
  }

  private compareText(entry: Annotated): void {
    const annotation = digest(JSON.stringify(entry.mentions.map(({ label, parts }) => [label, parts])));
    const key = digest(entry.text);
    const before = this.texts.get(key);
    if (before === undefined) {
      this.texts.set(key, { line: entry.line, annotation });
      return;
    }
    this.repeatedSentences++;
    if (before.annotation !== annotation) {
      this.suspect(entry, entry.line, `the text of line ${before.line} again, with other entities`);
    }
  }

  /** Labels that differ in letter case, spaces, hyphens and underscores alone. */
  private nearLabels(): Suspicion[] {
    const first = new Map<string, string>();
    return [...this.labels].flatMap(([label, { line, count }]) => {
      const plain = label.toLowerCase().replace(/[\s_-]+/g, " ");
      const other = first.get(plain);
      if (other === undefined) {
        first.set(plain, label);
        return [];
      }
      return [
        { line, reason: `label ${excerpt(label)} (${count} mentions) is nearly label ${excerpt(other)}` },
      ];
    });
  }
}

/** Enough of a hash to tell texts apart. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64").slice(0, 22);
}

/** How often each length occurs: there are few lengths, however long the file. */
class LengthCounts {
  private readonly counts = new Map<number, number>();
  private total = 0;

  add(length: number): void {
    this.counts.set(length, (this.counts.get(length) ?? 0) + 1);
    this.total++;
  }

  percentiles(): Percentiles | null {
    if (this.total === 0) return null;
    const sorted = [...this.counts].sort(([a], [b]) => a - b);
    const at = (share: number) => {
      let left = Math.max(1, Math.ceil(share * this.total));
      for (const [length, count] of sorted) {
        left -= count;
        if (left <= 0) return length;
      }
      return sorted.at(-1)?.[0] ?? 0;
    };
    return { min: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
  }
}
