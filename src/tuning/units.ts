import type { OpenSet } from "./open-set.js";
import type { Split } from "./plan.js";
import { splits } from "./plan.js";

/** One split of one set; a build does these one after the other. */
export interface Unit {
  readonly set: OpenSet;
  readonly split: Split;
}

export function unitsOf(sets: readonly OpenSet[]): Unit[] {
  return splits.flatMap((split) =>
    sets.filter(({ sources }) => sources.has(split)).map((set) => ({ set, split })),
  );
}
