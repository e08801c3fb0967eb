import type { Entity, Words } from "../../core/document.js";
import { flatEntity } from "../../core/document.js";
import { excerpt } from "../../core/errors.js";
import type { Note, NoteKind } from "../../core/notes.js";
import { alignWords } from "../../lcs/index.js";
import type { BackTokenize } from "../back-tokenize.js";
import type { LabelSet } from "../label-set.js";
import { repairAlignment } from "../repair-alignment.js";
import { lenientLabels, notedLabels } from "../resolve-label.js";
import { Occurrences, type Place, placeInOrder, type Segment } from "./place-segments.js";
import type { SchemaEntities } from "./schema.js";
import { SourceTokens } from "./source-tokens.js";

/** A run of words that a schema writes without the rest of the sentence. */
export interface GeneratedSegment {
  /** As they are compared. */
  readonly words: readonly string[];
  /** For each word the label that was generated; null outside. */
  readonly labels: readonly (string | null)[];
}

/** What a schema says of where its segments may stand. */
export interface SegmentRule {
  /** The fewest words between two segments. */
  readonly gap: number;
  /** Whether a segment may stand inside another. */
  readonly mayOverlap: boolean;
  /** Whether a segment can start at a place of a source of so many words. */
  fits?(segment: GeneratedSegment, start: number, sourceLength: number): boolean;
}

/**
 * The entities of segments. Each stands where the order puts it; what does not fit the order may stand inside a
 * segment, where the schema allows it, else anywhere that is left. What does not stand in the source as it was generated
 * is aligned between its neighbours, as `restoreTags` does.
 */
export function restoreSegments(
  words: readonly string[],
  segments: readonly GeneratedSegment[],
  rule: SegmentRule,
  labels: LabelSet,
  backTokenize: BackTokenize,
): SchemaEntities {
  const source = new SourceTokens(words, backTokenize);
  const { tokens } = source;
  const runs = segments.map((segment): Segment => {
    const { fits } = rule;
    if (fits === undefined) return segment;
    return { words: segment.words, fits: (start) => fits.call(rule, segment, start, tokens.length) };
  });
  const places = placeInOrder(tokens, runs, rule.gap);
  const notes: Note[] = [];
  const tell = (kind: NoteKind, message: string) => notes.push({ kind, message });
  placeOthers(new Occurrences(tokens), segments, places, rule, tell);
  const label = notedLabels(lenientLabels(labels, backTokenize), "times");
  const entities: Entity[] = [];
  let lost: GeneratedSegment | null = null;
  let lostCount = 0;
  for (const [i, segment] of segments.entries()) {
    const place = places[i] ?? null;
    const tags = place === null ? alignBetween(tokens, segment, gapAround(places, i, tokens.length)) : null;
    if (place === null && tags === null) {
      lost ??= segment;
      lostCount += segment.words.length;
      continue;
    }
    // What comes next stands behind it.
    if (tags !== null) places[i] = extent(tags);
    if (place?.isAmbiguous)
      tell("ambiguous-place", `${shown(segment)} stands at several places: the first counts`);
    if (tags !== null) tell("near-word", `${shown(segment)} was taken for ${shownSource(tokens, tags)}`);
    for (const { label: generated, ...at } of tags ?? labelledRuns(segment, place?.start ?? 0)) {
      const resolved = label.of(generated);
      const { start, end } = source.wordsAt(at);
      if (resolved !== null) entities.push(flatEntity(resolved, start, end));
    }
  }
  if (lost !== null) {
    const count = `${lostCount} generated word${lostCount === 1 ? "" : "s"}`;
    tell("added-words", `${count} found no partner in the source, first ${shown(lost)}`);
  }
  return { entities, notes: [...notes, ...label.notes()] };
}

