import { excerpt } from "../../core/errors.js";
import type { Annotated, LeftOut, Mention } from "../corpora/reader.js";
import { LengthTally, lengthPairs } from "../length-tally.js";
import { mentionRelations } from "../mention-relations.js";
import { placeOf } from "./excerpts.js";
import type { Inspection, Suspicion } from "./inspection.js";
import { edgeFault } from "./mention-edges.js";
import { SeenTexts } from "./seen-texts.js";
import { Surfaces } from "./surfaces.js";
import type { Suspicions } from "./suspicions.js";
import { suspicionAt } from "./suspicions.js";
import { textKey } from "./text-keys.js";

/** What is known of a label. */
interface LabelCount {
  /** In the order of first mentions, from 0. */
  readonly number: number;
  readonly lengths: LengthTally;
  readonly first: Omit<Suspicion, "kind">;
  count: number;
}

/** The counts of an inspection; the rest needs the whole file to be known. */
export type Counts = Omit<Inspection, "format" | "settings" | "suspicious" | "suspiciousCounts">;

/** Counts what examples hold, and notes what is suspicious in one alone or beside earlier ones. */
export class FirstPass {
  readonly surfaces = new Surfaces();
  private sentences = 0;
  private entities = 0;
  private words = 0;
  private withoutEntities = 0;
  private nested = 0;
  private discontinuous = 0;
  private overlaps = 0;
  private repeatedSentences = 0;
  private repeatedEntities = 0;
  private leftOut = 0;
  private readonly labels = new Map<string, LabelCount>();
  private readonly absent = new Set<string>();
  private readonly sentenceLengths = new LengthTally();
  private readonly entityLengths = new LengthTally();
  private readonly entitiesPerSentence = new LengthTally();
  private readonly texts = new SeenTexts();

  constructor(private readonly suspicions: Suspicions) {}

  leaveOut({ line, leftOut }: LeftOut): void {
    this.leftOut++;
    this.suspicions.add("left-out", () => ({ line, reason: `left out: ${leftOut}` }));
  }

  add(entry: Annotated): void {
    const { mentions, words } = entry;
    this.sentences++;
    this.words += words.length;
    this.entities += mentions.length;
    this.sentenceLengths.add(words.length);
    this.entitiesPerSentence.add(mentions.length);
    if (mentions.length === 0) this.withoutEntities++;
    for (const mention of mentions) this.addMention(entry, mention);
    for (const type of entry.absent ?? []) this.absent.add(type);
    for (const { line, message } of entry.remarks ?? []) {
      this.suspicions.add("remark", () => this.at(entry, { line }, message));
    }
    this.relate(entry);
    this.compareText(entry);
  }

  /** Labels by their number. */
  labelNames(): string[] {
    return [...this.labels.keys()];
  }

  /** To be called at the end: notes labels that are nearly the same, too. */
  finish(): Counts {
    const labels = [...this.labels].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    this.compareLabels(labels);
    return {
      sentences: this.sentences,
      entities: this.entities,
      labels: Object.fromEntries(labels.map(([label, { count }]) => [label, count])),
      words: this.words,
      sentencesWithoutEntities: this.withoutEntities,
      lengths: {
        sentences: this.sentenceLengths.percentiles(),
        entities: this.entityLengths.percentiles(),
        labels: Object.fromEntries(
          labels.flatMap(([label, { lengths }]) => {
            const percentiles = lengths.percentiles();
            return percentiles === null ? [] : [[label, percentiles]];
          }),
        ),
      },
      histograms: {
        words: Object.fromEntries(lengthPairs(this.sentenceLengths.histogram)),
        entities: Object.fromEntries(lengthPairs(this.entitiesPerSentence.histogram)),
      },
      nested: this.nested,
      discontinuous: this.discontinuous,
      overlaps: this.overlaps,
      duplicates: { sentences: this.repeatedSentences, entities: this.repeatedEntities },
      absentTypes: this.absent.size,
      leftOut: this.leftOut,
    };
  }

  private addMention(entry: Annotated, mention: Mention): void {
    const { label, parts } = mention;
    const known = this.labels.get(label) ?? {
      number: this.labels.size,
      lengths: new LengthTally(),
      first: this.at(entry, mention, ""),
      count: 0,
    };
    if (known.count++ === 0) this.labels.set(label, known);
    const length = parts.reduce((sum, { start, end }) => sum + end - start, 0);
    known.lengths.add(length);
    this.entityLengths.add(length);
    if (parts.length > 1) this.discontinuous++;
    const spelled = parts.flatMap(({ start, end }) => entry.words.slice(start, end));
    const words = spelled.map(({ start, end }) => entry.text.slice(start, end));
    const place = placeOf(entry, parts);
    const fault = edgeFault(place === undefined ? "" : entry.text.slice(place.start, place.end), words);
    if (fault !== null) {
      this.suspicions.add("punctuation-edge", () =>
        this.at(entry, mention, `a mention of ${excerpt(label)} ${fault}`),
      );
    }
    // Words with a gap between them say nothing about the same words without one.
    if (parts.length === 1 && spelled.length > 0) {
      this.surfaces.add(
        spelled.map(({ start, end }) => textKey(entry.text, start, end)),
        known.number,
      );
    }
  }

  /** A suspicion about the latest example, at a mention or at a line. */
  private at(entry: Annotated, { line, parts }: Partial<Mention>, reason: string): Omit<Suspicion, "kind"> {
    const marked = parts && placeOf(entry, parts);
    return suspicionAt(entry, this.sentences - 1, { line: line ?? entry.line, reason, marked });
  }

  private relate(entry: Annotated): void {
    const { nested, overlaps, repeats } = mentionRelations(entry.mentions);
    this.nested += nested;
    this.overlaps += overlaps;
    this.repeatedEntities += repeats.length;
    for (const mention of repeats) {
      this.suspicions.add("repeated-mention", () =>
        this.at(entry, mention, `a ${excerpt(mention.label)} repeats another with the same words`),
      );
    }
  }

  private compareText(entry: Annotated): void {
    const earlier = this.texts.meet(entry);
    if (earlier === null) return;
    this.repeatedSentences++;
    if (earlier.isSameAnnotation) return;
    const reason = `the text of line ${earlier.line} again, with other entities`;
    this.suspicions.add("conflicting-duplicate", () => this.at(entry, {}, reason));
  }

  /** Labels that differ in letter case, spaces, hyphens and underscores alone; the more frequent one is the other's. */
  private compareLabels(labels: readonly (readonly [string, LabelCount])[]): void {
    const plainer = new Map<string, string>();
    for (const [label, { first, count }] of labels) {
      const plain = label.toLowerCase().replace(/[\s_-]+/g, " ");
      const other = plainer.get(plain);
      if (other === undefined) {
        plainer.set(plain, label);
        continue;
      }
      const mentions = count === 1 ? "1 mention" : `${count} mentions`;
      const reason = `label ${excerpt(label)} (${mentions}) is nearly label ${excerpt(other)}`;
      this.suspicions.add("similar-labels", () => ({ ...first, reason }));
    }
  }
}
