import { Bitmap } from "./bitmap.js";
import type { PlainSentence } from "./corpora/plain-sentences.js";
import type { CorpusExample, ExampleSettings, LeftOut } from "./corpora/reader.js";
import type { HeldOutTexts } from "./held-out-texts.js";
import type { OpenSet } from "./open-set.js";
import type { Plan, Split } from "./plan.js";
import { settingsOf } from "./plan-sampling.js";
import { Random } from "./random.js";
import type { Selection } from "./selection.js";

/** A sentence that is to become rows. Its place, with the plan's seed, decides all that is random about them. */
export interface Draw {
  readonly example: CorpusExample;
  /** Its number in the split, from 0. */
  readonly index: number;
  /** How often the split went round before: 0, unless sentences repeat. */
  readonly round: number;
}

/**
 * Why a sentence gives no row: its text is held out of training; it has no mention and is not among the kept ones of
 * these; it was not drawn.
 */
export type PassedOver = "heldOut" | "empty" | "notDrawn";

/** A sentence that is read, and whether it is drawn in this round. */
export interface ReadExample extends Draw {
  readonly isDrawn: boolean;
  /** Null where it is drawn. */
  readonly passedOver: PassedOver | null;
}

/**
 * The sentences of one split of a set in the order of its rows: file order, round by round. Those that are not drawn
 * come too, in the first round, so that they can be counted; those that are not wanted may come or not. A training sentence whose text is held out is not drawn.
 */
export async function* drawExamples(
  plan: Plan,
  set: OpenSet,
  split: Split,
  heldOut: HeldOutTexts,
  selection: Selection,
  onLeftOut: (entry: LeftOut) => void,
  wants?: (round: number, index: number) => boolean,
): AsyncGenerator<ReadExample> {
  const rules = rulesOf(plan, set, split, heldOut);
  for (const [round, chosen] of selection.entries()) {
    // What is not drawn counts in the first round alone.
    const counts = (index: number) =>
      index < set.maxRows && (round === 0 || chosen === "all" || chosen.has(index));
    const wantsIndex =
      wants === undefined ? undefined : (index: number) => wants(round, index) && counts(index);
    for await (const read of numbered(set, split, round === 0 ? onLeftOut : undefined, wantsIndex)) {
      const passedOver = whyNot(read, chosen, rules);
      if (passedOver === null || round === 0) {
        const { example, index } = read;
        yield { example, index, round, isDrawn: passedOver === null, passedOver };
      }
    }
  }
}

interface Numbered {
  readonly example: CorpusExample;
  readonly index: number;
}

/** Which sentences may become rows at all. */
export interface Rules {
  isHeldOut(example: CorpusExample): boolean;
  /** The same for a sentence whose example is not made. */
  isPlainHeldOut(sentence: PlainSentence): boolean;
  /** Whether a sentence without mentions stays. */
  keepsEmpty(index: number): boolean;
  /** Whether all may, whatever they are. */
  readonly allMay: boolean;
}

const allMay: Rules = {
  isHeldOut: () => false,
  isPlainHeldOut: () => false,
  keepsEmpty: () => true,
  allMay: true,
};

/** Only training is restricted: other splits are measured with, as they are. */
export function rulesOf(plan: Plan, set: OpenSet, split: Split, heldOut: HeldOutTexts): Rules {
  if (split !== "train") return allMay;
  const { emptyShare } = settingsOf(plan, set).regularisation;
  return {
    isHeldOut: ({ doc }) => heldOut.has(doc),
    isPlainHeldOut: (sentence) => heldOut.hasPlain(sentence),
    keepsEmpty: (index) =>
      emptyShare === 1 || new Random(plan.seed, set.name, split, index, "empty").chance(emptyShare),
    allMay: emptyShare === 1 && heldOut.isEmpty,
  };
}

export function whyNot(
  { example, index }: Numbered,
  chosen: "all" | Bitmap,
  rules: Rules,
): PassedOver | null {
  if (rules.isHeldOut(example)) return "heldOut";
  if (example.gold.length === 0 && !rules.keepsEmpty(index)) return "empty";
  return chosen === "all" || chosen.has(index) ? null : "notDrawn";
}

/** The sentences of a split that may become rows, by their numbers. */
export async function eligibleExamples(
  set: OpenSet,
  split: Split,
  rules: Rules,
  signal: AbortSignal | undefined,
): Promise<Bitmap> {
  const eligible = new Bitmap();
  for await (const read of numbered(set, split)) {
    signal?.throwIfAborted();
    if (whyNot(read, "all", rules) === null) eligible.add(read.index);
  }
  return eligible;
}

async function* numbered(
  set: OpenSet,
  split: Split,
  onLeftOut?: (entry: LeftOut) => void,
  wants?: (index: number) => boolean,
): AsyncGenerator<Numbered> {
  const settings: ExampleSettings = {
    idPrefix: `${set.name}-${split}`,
    labels: set.labels,
    nameLabel: set.nameLabel,
    ...(onLeftOut === undefined ? {} : { onLeftOut }),
    ...(wants === undefined ? {} : { wants }),
  };
  let next = 0;
  for await (const example of set.sources.get(split)?.corpus.examples(settings) ?? []) {
    const index = example.index ?? next;
    if (index >= set.maxRows) return;
    yield { example, index };
    next = index + 1;
    if (next === set.maxRows) return;
  }
}
