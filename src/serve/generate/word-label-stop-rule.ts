import { RepeatedItems, repeatedTail } from "./repeats.js";
import { SourcePointer } from "./source-pointer.js";
import type { Stop, StopRule } from "./stop-rule.js";

/** Text is looked at in steps of this many characters, so that a verdict cannot depend on how it was cut. */
const step = 64;
/** What may follow the last word without being a second answer: closing quotes, fences, a comma. */
const mostClosing = 200;
/** A label has at most 200 characters, a tag little more. */
const mostTag = 256;

const openings = /[(（【［]/gu;
const closing = /[)）】］]/gu;
const wholeTag = /^[(（【［]\s*(?:O|[BI]\s?-[^()（）【】［］\n]+)\s*[)）】］]$/iu;
const thinking = { start: "<think>", end: "</think>" };

/**
 * Stops an answer in the `word(tag)` form that diverges:
 *
 * - text goes on behind the last source word, all words before it having been copied;
 * - the answer begins a second time;
 * - more items than source words, and the last ones repeat each other without being a copy of the source; or the same
 *   characters over and over without any tag;
 * - the answer has grown many times longer than any copy of the source with tags.
 *
 * A faithful answer is never stopped, and of a diverging one the first copy is kept whole. What a model thinks aloud,
 * `<think> ... </think>`, is no answer and not watched. Time and space are linear in the text.
 */
export class WordLabelStopRule implements StopRule {
  private text = "";
  private isAnswering = false;
  /** Where the answer starts, behind any thinking. */
  private start = 0;
  /** Behind the last tag. */
  private itemStart = 0;
  /** Behind the tag of the last source word, once all were copied. */
  private complete: number | null = null;
  private readonly pointer: SourcePointer;
  private readonly repeats: RepeatedItems;
  private readonly mostCharacters: number;
  private readonly longestWord: number;

  /** `spelled`: the words as the model's tokenizer gives them back; either spelling counts as a copy. */
  constructor(words: readonly string[], spelled: readonly string[] = words) {
    this.pointer = new SourcePointer(words, spelled);
    this.repeats = new RepeatedItems(words, spelled);
    const characters = words.reduce((sum, word) => sum + word.length, 0);
    this.mostCharacters = 8192 + 8 * (characters + 32 * words.length);
    this.longestWord = words.reduce((longest, word) => Math.max(longest, word.length), 0);
  }

  push(piece: string): Stop | null {
    for (let from = 0; from < piece.length; ) {
      const length = Math.min(piece.length - from, step - (this.text.length % step));
      const scanned = this.text.length;
      this.text += piece.slice(from, from + length);
      from += length;
      const stop = this.look(scanned);
      if (stop !== null) return stop;
    }
    return null;
  }

  /** Looks at the text from `scanned` on, which is new. */
  private look(scanned: number): Stop | null {
    if (!this.isAnswering && !this.findAnswer()) return this.repeatedCharacters();
    for (const { index } of this.text.slice(scanned).matchAll(closing)) {
      const end = scanned + index + 1;
      const stop = end > this.start ? this.lookAtTag(end) : null;
      if (stop !== null) return stop;
    }
    if (this.complete !== null) return this.lookBehind(this.complete);
    if (this.text.length - this.start > this.mostCharacters) {
      return { end: this.text.length, reason: "its answer was many times longer than the text" };
    }
    return this.repeatedCharacters();
  }

  /** Whether the answer has begun: at once, or behind what the model thought aloud. */
  private findAnswer(): boolean {
    const head = this.text.trimStart();
    if (head.startsWith(thinking.start)) {
      const end = this.text.indexOf(thinking.end);
      if (end === -1) return false;
      this.start = end + thinking.end.length;
    } else if (thinking.start.startsWith(head)) return false;
    this.itemStart = this.start;
    this.isAnswering = true;
    return true;
  }

  private lookAtTag(end: number): Stop | null {
    const from = Math.max(this.itemStart, end - mostTag);
    const head = this.text.slice(from, end - 1);
    const opening = [...head.matchAll(openings)].at(-1)?.index;
    if (opening === undefined || !wholeTag.test(this.text.slice(from + opening, end))) return null;
    if (this.complete !== null) return this.goesOn(this.complete, end);
    const item = this.text.slice(this.itemStart, end);
    if (this.pointer.isWithinWord(item)) return null;
    const word = this.text.slice(this.itemStart, from + opening);
    this.itemStart = end;
    if (this.pointer.startsAgain(word)) {
      return { end: this.repeats.endBefore(this.pointer.headLength - 1), reason: "it began again" };
    }
    const kept = this.repeats.push(word, item, end);
    if (kept !== null) return { end: kept, reason: "it repeated itself" };
    if (this.pointer.push(word)) this.complete = end;
    return null;
  }

  private lookBehind(complete: number): Stop | null {
    const rest = this.text.slice(complete);
    const goesOn = rest.length > mostClosing || /\s[^\p{L}\p{N}]*[\p{L}\p{N}]/u.test(rest);
    return goesOn ? this.goesOn(complete, this.text.length) : null;
  }

  /** What is attached to the last tag, such as a period, is kept. */
  private goesOn(complete: number, seen: number): Stop {
    const attached = /^\S{1,16}(?=\s)/u.exec(this.text.slice(complete, seen))?.[0] ?? "";
    const isOther = /[\p{L}\p{N}]/u.test(attached);
    return {
      end: complete + (isOther ? 0 : attached.length),
      reason: "it went on after the last word of the text",
    };
  }

  /** Where no tag has come for longer than any word explains. */
  private repeatedCharacters(): Stop | null {
    if (this.text.length % step !== 0) return null;
    const untagged = this.text.length - this.itemStart;
    if (untagged < 512 + 4 * this.longestWord) return null;
    const repeated = repeatedTail(this.text.slice(-512));
    return repeated === null ? null : { end: this.text.length - repeated, reason: "it repeated itself" };
  }
}
