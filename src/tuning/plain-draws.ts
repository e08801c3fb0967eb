import { isPlainLabel } from "../codecs/schemas/bio-schema.js";
import { InputError } from "../core/errors.js";
import { Bitmap } from "./bitmap.js";
import { ExampleMaker } from "./corpora/corpus.js";
import type { FileSentence } from "./corpora/plain-file.js";
import { plainSentences } from "./corpora/plain-file.js";
import type { PlainFormat } from "./corpora/plain-sentences.js";
import { isPlainFormat, PlainRun, PlainSentence } from "./corpora/plain-sentences.js";
import type { PassedOver, ReadExample, Rules } from "./draws.js";
import { rulesOf, whyNot } from "./draws.js";
import type { HeldOutTexts } from "./held-out-texts.js";
import { Kernel } from "./kernel/kernel.js";
import type { OpenSet } from "./open-set.js";
import type { Plan, Split } from "./plan.js";
import type { Selection } from "./selection.js";

/** A plain sentence that is read, as `ReadExample` is one that its reader has made. Used again for the next one. */
export class PlainDraw {
  index = 0;
  passedOver: PassedOver | null = null;

  constructor(
    readonly sentence: PlainSentence,
    readonly round: number,
  ) {}

  get isDrawn(): boolean {
    return this.passedOver === null;
  }
}

/** Plain sentences that are drawn, all that are taken of a run. Used again for the next ones. */
export class RunDraw {
  /** Of the first of them. */
  index = 0;

  constructor(
    readonly run: PlainRun,
    readonly round: number,
  ) {}
}

/** The files of a split that can be read as plain sentences; null where one cannot. */
export function plainFiles(set: OpenSet, split: Split): readonly PlainFile[] | null {
  const files = set.sources.get(split)?.files ?? [];
  const plain = files.flatMap(({ path, format }) => (isPlainFormat(format) ? [{ path, format }] : []));
  return files.length > 0 && plain.length === files.length && !set.hasOpenTypes ? plain : null;
}

export interface PlainFile {
  readonly path: string;
  readonly format: PlainFormat;
}

/**
 * What `drawExamples` gives, in blocks, for files of plain sentences. Each is gone with the next one. Labels are numbered
 * as the set has them.
 *
 * @param wanted how many sentences from one on may be taken at once; 0 for one that is not wanted.
 */
export async function* plainDraws(
  kernel: Kernel,
  plan: Plan,
  set: OpenSet,
  split: Split,
  files: readonly PlainFile[],
  heldOut: HeldOutTexts,
  selection: Selection,
  wanted: (round: number, index: number) => number,
): AsyncGenerator<Iterable<PlainDraw | RunDraw | ReadExample>> {
  const rules = rulesOf(plan, set, split, heldOut);
  for (const [round, chosen] of selection.entries()) {
    const most = rules.allMay && chosen === "all" ? Infinity : 1;
    const wantedFrom = (index: number) => Math.min(wanted(round, index), most);
    yield* roundOf(kernel, set, split, files, { rules, chosen, round }, wantedFrom);
  }
}

/** As `eligibleExamples`, for files of plain sentences. */
export async function eligiblePlain(
  set: OpenSet,
  split: Split,
  files: readonly PlainFile[],
  rules: Rules,
  signal: AbortSignal | undefined,
): Promise<Bitmap> {
  const eligible = new Bitmap();
  const all = { rules, chosen: "all" as const, round: 0 };
  const kernel = Kernel.take();
  try {
    for await (const draws of roundOf(kernel, set, split, files, all, () => 1)) {
      signal?.throwIfAborted();
      for (const draw of draws) if ("isDrawn" in draw && draw.isDrawn) eligible.add(draw.index);
    }
  } finally {
    kernel.release();
  }
  return eligible;
}

/** How the sentences of a round are drawn. */
interface Round {
  readonly rules: Rules;
  readonly chosen: Selection[number];
  readonly round: number;
}

async function* roundOf(
  kernel: Kernel,
  set: OpenSet,
  split: Split,
  files: readonly PlainFile[],
  round: Round,
  wanted: (index: number) => number,
): AsyncGenerator<Iterable<PlainDraw | RunDraw | ReadExample>> {
  const numbers = new Map(set.labels.map((label, number) => [label, number]));
  const nameTag = (label: string) => numbers.get(nameOf(set, label) ?? "") ?? null;
  const count = { index: 0 };
  const left = () => set.maxRows - count.index;
  const wantedNow = () => (left() > 0 ? Math.min(wanted(count.index), left()) : 0);
  for (const { path, format } of files) {
    const maker = new ExampleMaker(path, { ...set, idPrefix: `${set.name}-${split}` });
    for await (const sentences of plainSentences(kernel, path, format, nameTag, wantedNow)) {
      if (count.index >= set.maxRows) return;
      yield drawsOf(sentences, maker, round, count, set.maxRows);
    }
  }
}

/** Null for a label that must not occur, or that cannot stand in a target as it is. */
function nameOf(set: OpenSet, label: string): string | null {
  try {
    const name = set.nameLabel(label);
    return isPlainLabel(name) ? name : null;
  } catch (error) {
    // Its reader says why.
    if (error instanceof InputError) return null;
    throw error;
  }
}

function* drawsOf(
  sentences: Iterable<FileSentence>,
  maker: ExampleMaker,
  { rules, chosen, round }: Round,
  count: { index: number },
  maxRows: number,
): Generator<PlainDraw | RunDraw | ReadExample> {
  let draw: PlainDraw | null = null;
  let runDraw: RunDraw | null = null;
  for (const sentence of sentences) {
    if (count.index >= maxRows) return;
    if (sentence instanceof PlainRun) {
      if (runDraw?.run !== sentence) runDraw = new RunDraw(sentence, round);
      runDraw.index = count.index;
      yield runDraw;
      count.index += sentence.taken;
      continue;
    }
    const index = count.index++;
    if (sentence === null) continue;
    if (!(sentence instanceof PlainSentence)) {
      const example = maker.example(sentence, index);
      const passedOver = whyNot({ example, index }, chosen, rules);
      const isDrawn = passedOver === null;
      if (isDrawn || round === 0) yield { example, index, round, isDrawn, passedOver };
    } else {
      if (draw?.sentence !== sentence) draw = new PlainDraw(sentence, round);
      draw.index = index;
      draw.passedOver = whyNotPlain(sentence, index, chosen, rules);
      if (draw.isDrawn || round === 0) yield draw;
    }
  }
}

/** As `whyNot` of the sentence's example. */
function whyNotPlain(
  sentence: PlainSentence,
  index: number,
  chosen: Selection[number],
  rules: Rules,
): PassedOver | null {
  if (rules.isPlainHeldOut(sentence)) return "heldOut";
  if (!sentence.hasMentions && !rules.keepsEmpty(index)) return "empty";
  return chosen === "all" || chosen.has(index) ? null : "notDrawn";
}
