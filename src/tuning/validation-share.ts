import type { Document } from "../core/document.js";
import { InputError } from "../core/errors.js";
import type { Plan, Split } from "./plan.js";
import { filesOf } from "./plan.js";
import { Random } from "./random.js";

/**
 * Chooses the train sentences that become validation rows. Seed and text decide, but for case and white space: a
 * sentence that repeats, in whichever set, is on one side only.
 */
export class ValidationShare {
  private readonly bound: number;

  constructor(private readonly plan: Pick<Plan, "seed" | "output">) {
    this.bound = (plan.output.validation ?? 0) * 2 ** 32;
  }

  /** Whether some sentences of a split are taken. */
  takes(split: Split): boolean {
    return this.bound > 0 && split === "train";
  }

  has(split: Split, { text }: Document): boolean {
    if (!this.takes(split)) return false;
    const normalized = text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
    return new Random(this.plan.seed, "validation", normalized).next() < this.bound;
  }
}

/** Throws InputError for a plan that takes a share of training sentences and has none. */
export function checkValidation(plan: Pick<Plan, "output" | "sets">): void {
  if (plan.output.validation === undefined || plan.sets.some((set) => filesOf(set, "train").length > 0))
    return;
  throw new InputError(
    "output.validation takes its share from train, but no set of the plan has a train file",
  );
}
