import { nearDistance } from "./nearness.js";

/** A repair between source words and generated words that no exact alignment pairs. */
export interface Repair {
  readonly kind: "near-word" | "replaced-word" | "split-word" | "joined-words";
  /** Half-open range of source words. */
  readonly sourceStart: number;
  readonly sourceEnd: number;
  /** Half-open range of generated words. */
  readonly generatedStart: number;
  readonly generatedEnd: number;
}

/** A word is looked for in at most so many pieces, and so many words in one. */
const mostPieces = 12;
/** Gaps of more pairs than this are left alone: text that differs so much was not copied. */
const mostPairs = 4096;

/**
 * Pairs left-over words between two aligned anchors, beyond the paper: a generated word with a source word that is
 * near (`nearDistance`), several generated words that spell one source word, one generated word that spells several
 * source words, and, where nothing else stands between two anchors, any one word with any other. Within a gap the repairs that pair most source words are chosen, then those with fewest edits.
 * `matches` is the alignment: for each source word the index of its generated word, or -1.
 */
export function repairAlignment(
  source: readonly string[],
  generated: readonly string[],
  matches: Int32Array,
): Repair[] {
  const repairs: Repair[] = [];
  let sourceStart = 0;
  let generatedStart = 0;
  for (let i = 0; i <= source.length; i++) {
    const anchor = i === source.length ? generated.length : (matches[i] ?? -1);
    if (anchor === -1) continue;
    const gap = { sourceStart, sourceEnd: i, generatedStart, generatedEnd: anchor };
    if (i > sourceStart && anchor > generatedStart) repairs.push(...repairGap(source, generated, gap));
    sourceStart = i + 1;
    generatedStart = anchor + 1;
  }
  return repairs;
}

type Gap = Omit<Repair, "kind">;

interface Choice {
  /** Source words paired from here on, minus a hundredth per edit. */
  readonly value: number;
  readonly repair: Repair | null;
  readonly next: Choice | null;
}

const nothing: Choice = { value: 0, repair: null, next: null };

function repairGap(source: readonly string[], generated: readonly string[], gap: Gap): Repair[] {
  const sourceWords = gap.sourceEnd - gap.sourceStart;
  const generatedWords = gap.generatedEnd - gap.generatedStart;
  if (sourceWords * generatedWords > mostPairs) return [];
  const repairs = bestRepairs(source, generated, gap);
  const isReplacement = repairs.length === 0 && sourceWords === 1 && generatedWords === 1;
  const isWord = !/\s/.test(generated[gap.generatedStart] ?? "");
  if (!isReplacement || !isWord || !isBetweenAnchors(source, generated, gap)) return repairs;
  return [{ kind: "replaced-word", ...gap }];
}

/** Whether an aligned word stands on both sides: at the ends of a text anything may have been written. */
function isBetweenAnchors(source: readonly string[], generated: readonly string[], gap: Gap): boolean {
  const isInSource = gap.sourceStart > 0 && gap.sourceEnd < source.length;
  return isInSource && gap.generatedStart > 0 && gap.generatedEnd < generated.length;
}

/** Best choice per cell, from the end of the gap to its start. */
function bestRepairs(source: readonly string[], generated: readonly string[], gap: Gap): Repair[] {
  const width = gap.generatedEnd - gap.generatedStart + 1;
  const height = gap.sourceEnd - gap.sourceStart + 1;
  const best: Choice[] = new Array(width * height).fill(nothing);
  const at = (i: number, j: number) =>
    best[(i - gap.sourceStart) * width + (j - gap.generatedStart)] ?? nothing;
  for (let i = gap.sourceEnd - 1; i >= gap.sourceStart; i--) {
    for (let j = gap.generatedEnd - 1; j >= gap.generatedStart; j--) {
      const skip = at(i + 1, j).value >= at(i, j + 1).value ? at(i + 1, j) : at(i, j + 1);
      let choice = skip;
      for (const { repair, worth } of repairsAt(source, generated, i, j, gap)) {
        const next = at(repair.sourceEnd, repair.generatedEnd);
        if (worth + next.value > choice.value) choice = { value: worth + next.value, repair, next };
      }
      best[(i - gap.sourceStart) * width + (j - gap.generatedStart)] = choice;
    }
  }
  const repairs: Repair[] = [];
  for (
    let choice: Choice | null = at(gap.sourceStart, gap.generatedStart);
    choice !== null;
    choice = choice.next
  ) {
    if (choice.repair !== null) repairs.push(choice.repair);
  }
  return repairs;
}

/** Every repair that starts at source word i and generated word j. */
function repairsAt(
  source: readonly string[],
  generated: readonly string[],
  i: number,
  j: number,
  gap: Gap,
): { repair: Repair; worth: number }[] {
  const found: { repair: Repair; worth: number }[] = [];
  const from = { sourceStart: i, generatedStart: j };
  const word = source[i] ?? "";
  const output = generated[j] ?? "";
  const distance = nearDistance(word, output);
  if (distance !== null) {
    const repair: Repair = { kind: "near-word", ...from, sourceEnd: i + 1, generatedEnd: j + 1 };
    found.push({ repair, worth: 1 - distance / 100 });
  }
  const pieces = spelledBy(word, generated, j, gap.generatedEnd);
  if (pieces > 1) {
    const repair: Repair = { kind: "split-word", ...from, sourceEnd: i + 1, generatedEnd: j + pieces };
    found.push({ repair, worth: 1 });
  }
  // Models that were never tuned write one tag behind several words: `New York(B-city)`.
  const words = spelledBy(output.replace(/\s+/g, ""), source, i, gap.sourceEnd);
  if (words > 1) {
    const repair: Repair = { kind: "joined-words", ...from, sourceEnd: i + words, generatedEnd: j + 1 };
    found.push({ repair, worth: words });
  }
  return found;
}

/** How many words from `start` on, joined without spaces, spell exactly `whole`; 0 where they do not. */
function spelledBy(whole: string, words: readonly string[], start: number, end: number): number {
  let length = 0;
  for (let k = start; k < Math.min(end, start + mostPieces); k++) {
    const word = words[k] ?? "";
    if (word === "" || !whole.startsWith(word, length)) return 0;
    length += word.length;
    if (length === whole.length) return k - start + 1;
  }
  return 0;
}
