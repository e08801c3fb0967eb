import type { Entity } from "../core/document.js";
import { flatEntity, wordTexts } from "../core/document.js";
import type { CorpusExample } from "./corpora/reader.js";
import type { Draw } from "./draws.js";
import type { Instruction } from "./instruction.js";
import { instructionOf } from "./instruction.js";
import type { OpenSet } from "./open-set.js";
import type { PlainDraw } from "./plain-draws.js";
import type { Plan, Split } from "./plan.js";
import { settingsOf } from "./plan-sampling.js";
import { KeyStart, Random } from "./random.js";
import { dropLabels } from "./regularisation/drop-labels.js";
import { inLowerCase } from "./regularisation/lower-case.js";
import { halves } from "./regularisation/sentence-parts.js";
import { Synonyms } from "./regularisation/synonyms.js";
import type { TokenLimits, TokenNumbers } from "./regularisation/token-limits.js";
import { openTokenLimits } from "./regularisation/token-limits.js";
import type { Row, Subpart } from "./rows.js";
import { rowOf, withSubpart } from "./rows.js";
import { asksForAll, foreignLabels, promptLabels } from "./sampling.js";

export { type Draw, drawExamples, type PassedOver, type ReadExample } from "./draws.js";

/** What was done to a sentence on its way to a row, and how often. */
export interface RowChanges {
  /** 1 for a sentence that was put in lower case. */
  readonly lowerCased: number;
  /** Labels of the sentence that were not asked for, and their mentions, which the target has not. */
  readonly droppedLabels: number;
  readonly droppedMentions: number;
  /** Labels that were asked for in other words. */
  readonly reworded: number;
}

/** A row. */
export interface BuiltRow {
  readonly id: string;
  readonly row: Row;
  /** The mentions of its target, by the set's own label names. */
  readonly gold: readonly Entity[];
  readonly changes: RowChanges;
  /** Which part of its sentence it is, from 0; null for a whole sentence. */
  readonly subpart: number | null;
  /** How long it is; null where the plan names no tokenizer. */
  readonly tokens: TokenNumbers | null;
}

/** A row, or why a sentence, or a part of one, cannot be one. */
export type MadeRow = BuiltRow | { readonly id: string; readonly refused: string };

/** Where a sentence, or a part of one, stands in a plan: the key of all its random draws. */
type Place = readonly (string | number | KeyStart)[];

/**
 * All labels of a set, as the set has them, or in the order that a sentence's draws give them: then the key of the draws,
 * before the sentence's index and round.
 */
export type LabelOrder = "unshuffled" | KeyStart;

/** The way of one sentence through a plan. */
interface Route {
  readonly set: OpenSet;
  readonly split: Split;
  readonly place: Place;
  readonly isLowerCased: boolean;
}

type Piece =
  | {
      readonly instruction: Instruction;
      readonly gold: readonly Entity[];
      readonly changes: RowChanges;
      readonly tokens: TokenNumbers | null;
    }
  | { readonly refused: string };

/**
 * Makes the rows of draws. `rows` depends on the plan, the sets' labels and the draw alone, never on what was made
 * before, so that any worker may make any row. Throws InputError for a tokenizer that cannot be read and for synonyms
 * that cannot stand in a prompt.
 */
export class RowMaker {
  private readonly foreign: ReadonlyMap<string, readonly string[]>;
  private readonly settingsBySet: ReadonlyMap<string, ReturnType<typeof settingsOf>>;
  private readonly synonyms: Synonyms | null;
  private readonly limits: TokenLimits | null;
  /** Whether sentences may become several rows. */
  private readonly mayCut: boolean;
  /** Of the set and split that were at work last. */
  private known: { readonly set: OpenSet; readonly split: Split; readonly start: KeyStart } | null = null;
  constructor(
    private readonly plan: Plan,
    sets: readonly OpenSet[],
  ) {
    this.foreign = new Map(sets.map((set) => [set.name, foreignOf(set, sets)]));
    this.settingsBySet = new Map(sets.map((set) => [set.name, settingsOf(plan, set)]));
    this.synonyms = plan.synonyms === undefined ? null : new Synonyms(plan.synonyms.table, plan.synonyms);
    this.limits = plan.tokens === undefined ? null : openTokenLimits(plan.tokens, plan);
    this.mayCut = this.limits?.areSet ?? false;
  }

  /** The rows of a sentence, in order: at least one entry, a row or a refusal. */
  rows(set: OpenSet, split: Split, { example, index, round }: Draw): MadeRow[] {
    const place = this.place(set, split, index, round);
    const named = round === 0 ? example : inRound(example, round);
    const lowerCase = split === "train" ? this.settings(set).regularisation.lowerCase : 0;
    const isLowerCased = lowerCase > 0 && this.random(place, "case").chance(lowerCase);
    const pieces = this.pieces(isLowerCased ? inLowerCase(named) : named, {
      set,
      split,
      place,
      isLowerCased,
    });
    return pieces.map((piece, subpart) =>
      this.made(piece, named.doc.id, { subpart, subparts: pieces.length }),
    );
  }

  /** Whether sentences of a split become rows as they are: one each, by the set's own label names, with nothing to refuse. */
  takesAsIs(set: OpenSet, split: Split): boolean {
    const { dropLabels, lowerCase } = this.settings(set).regularisation;
    const isVaried = split === "train" && (dropLabels > 0 || lowerCase > 0);
    const isOpen = set.hasOpenTypes || set.labels.length === 0;
    return !isVaried && !isOpen && this.synonyms === null && this.limits === null;
  }

