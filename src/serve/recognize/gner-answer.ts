import { decodeBio } from "../../codecs/bio.js";
import type { LabelSet } from "../../codecs/label-set.js";
import { type RestoredTags, restoreTags } from "../../codecs/restore-tags.js";
import { parseWordLabels, type TaggedWord } from "../../codecs/word-label.js";
import type { Entity, Words } from "../../core/document.js";
import { excerpt } from "../../core/errors.js";
import type { Note } from "../../core/notes.js";
import type { Completion, TextGenerator } from "../generate/text-generator.js";

/** What was asked: words of a document from `start` on, and the labels. */
export interface Question {
  readonly start: number;
  readonly words: readonly string[];
  readonly set: LabelSet;
}

/** What an answer says, in words of the whole document. */
export interface Answer {
  readonly entities: readonly Entity[];
  readonly notes: readonly Note[];
  /** From which word on the answer says nothing because it was cut; null where it is whole. */
  readonly cutAt: number | null;
}

/** Reads `word(label)` answers back: parsed, aligned to the source words, decoded, scored. */
export class AnswerReader {
  constructor(
    private readonly generator: TextGenerator,
    private readonly scoreTemperature: number,
  ) {}

  /** `mayContinue`: an answer that was cut is read up to the last word that is certain, not to its end. */
  read(question: Question, completion: Completion, mayContinue: boolean): Answer {
    const restored = this.restore(question, completion.text);
    if (completion.finish !== "length") return { ...this.found(question, completion, restored), cutAt: null };
    const known = mayContinue ? knownWords(restored, completion.text) : 0;
    if (known === 0 || known >= question.words.length) {
      const { entities, notes } = this.found(question, completion, restored);
      return { entities, notes: [...notes, outputLimit], cutAt: null };
    }
    const kept = { ...question, words: question.words.slice(0, known) };
    const text = completion.text.slice(0, restored.items[known - 1]?.tagEnd);
    const { entities, notes } = this.found(kept, completion, this.restore(kept, text));
    const note = continued(question.words[known] ?? "");
    return { entities, notes: [...notes, note], cutAt: question.start + known };
  }

  private restore({ words, set }: Question, text: string): RestoredTags {
    return restoreTags(words, text, set, (list) => this.generator.backTokenize(list));
  }

  private found(
    { start: offset }: Question,
    completion: Completion,
    restored: RestoredTags,
  ): Pick<Answer, "entities" | "notes"> {
    const scores = completion.tokens.length > 0 ? wordScores(restored.items, completion) : null;
    const entities = decodeBio(restored.tags).map(({ label, parts }): Entity => {
      const moved = parts.map(({ start, end }) => ({ start: start + offset, end: end + offset }));
      if (scores === null) return { label, parts: moved };
      return { label, parts: moved, score: this.score(parts, scores) };
    });
    return { entities, notes: [...completion.notes, ...restored.notes] };
  }

  /** The probability that the model gives to exactly these tags, given that it copies these words. */
  private score(parts: readonly Words[], scores: readonly number[]): number {
    let logprob = 0;
    for (const { start, end } of parts) for (let i = start; i < end; i++) logprob += scores[i] ?? 0;
    return Math.min(1, Math.exp(logprob / this.scoreTemperature));
  }
}

/** For each source word the log-probability of its whole tag: all tokens that wrote a part of it. */
function wordScores(items: readonly (TaggedWord | null)[], { tokens }: Completion): number[] {
  let token = 0;
  return items.map((item) => {
    if (item === null) return 0;
    while ((tokens[token]?.end ?? Infinity) <= item.tagStart) token++;
    let logprob = 0;
    for (let k = token; (tokens[k]?.start ?? Infinity) < item.tagEnd; k++) logprob += tokens[k]?.logprob ?? 0;
    return logprob;
  });
}

/**
 * Up to which word a cut answer is certain: behind its last whole tag, but before an entity that it may have broken
 * off. 0 where that leaves nothing.
 */
function knownWords({ items, tags }: RestoredTags, text: string): number {
  // A word that comes again later in the source must not pull the last tags there.
  const generated = parseWordLabels(text).length;
  let known = Math.min(items.length, Math.ceil(generated * 1.25) + 3);
  while (known > 0 && !isWhole(items[known - 1] ?? null, text)) known--;
  let entityStart = known;
  while (entityStart > 0 && (tags[entityStart - 1]?.startsWith("I-") ?? false)) entityStart--;
  if (entityStart > 0 && (tags[entityStart - 1]?.startsWith("B-") ?? false)) entityStart--;
  while (entityStart > 0 && (items[entityStart - 1] ?? null) === null) entityStart--;
  return entityStart > 0 ? entityStart : known;
}

function isWhole(item: TaggedWord | null, text: string): boolean {
  return item !== null && /[)）】］]$/u.test(text.slice(item.tagStart, item.tagEnd));
}

const outputLimit: Note = {
  kind: "output-limit",
  message: "the model reached its output limit before the end of the text",
};

function continued(word: string): Note {
  return {
    kind: "continued",
    message: `the model reached its output limit; it was asked again from ${excerpt(word)} on`,
  };
}
