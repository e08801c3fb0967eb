import { type BioTag, labelOfTag } from "../src/codecs/bio.js";
import { InputError } from "../src/core/errors.js";
import { normalizeMention } from "./normalize-mention.js";

/** A mention of a sentence: its words `[start, end)` and the tag of its last word, which names its label. */
export interface MentionSpan {
  readonly start: number;
  readonly end: number;
  readonly tag: BioTag;
}

/**
 * The mentions of a tag sequence as the paper's evaluator cuts them, differently than `decodeBio`: `B-` and `O` end a
 * mention, `I-` never does, even with another label; the label of a mention is that of its last word. Throws
 * InputError where words and tags differ in number and for tags outside the BIO scheme.
 */
export function mentionSpans(words: readonly string[], tags: readonly BioTag[]): MentionSpan[] {
  if (words.length !== tags.length) throw new InputError(`${words.length} words but ${tags.length} tags`);
  const spans: MentionSpan[] = [];
  let start = -1;
  let lastTag = "O";
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i] ?? "O";
    const isOutside = tag === "O";
    const continues = !isOutside && isInside(tag);
    if (start !== -1 && !continues) {
      spans.push({ start, end: i, tag: lastTag });
      start = -1;
    }
    if (isOutside) continue;
    if (start === -1) start = i;
    lastTag = tag;
  }
  if (start !== -1) spans.push({ start, end: tags.length, tag: lastTag });
  return spans;
}

const letterB = 0x42;
const letterI = 0x49;
const hyphen = 0x2d;

/** Whether it is an `I-` tag, not a `B-` tag. `labelOfTag` checks the same, but cuts the label out. */
function isInside(tag: BioTag): boolean {
  const letter = tag.charCodeAt(0);
  if ((letter !== letterI && letter !== letterB) || tag.charCodeAt(1) !== hyphen) labelOfTag(tag);
  return letter === letterI;
}

export function isSameSpan(a: MentionSpan, b: MentionSpan): boolean {
  return a.start === b.start && a.end === b.end && a.tag === b.tag;
}

/** In which of the two tag sequences a mention stands. */
export const inGold = 1;
export const inPredicted = 2;

interface DistinctMention {
  readonly span: MentionSpan;
  readonly label: NormalizedLabel;
  /** `inGold`, `inPredicted` or their sum. */
  sides: number;
}

/**
 * The different mentions of one sentence. Two are the same where normalised text and label are. Writing out that
 * text costs more than all else in scoring, so mentions are told apart by a hash of it, taken straight from the words;
 * text is written only where two mentions of different words have one hash.
 */
export class DistinctMentions {
  private readonly byHash = new Map<number, DistinctMention>();
  /** Those whose hash another mention had first; few sentences have any. */
  private byText: Map<string, DistinctMention> | null = null;

  constructor(private readonly words: readonly string[]) {}

  add(span: MentionSpan, side: number): void {
    const label = normalizedLabel(span.tag);
    const hash = Math.imul(mentionHash(this.words, span), 31) ^ label.hash;
    const first = this.byHash.get(hash);
    if (first === undefined) this.byHash.set(hash, { span, label, sides: side });
    else if (first.label === label && this.areSameWords(first.span, span)) first.sides |= side;
    else this.addByText(first, { span, label, sides: side });
  }

  /** How many stand on all of these sides. */
  count(sides: number): number {
    let count = 0;
    for (const mention of this.byHash.values()) if ((mention.sides & sides) === sides) count++;
    for (const mention of this.byText?.values() ?? []) if ((mention.sides & sides) === sides) count++;
    return count;
  }

  private areSameWords(a: MentionSpan, b: MentionSpan): boolean {
    if (a.end - a.start !== b.end - b.start) return false;
    if (a.start === b.start) return true;
    for (let i = 0; a.start + i < a.end; i++) {
      if (this.words[a.start + i] !== this.words[b.start + i]) return false;
    }
    return true;
  }

  private addByText(first: DistinctMention, mention: DistinctMention): void {
    this.byText ??= new Map();
    const text = this.keyOf(mention);
    const same = text === this.keyOf(first) ? first : this.byText.get(text);
    if (same === undefined) this.byText.set(text, mention);
    else same.sides |= mention.sides;
  }

  /** Normalised text holds no line break, so the key is as good as the pair. The text may be empty ("The") and still counts. */
  private keyOf({ span, label }: DistinctMention): string {
    return `${normalizeMention(this.words.slice(span.start, span.end).join(" "))}\n${label.text}`;
  }
}

interface NormalizedLabel {
  readonly text: string;
  readonly hash: number;
}

/** Labels repeat all the time, mentions do not. */
const labelCache = new Map<BioTag, NormalizedLabel>();

function normalizedLabel(tag: BioTag): NormalizedLabel {
  const known = labelCache.get(tag);
  if (known !== undefined) return known;
  const text = normalizeMention(labelOfTag(tag) ?? "");
  const label = { text, hash: wordHash(text) };
  if (labelCache.size >= 10_000) labelCache.clear();
  labelCache.set(tag, label);
  return label;
}

/** Equal for mentions whose normalised texts are equal. Words are normalised alone: a space parts them in the text. */
function mentionHash(words: readonly string[], { start, end }: MentionSpan): number {
  let hash = 0;
  for (let i = start; i < end; i++) {
    const word = words[i] ?? "";
    const plain = plainWordHash(word);
    if (plain !== null) hash = joinedHash(hash, plain);
    else for (const piece of normalizeMention(word).split(" ")) hash = joinedHash(hash, wordHash(piece));
  }
  return hash;
}

/** The hash of the words up to here. Nothing changes it where nothing is left of a word. */
function joinedHash(before: number, word: number): number {
  if (word === 0 || word === articleA || word === articleAn || word === articleThe) return before;
  return Math.imul(before, 0x01000193) ^ word;
}

function wordHash(word: string): number {
  let hash = 0;
  for (let k = 0; k < word.length; k++) hash = nextHash(hash, word.charCodeAt(k));
  return hash;
}

function nextHash(hash: number, unit: number): number {
  return (Math.imul(hash, 131) + unit) | 0;
}

const articleA = wordHash("a");
const articleAn = wordHash("an");
const articleThe = wordHash("the");

/** For each ASCII character what normalisation makes of it: itself, its lower case, nothing (0); -1: not plain. */
const plainUnits = Int8Array.from({ length: 128 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  if (/[a-z0-9]/i.test(character)) return character.toLowerCase().charCodeAt(0);
  return /[!-~]/.test(character) ? 0 : -1;
});

/** `wordHash` of a word without its case and punctuation; null where the word holds more than visible ASCII. */
function plainWordHash(word: string): number | null {
  let hash = 0;
  for (let k = 0; k < word.length; k++) {
    const unit = plainUnits[word.charCodeAt(k)] ?? -1;
    if (unit === -1) return null;
    if (unit !== 0) hash = nextHash(hash, unit);
  }
  return hash;
}