  /** How labels are ordered where prompts ask for all of the set's; null where they may ask for others. */
  labelOrder(set: OpenSet, split: Split): LabelOrder | null {
    const { sampling } = this.settings(set);
    if (!asksForAll(sampling)) return null;
    return sampling.shuffle ? this.keyStart(set, split) : "unshuffled";
  }

  /** The labels that the prompt of a plain sentence asks for, in order. */
  plainLabels(set: OpenSet, split: Split, { sentence, index, round }: PlainDraw): readonly string[] {
    const { sampling } = this.settings(set);
    const gold = sentence.presentLabels(set.labels).map((label) => flatEntity(label, 0, 1));
    const foreign = this.foreign.get(set.name) ?? [];
    const random = this.random(this.place(set, split, index, round));
    return promptLabels({ labels: set.labels, gold }, foreign, sampling, random);
  }

  private made(piece: Piece, sentenceId: string, part: Subpart): MadeRow {
    const id = part.subparts === 1 ? sentenceId : `${sentenceId}-part-${part.subpart}`;
    if ("refused" in piece) return { id, refused: piece.refused };
    const { instruction, gold, changes, tokens } = piece;
    const { form } = this.plan;
    const row = rowOf(form, { ...instruction, id });
    return {
      id,
      row: this.mayCut ? withSubpart(form, row, part) : row,
      gold,
      changes,
      subpart: part.subparts === 1 ? null : part.subpart,
      tokens,
    };
  }

  /** One piece of a sentence that is short enough, or its halves' pieces. */
  private pieces(example: CorpusExample, route: Route): Piece[] {
    const cut = () =>
      halves(example)?.flatMap((half, i) =>
        this.pieces(half, { ...route, place: [...route.place, i === 0 ? "left" : "right"] }),
      );
    // A long text is cut first: what cannot be a row there, such as overlapping mentions, is of one part alone.
    const isLong = this.limits?.areTooMany(wordTexts(example.doc)) ?? false;
    const parts = isLong ? cut() : undefined;
    if (parts !== undefined) return parts;
    const piece = this.piece(example, route);
    if ("refused" in piece || piece.tokens === null) return [piece];
    const excess = this.limits?.excess(piece.tokens) ?? null;
    if (excess === null) return [piece];
    return cut() ?? [{ refused: `${excess}, and cannot be cut into parts` }];
  }

  private piece(whole: CorpusExample, { set, split, place, isLowerCased }: Route): Piece {
    const isTraining = split === "train";
    const probability = isTraining ? this.settings(set).regularisation.dropLabels : 0;
    const dropped = probability > 0 ? dropLabels(whole, probability, this.random(place, "drop")) : null;
    const example = dropped?.example ?? whole;
    const asked = this.askedLabels(set, example, place, dropped?.labels ?? []);
    if (asked.length === 0) return { refused: "there is no label to ask for" };
    const wording = isTraining
      ? this.wording(asked, dropped?.labels ?? [], place)
      : new Map<string, string>();
    const named = wording.size === 0 ? example : inWording(example, wording);
    const labels = asked.map((label) => wording.get(label) ?? label);
    const result = instructionOf(named, labels, { dataset: set.name, split }, this.plan);
    if ("refused" in result) return result;
    const changes = {
      lowerCased: isLowerCased ? 1 : 0,
      droppedLabels: dropped?.labels.length ?? 0,
      droppedMentions: dropped?.mentions.length ?? 0,
      reworded: wording.size,
    };
    const tokens = this.limits?.count(result) ?? null;
    return { instruction: result, gold: example.gold, changes, tokens };
  }

  private askedLabels(
    set: OpenSet,
    example: CorpusExample,
    place: Place,
    dropped: readonly string[],
  ): string[] {
    const asking = set.hasOpenTypes ? withOwnTypes(example) : example;
    const foreign = this.foreign.get(set.name) ?? [];
    const { synonyms } = this;
    const alike = synonyms === null ? undefined : (present: readonly string[]) => synonyms.alike(present);
    return promptLabels(asking, foreign, this.settings(set).sampling, this.random(place), dropped, alike);
  }

  private wording(
    asked: readonly string[],
    dropped: readonly string[],
    place: Place,
  ): ReadonlyMap<string, string> {
    if (this.synonyms === null) return new Map();
    const taken = this.plan.elseClass ? [...dropped, "else"] : dropped;
    return this.synonyms.draw(asked, taken, this.random(place, "names"));
  }

  private settings(set: OpenSet): ReturnType<typeof settingsOf> {
    return this.settingsBySet.get(set.name) ?? settingsOf(this.plan, set);
  }

  /** The key of a sentence's draws. */
  private place(set: OpenSet, split: Split, index: number, round: number): Place {
    const start = this.keyStart(set, split);
    return round === 0 ? [start, index] : [start, index, round];
  }

  private keyStart(set: OpenSet, split: Split): KeyStart {
    const { known } = this;
    if (known?.set === set && known.split === split) return known.start;
    const start = new KeyStart(this.plan.seed, set.name, split);
    this.known = { set, split, start };
    return start;
  }

  /** Each purpose draws from a stream of its own: what one does leaves the others as they are. */
  private random(place: Place, ...purpose: readonly string[]): Random {
    return new Random(...place, ...purpose);
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

function inWording(example: CorpusExample, wording: ReadonlyMap<string, string>): CorpusExample {
  const gold = example.gold.map((entity) => ({
    ...entity,
    label: wording.get(entity.label) ?? entity.label,
  }));
  return { ...example, gold };
}
