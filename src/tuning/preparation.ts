import { Bitmap, type SharedBitmap } from "./bitmap.js";
import { DigestSet, type SharedDigests } from "./digest-set.js";
import { eligibleExamples, rulesOf } from "./draws.js";
import { errorOf, type Fault } from "./fault.js";
import { HeldOutTexts, heldOutTexts } from "./held-out-texts.js";
import type { OpenSet } from "./open-set.js";
import { eligiblePlain, plainFiles } from "./plain-draws.js";
import type { Plan } from "./plan.js";
import { type Selection, selectionOf } from "./selection.js";
import { type Unit, unitsOf } from "./units.js";

/** What rows depend on besides their own sentences. It takes passes over corpora: of all threads, one makes them. */
export interface Preparation {
  /** The texts that must not be trained on. Throws what the readers throw. */
  heldOut(): Promise<HeldOutTexts>;
  /** Which sentences of a unit are drawn, by the unit's number. Throws what the readers throw. */
  selection(unit: number): Promise<Selection>;
}

/** Finds what is asked for, when it is asked for. Throws the reason of the signal. */
export class OwnPreparation implements Preparation {
  private readonly units: readonly Unit[];
  private texts: Promise<HeldOutTexts> | null = null;

  constructor(
    private readonly plan: Plan,
    private readonly sets: readonly OpenSet[],
    private readonly signal: AbortSignal | undefined,
  ) {
    this.units = unitsOf(sets);
  }

  heldOut(): Promise<HeldOutTexts> {
    this.texts ??= heldOutTexts(this.plan, this.sets, this.signal);
    return this.texts;
  }

  async selection(number: number): Promise<Selection> {
    const unit = this.units[number];
    if (unit === undefined) throw new Error(`there is no unit ${number}`);
    const { set, split } = unit;
    const { plan, signal } = this;
    const rules = rulesOf(plan, set, split, await this.heldOut());
    const files = plainFiles(set, split);
    return selectionOf(plan, set, split, () =>
      files === null
        ? eligibleExamples(set, split, rules, signal)
        : eligiblePlain(set, split, files, rules, signal),
    );
  }
}

/** A part of a preparation, as threads send it to each other. */
export type Prepared =
  | { readonly heldOut: SharedDigests }
  | { readonly unit: number; readonly selection: readonly ("all" | SharedBitmap)[] }
  /** What could not be found, and why; `unit` is null for the texts. */
  | { readonly unit: number | null; readonly fault: Fault };

/** A preparation that another thread makes and sends piece by piece. */
export class ReceivedPreparation implements Preparation {
  private readonly texts = Promise.withResolvers<HeldOutTexts>();
  private readonly selections = new Map<number, PromiseWithResolvers<Selection>>();

  constructor() {
    // Whoever asks for them is told of a failure; until then it is no unhandled rejection.
    this.texts.promise.catch(() => {});
  }

  receive(part: Prepared): void {
    if ("heldOut" in part) this.texts.resolve(new HeldOutTexts(new DigestSet(part.heldOut)));
    else if ("selection" in part) {
      const selection = part.selection.map((round) => (round === "all" ? round : new Bitmap(round)));
      this.slot(part.unit).resolve(selection);
    } else (part.unit === null ? this.texts : this.slot(part.unit)).reject(errorOf(part.fault));
  }

  heldOut(): Promise<HeldOutTexts> {
    return this.texts.promise;
  }

  selection(unit: number): Promise<Selection> {
    return this.slot(unit).promise;
  }

  private slot(unit: number): PromiseWithResolvers<Selection> {
    const known = this.selections.get(unit);
    if (known !== undefined) return known;
    const made = Promise.withResolvers<Selection>();
    made.promise.catch(() => {});
    this.selections.set(unit, made);
    return made;
  }
}
