import type { Random } from "./random.js";

/**
 * `count` of the items that may be taken, without replacement, in random order; all of them where there are not so
 * many. The list must be free of repeats. It is never copied: of a list of thousands, a few draws cost a few steps.
 */
export function drawDistinct<T>(
  items: readonly T[],
  count: number,
  mayTake: (item: T) => boolean,
  random: Random,
): T[] {
  const taken: T[] = [];
  // Fisher and Yates, with only the moved items remembered.
  const moved = new Map<number, T>();
  for (let i = 0; i < items.length && taken.length < count; i++) {
    const j = i + random.below(items.length - i);
    for (const item of itemAt(items, moved, j)) if (mayTake(item)) taken.push(item);
    for (const item of itemAt(items, moved, i)) moved.set(j, item);
  }
  return taken;
}

function itemAt<T>(items: readonly T[], moved: ReadonlyMap<number, T>, place: number): T[] {
  const item = moved.get(place);
  return item === undefined ? items.slice(place, place + 1) : [item];
}
