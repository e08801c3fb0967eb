import { Bitmap } from "./bitmap.js";
import type { OpenSet } from "./open-set.js";
import type { Plan, PlanSet, Split } from "./plan.js";
import { ownRows, sharesMixture } from "./plan-set.js";
import { Random } from "./random.js";

/**
 * Which sentences of one split of a set become rows, round by round. A round holds all sentences that may be rows, or
 * the drawn ones, by their number in the split.
 */
export type Selection = readonly ("all" | Bitmap)[];

/** Every sentence once. */
export const everySentence: Selection = ["all"];

/** How many sentences a plan wants of a split. */
export interface RowTarget {
  readonly rows: number;
  /** Whether a split with fewer sentences goes round again. */
  readonly repeat: boolean;
}

/** How many sentences of a split the plan wants; null for all of them. */
export function rowTarget(
  plan: Pick<Plan, "sets" | "mixture">,
  set: PlanSet,
  split: Split,
): RowTarget | null {
  const own = ownRows(set, split);
  if (own !== undefined) return { rows: own, repeat: split === "train" && set.repeat === true };
  if (split !== "train" || plan.mixture === undefined) return null;
  const sharing = plan.sets.filter(sharesMixture);
  const parts = proportionalParts(
    plan.mixture.rows,
    sharing.map(({ weight = 1 }) => weight),
  );
  return { rows: parts[sharing.indexOf(set)] ?? 0, repeat: plan.mixture.repeat };
}

/** A total in whole parts in proportion to weights: what rounding down leaves goes to the largest remainders. */
function proportionalParts(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  const left = total - parts.reduce((all, part) => all + part, 0);
  const byRemainder = exact.map((share, i) => ({ i, remainder: share - Math.floor(share) }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  const lucky = new Set(byRemainder.slice(0, left).map(({ i }) => i));
  return parts.map((part, i) => (lucky.has(i) ? part + 1 : part));
}

/**
 * The rounds that give a wanted number of sentences: a random sample without replacement, all where that is not
 * enough, and with `repeat` all as often as needed and then a sample of the rest. `eligible` are the numbers of the
 * sentences that may be rows.
 */
export function selectRows(
  eligible: Bitmap,
  { rows, repeat }: RowTarget,
  key: readonly (string | number)[],
): Selection {
  const available = eligible.count;
  if (rows === available || (rows > available && !repeat)) return everySentence;
  if (available === 0) return [];
  const whole = Math.floor(rows / available);
  const rounds: ("all" | Bitmap)[] = new Array(whole).fill("all");
  const rest = rows % available;
  if (rest > 0) rounds.push(sampleOf(eligible, rest, new Random(...key, "rows", whole)));
  return rounds;
}

/** Selection sampling: each sentence in turn is taken with the chance that is left to it, so that exactly `wanted` are. */
function sampleOf(eligible: Bitmap, wanted: number, random: Random): Bitmap {
  const chosen = new Bitmap();
  let candidates = eligible.count;
  let missing = wanted;
  for (let index = 0; missing > 0; index++) {
    if (!eligible.has(index)) continue;
    if (random.below(candidates--) < missing) {
      chosen.add(index);
      missing--;
    }
  }
  return chosen;
}

/** Which sentences are drawn. Asks for those that may be rows where the plan wants a number of them: that is a pass over the split. */
export async function selectionOf(
  plan: Plan,
  set: OpenSet,
  split: Split,
  findEligible: () => Promise<Bitmap>,
): Promise<Selection> {
  const planned = plan.sets.find(({ name }) => name === set.name);
  const target = planned === undefined ? null : rowTarget(plan, planned, split);
  if (target === null) return everySentence;
  const rounds = selectRows(await findEligible(), target, [plan.seed, set.name, split]);
  // A first round without sentences is read all the same: what is there is counted.
  return rounds.length > 0 ? rounds : [new Bitmap()];
}
