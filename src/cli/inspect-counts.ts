import type { Inspection, Suspicion, SuspicionKind } from "../tuning/inspect/inspection.js";
import { suspicionKinds } from "../tuning/inspect/inspection.js";

/** A count of an inspection, and counts of parts of it. */
export interface NamedCount {
  readonly name: string;
  readonly count: number;
  readonly parts: readonly (readonly [name: string, count: number])[];
}

/** The counts of a corpus as tables show them. */
export function namedCounts(inspection: Inspection): NamedCount[] {
  const { sentences, sentencesWithoutEntities, duplicates } = inspection;
  const { entities, nested, discontinuous, overlaps } = inspection;
  const alone = (name: string, count: number) => ({ name, count, parts: [] });
  return [
    {
      name: "sentences",
      count: sentences,
      parts: [
        ["without entities", sentencesWithoutEntities],
        ["repeated", duplicates.sentences],
      ],
    },
    alone("words", inspection.words),
    {
      name: "entities",
      count: entities,
      parts: [
        ["nested", nested],
        ["discontinuous", discontinuous],
        ["overlapping", overlaps],
        ["repeated", duplicates.entities],
      ],
    },
    alone("labels", Object.keys(inspection.labels).length),
    alone("absent types", inspection.absentTypes),
    alone("left out", inspection.leftOut),
  ];
}

/** Labels and their mentions, most first: a record would put labels that are numbers before all others. */
export function sortedLabels({ labels }: Inspection): [string, number][] {
  return Object.entries(labels).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** The suspicions of a kind: how many there are, and those that are listed. */
export interface SuspicionGroup {
  readonly title: string;
  readonly count: number;
  readonly rows: readonly Suspicion[];
}

const titles: Readonly<Record<SuspicionKind, string>> = {
  "left-out": "Entries left out",
  remark: "Settled or doubted in reading",
  "repeated-mention": "Mentions twice at the same words",
  "punctuation-edge": "Mentions that start or end in punctuation",
  "long-sentence": "Very long sentences",
  "conflicting-duplicate": "Texts that come again with other entities",
  "similar-labels": "Labels that are nearly the same",
  "label-conflict": "The same words with different labels",
  "missed-mention": "Words that are mentions elsewhere",
};

/** Suspicions by kind, kinds without any left out. */
export function suspicionGroups({ suspicious, suspiciousCounts }: Inspection): SuspicionGroup[] {
  return suspicionKinds.flatMap((kind) => {
    const count = suspiciousCounts[kind] ?? 0;
    if (count === 0) return [];
    return [{ title: titles[kind], count, rows: suspicious.filter((row) => row.kind === kind) }];
  });
}

/** Where a suspicion is, as `line 7`, or `b.ann:7` in a folder of files. */
export function placeName({ file, line }: Suspicion): string {
  return file === undefined ? `line ${line}` : `${file}:${line}`;
}
