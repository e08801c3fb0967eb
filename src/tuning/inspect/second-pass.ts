import { excerpt } from "../../core/errors.js";
import type { Annotated, Mention } from "../corpora/reader.js";
import type { Percentiles } from "../percentiles.js";
import { placeOf } from "./excerpts.js";
import type { Suspicion } from "./inspection.js";
import type { Surfaces } from "./surfaces.js";
import type { Suspicions } from "./suspicions.js";
import { keptSuspicions, suspicionAt } from "./suspicions.js";
import { textKey } from "./text-keys.js";

type Place = Omit<Suspicion, "kind">;

/** Sentences up to so many words are never very long. */
const leastVeryLong = 100;
/** So many surfaces that may be missed are remembered at most: many turn out later to be often no mention. */
const rememberedMissed = 8 * keptSuspicions;

/** The first place where a surface is no mention. */
interface Missed {
  readonly place: Place;
  readonly surface: string;
  readonly mentions: number;
}

/** A label at odds with its surface's usual one. */
interface Conflict {
  readonly place: Place;
  /** How many times more often the surface has its usual label. */
  readonly strength: number;
}

/** Goes through the examples again, with what the first pass found about all of them. */
export class SecondPass {
  private example = -1;
  private readonly longest: number;
  private readonly usualLength: number;
  private readonly labelNumbers: ReadonlyMap<string, number>;
  /** Of the words of the example at hand: one array for all examples, as they are many. */
  private readonly keys: number[] = [];
  private readonly missed = new Map<number, Missed>();
  private conflicts: Conflict[] = [];
  private conflictCount = 0;
  /** Conflicts up to this strength are not among those to keep. */
  private weakest = 0;

  constructor(
    private readonly surfaces: Surfaces,
    /** By their number. */
    private readonly labels: readonly string[],
    sentences: Percentiles | null,
    private readonly suspicions: Suspicions,
  ) {
    this.usualLength = sentences?.p90 ?? 0;
    this.longest = Math.max(leastVeryLong, 3 * this.usualLength);
    this.labelNumbers = new Map(labels.map((label, number) => [label, number]));
  }

  add(entry: Annotated): void {
    this.example++;
    const { text, words, mentions, line } = entry;
    if (words.length > this.longest) {
      const reason = `it has ${words.length} words, 90 of 100 have at most ${this.usualLength}`;
      this.suspicions.add("long-sentence", () => suspicionAt(entry, this.example, { line, reason }));
    }
    const { keys } = this;
    keys.length = words.length;
    for (const [i, { start, end }] of words.entries()) keys[i] = textKey(text, start, end);
    for (const mention of mentions) this.compareLabel(entry, mention);
    this.findMissed(entry);
  }

  /** To be called at the end. */
  finish(): void {
    const conflicts = strongest(this.conflicts, ({ strength }) => strength, keptSuspicions);
    this.suspicions.addAll(
      "label-conflict",
      conflicts.map(({ place }) => place),
      this.conflictCount,
    );
    const contrast = ([row, { mentions }]: [number, Missed]) => mentions / this.surfaces.absencesOf(row);
    const missed = strongest([...this.missed], contrast, keptSuspicions);
    this.suspicions.addAll(
      "missed-mention",
      missed.map(([row, found]) => ({ ...found.place, reason: this.missedReason(row, found) })),
      this.surfaces.countMissed(),
    );
  }

  private missedReason(row: number, { surface, mentions }: Missed): string {
    const absences = this.surfaces.absencesOf(row);
    const here = absences === 1 ? "here" : `here and in ${absences - 1} more places`;
    const label = excerpt(this.labels[this.surfaces.usual(row).label] ?? "");
    return `${excerpt(surface)} is no mention ${here}, though it is elsewhere: ${times(mentions)}, mostly ${label}`;
  }

  /** Notes a label that a surface does not have mostly. Two labels at one place are no contradiction. */
  private compareLabel(entry: Annotated, mention: Mention): void {
    const [part, gap] = mention.parts;
    const number = this.labelNumbers.get(mention.label);
    if (part === undefined || part.end <= part.start || gap !== undefined || number === undefined) return;
    const wordKeys = this.keys.slice(part.start, part.end);
    const usual = this.surfaces.usual(this.surfaces.find(wordKeys));
    if (usual.label === number) return;
    const usualLabel = this.labels[usual.label] ?? "";
    const hasUsualToo = entry.mentions.some(
      ({ label, parts: [other, ...more] }) =>
        label === usualLabel && more.length === 0 && other?.start === part.start && other.end === part.end,
    );
    const count = hasUsualToo ? 0 : this.surfaces.takeCount(wordKeys, number);
    if (count === 0) return;
    this.conflictCount++;
    const strength = usual.count / count;
    if (strength <= this.weakest) return;
    const marked = placeOf(entry, mention.parts);
    const surface = excerpt(marked === undefined ? "" : entry.text.slice(marked.start, marked.end));
    const reason = `${surface} is ${excerpt(mention.label)} ${times(count)}, ${excerpt(usualLabel)} ${times(usual.count)}`;
    const place = suspicionAt(entry, this.example, { line: mention.line ?? entry.line, reason, marked });
    this.conflicts.push({ place, strength });
    if (this.conflicts.length < 2 * keptSuspicions) return;
    this.conflicts = strongest(this.conflicts, (conflict) => conflict.strength, keptSuspicions);
    this.weakest = this.conflicts.at(-1)?.strength ?? 0;
  }

  /** Looks among the words without annotation for surfaces that are often mentions, the longest first. */
  private findMissed(entry: Annotated): void {
    const { keys } = this;
    const isAnnotated = new Uint8Array(keys.length);
    for (const { parts } of entry.mentions) {
      for (const { start, end } of parts) isAnnotated.fill(1, start, end);
    }
    for (let start = 0; start < keys.length; ) {
      if (isAnnotated[start] === 1) {
        start++;
        continue;
      }
      const next = isAnnotated.indexOf(1, start);
      const end = next < 0 ? keys.length : next;
      const found = this.surfaces.longestAt(keys, start, end);
      if (found !== null) this.miss(entry, found.row, start, start + found.length);
      start += found?.length ?? 1;
    }
  }

  private miss(entry: Annotated, row: number, start: number, end: number): void {
    const absences = this.surfaces.addAbsence(row);
    if (!this.surfaces.isExpected(row)) {
      this.missed.delete(row);
      return;
    }
    if (absences > 1) return;
    const marked = placeOf(entry, [{ start, end }]);
    const surface = marked === undefined ? "" : entry.text.slice(marked.start, marked.end);
    const place = suspicionAt(entry, this.example, { line: entry.line, reason: "", marked });
    this.missed.set(row, { place, surface, mentions: this.surfaces.usual(row).mentions });
    if (this.missed.size < rememberedMissed) return;
    const kept = strongest([...this.missed], ([, { mentions }]) => mentions, rememberedMissed / 2);
    this.missed.clear();
    for (const [known, found] of kept) this.missed.set(known, found);
  }
}

function strongest<T>(items: readonly T[], strengthOf: (item: T) => number, most: number): T[] {
  return items.toSorted((a, b) => strengthOf(b) - strengthOf(a)).slice(0, most);
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
