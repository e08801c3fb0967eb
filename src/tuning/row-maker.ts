import type { Entity } from "../core/document.js";
import { Bitmap } from "./bitmap.js";
import type { CorpusExample, ExampleSettings, LeftOut } from "./corpora/reader.js";
import type { OpenSet } from "./open-set.js";
import type { Plan, Split } from "./plan.js";
import { Random } from "./random.js";
import type { Row } from "./rows.js";
import { buildRow } from "./rows.js";
import { foreignLabels, promptLabels } from "./sampling.js";
import type { Selection } from "./selection.js";
import { everySentence, rowTarget, selectRows } from "./selection.js";

/** A sentence that is to become rows. Its place, with the plan's seed, decides all that is random about them. */
export interface Draw {
  readonly example: CorpusExample;
  /** Its number in the split, from 0. */
  readonly index: number;
  /** How often the split went round before: 0, unless sentences repeat. */
  readonly round: number;
}

/** A row, or why a sentence cannot be one. */
export type MadeRow =
  | { readonly id: string; readonly row: Row; readonly gold: readonly Entity[] }
  | { readonly id: string; readonly refused: string };

/** Makes the rows of draws: `rows` depends on the plan, the sets' labels and the draw alone, never on what it made before. */
export class RowMaker {
  private readonly foreign: ReadonlyMap<string, readonly string[]>;

  constructor(
    private readonly plan: Plan,
    sets: readonly OpenSet[],
  ) {
    this.foreign = new Map(sets.map((set) => [set.name, foreignOf(set, sets)]));
  }

  /** The rows of a sentence, in order: at least one entry, a row or a refusal. */
  rows(set: OpenSet, split: Split, { example, index, round }: Draw): MadeRow[] {
    const { plan } = this;
    const place = round === 0 ? [set.name, split, index] : [set.name, split, index, round];
    const named = round === 0 ? example : inRound(example, round);
    const asking = set.hasOpenTypes ? withOwnTypes(named) : named;
    const foreign = this.foreign.get(set.name) ?? [];
    const asked = promptLabels(asking, foreign, plan.sampling, new Random(plan.seed, ...place));
    const result = buildRow(named, asked, set.name, plan);
    const { id } = named.doc;
    return ["row" in result ? { id, row: result.row, gold: named.gold } : { id, refused: result.refused }];
  }
}

/** What other sentences may lend a set: the labels of the other sets; for open types, those of the set's own sentences. */
function foreignOf(set: OpenSet, sets: readonly OpenSet[]): readonly string[] {
  if (set.hasOpenTypes) return set.labels;
  return foreignLabels(
    set.labels,
    sets.filter((other) => other !== set).map(({ labels }) => labels),
  );
}

/** Ids are of one row each. */
function inRound(example: CorpusExample, round: number): CorpusExample {
  return { ...example, doc: { ...example.doc, id: `${example.doc.id}-round-${round + 1}` } };
}

/** With open types, a sentence was annotated with the types that it has and those that it names as absent. */
function withOwnTypes(example: CorpusExample): CorpusExample {
  const present = example.gold.map(({ label }) => label);
  return { ...example, labels: [...new Set([...present, ...(example.absent ?? [])])] };
}

/** A sentence that is read, and whether it is drawn in this round. */
export interface ReadExample extends Draw {
  readonly isDrawn: boolean;
}

/**
 * The sentences of one split of a set in the order of its rows: file order, round by round. Those that are not drawn
 * come too, in the first round, so that a reader's remarks on them can be counted.
 */
export async function* drawExamples(
  plan: Plan,
  set: OpenSet,
  split: Split,
  onLeftOut: (entry: LeftOut) => void,
): AsyncGenerator<ReadExample> {
  for (const [round, chosen] of (await selectionOf(plan, set, split)).entries()) {
    for await (const { example, index } of numbered(set, split, round === 0 ? onLeftOut : undefined)) {
      const isDrawn = chosen === "all" || chosen.has(index);
      if (isDrawn || round === 0) yield { example, index, round, isDrawn };
    }
  }
}

/** Which sentences are drawn. Reads the split once where the plan wants a number of them. */
async function selectionOf(plan: Plan, set: OpenSet, split: Split): Promise<Selection> {
  const planned = plan.sets.find(({ name }) => name === set.name);
  const target = planned === undefined ? null : rowTarget(plan, planned, split);
  if (target === null) return everySentence;
  const eligible = new Bitmap();
  for await (const { index } of numbered(set, split)) eligible.add(index);
  return selectRows(eligible, target, [plan.seed, set.name, split]);
}

async function* numbered(
  set: OpenSet,
  split: Split,
  onLeftOut?: (entry: LeftOut) => void,
): AsyncGenerator<{ readonly example: CorpusExample; readonly index: number }> {
  const settings: ExampleSettings = {
    idPrefix: `${set.name}-${split}`,
    labels: set.labels,
    nameLabel: set.nameLabel,
    ...(onLeftOut === undefined ? {} : { onLeftOut }),
  };
  let index = 0;
  for await (const example of set.sources.get(split)?.corpus.examples(settings) ?? []) {
    yield { example, index };
    if (++index === set.maxRows) return;
  }
}