/** Places that the order does not give: inside an earlier segment, or anywhere that is free. */
function placeOthers(
  occurrences: Occurrences,
  segments: readonly GeneratedSegment[],
  places: (Place | null)[],
  rule: SegmentRule,
  tell: (kind: NoteKind, message: string) => void,
): void {
  if (places.every((place) => place !== null)) return;
  const used = new Set<number>();
  const taken = new Set<string>();
  const take = (place: Words, segment: GeneratedSegment) => {
    for (let i = place.start; i < place.end; i++) used.add(i);
    taken.add(identityOf(place.start, segment));
  };
  for (const [i, place] of places.entries()) {
    const segment = segments[i];
    if (place !== null && segment !== undefined) take(place, segment);
  }
  let before = 0;
  for (const [i, segment] of segments.entries()) {
    const placed = places[i];
    if (placed !== null && placed !== undefined) {
      before = placed.start;
      continue;
    }
    const all = occurrences.of(segment).filter((start) => !taken.has(identityOf(start, segment)));
    const length = segment.words.length;
    const after = nextStart(places, i);
    const inside = rule.mayOverlap ? all.filter((start) => start >= before && start <= after) : [];
    const free = inside.length > 0 ? [] : all.filter((start) => isFree(used, start, length));
    const [start, ...others] = inside.length > 0 ? inside : free;
    if (start === undefined) continue;
    if (inside.length === 0)
      tell("out-of-order", `${shown(segment)} stands before what was generated earlier`);
    const place = { start, end: start + length, isAmbiguous: others.length > 0 };
    places[i] = place;
    take(place, segment);
  }
}

function identityOf(start: number, { words, labels }: GeneratedSegment): string {
  return `${start} ${words.length} ${labels[0] ?? ""}`;
}

function isFree(used: ReadonlySet<number>, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (used.has(i)) return false;
  return true;
}

function nextStart(places: readonly (Place | null)[], i: number): number {
  for (let j = i + 1; j < places.length; j++) {
    const place = places[j];
    if (place !== null && place !== undefined) return place.start;
  }
  return Infinity;
}

function extent(runs: readonly Words[]): Place {
  return { start: runs[0]?.start ?? 0, end: runs.at(-1)?.end ?? 0, isAmbiguous: false };
}

/** The source between the places of a segment's neighbours. */
function gapAround(places: readonly (Place | null)[], i: number, sourceLength: number): Words {
  let start = 0;
  for (let j = i - 1; j >= 0; j--) {
    const place = places[j];
    if (place === null || place === undefined) continue;
    start = place.end;
    break;
  }
  return { start, end: Math.min(nextStart(places, i), sourceLength) };
}

interface LabelledRun extends Words {
  readonly label: string;
}

/**
 * The labelled words of a segment that the source has in another form: with slips, joined or split, or some of them
 * only. Null where less than half of its labelled words can be found.
 */
function alignBetween(
  source: readonly string[],
  { words, labels }: GeneratedSegment,
  gap: Words,
): LabelledRun[] | null {
  const part = source.slice(gap.start, gap.end);
  if (part.length === 0) return null;
  const { matches } = alignWords(part, words);
  for (const repair of repairAlignment(part, words, matches)) {
    matches.fill(repair.generatedStart, repair.sourceStart, repair.sourceEnd);
  }
  const runs: LabelledRun[] = [];
  for (let i = 0; i < matches.length; i++) {
    const label = labels[matches[i] ?? -1] ?? null;
    if (label === null) continue;
    const start = i;
    while (i + 1 < matches.length && labels[matches[i + 1] ?? -1] === label) i++;
    runs.push({ label, start: gap.start + start, end: gap.start + i + 1 });
  }
  const labelled = labels.filter((label) => label !== null).length;
  // Of the places where only single words stand, the one with most of them.
  const longest = runs.toSorted((a, b) => b.end - b.start - (a.end - a.start))[0];
  if (longest === undefined) return null;
  const kept = labels.every((label) => label === labels[0]) ? [longest] : runs;
  const covered = kept.reduce((sum, { start, end }) => sum + end - start, 0);
  return covered * 2 >= labelled ? kept : null;
}

function labelledRuns({ labels }: GeneratedSegment, offset: number): LabelledRun[] {
  const runs: LabelledRun[] = [];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? null;
    if (label === null) continue;
    const start = i;
    while (labels[i + 1] === label) i++;
    runs.push({ label, start: offset + start, end: offset + i + 1 });
  }
  return runs;
}

function shown({ words }: GeneratedSegment): string {
  return excerpt(words.join(" "));
}

function shownSource(source: readonly string[], runs: readonly Words[]): string {
  return excerpt(runs.map(({ start, end }) => source.slice(start, end).join(" ")).join(" … "));
}
