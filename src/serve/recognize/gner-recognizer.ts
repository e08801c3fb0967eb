import { decodeBio } from "../../codecs/bio.js";
import { type LabelSet, labelSet } from "../../codecs/label-set.js";
import { restoreTags } from "../../codecs/restore-tags.js";
import type { TaggedWord } from "../../codecs/word-label.js";
import type { Document, Entity, Words } from "../../core/document.js";
import { wordTexts } from "../../core/document.js";
import { InputError } from "../../core/errors.js";
import type { Note } from "../../core/notes.js";
import { type Prompt, wordPrompt } from "../generate/prompt-form.js";
import type { Completion, TextGenerator } from "../generate/text-generator.js";
import type { Usage } from "../generate/usage.js";
import type { Recognition, RecognitionOptions, Recognizer } from "./recognizer.js";
import { splitWindows } from "./windows.js";

/** A window of a document and the prompt that asks for it. */
interface Request {
  readonly doc: number;
  readonly window: Words;
  readonly words: readonly string[];
  readonly prompt: Prompt;
}

/**
 * GNER (the paper's section 3): the model rewrites each sentence as `word(label)`; what it wrote is parsed, aligned
 * to the source words and decoded to flat, contiguous entities.
 */
export class GnerRecognizer implements Recognizer {
  constructor(
    private readonly generator: TextGenerator,
    /** Log-probabilities are divided by it before they become a score. */
    private readonly scoreTemperature = 1,
  ) {}

  get usage(): Usage {
    return this.generator.usage;
  }

  async recognize(
    docs: readonly Document[],
    labels: readonly string[],
    { onWindow, ...options }: RecognitionOptions = {},
    signal?: AbortSignal,
  ): Promise<Recognition[]> {
    signal?.throwIfAborted();
    const set = labelSet(labels);
    this.checkRoom(set);
    const results = docs.map((): { entities: Entity[]; notes: Note[] } => ({
      entities: [],
      notes: [...set.notes],
    }));
    const requests = docs.flatMap((doc, i) => this.requests(doc, i, set, results[i]?.notes ?? []));
    const onCompletion = (done: number) => onWindow?.(done, requests.length);
    const completions = await this.generator.generate(requests, { ...options, onCompletion }, signal);
    for (const [i, request] of requests.entries()) {
      const completion = completions[i];
      const result = results[request.doc];
      if (completion === undefined || result === undefined)
        throw new RangeError(`no completion for prompt ${i}`);
      const { entities, notes } = this.read(request, completion, set);
      result.entities.push(...entities);
      result.notes.push(...notes);
    }
    return results;
  }

  prompts(doc: Document, labels: readonly string[]): Prompt[] {
    const set = labelSet(labels);
    this.checkRoom(set);
    return this.requests(doc, 0, set, []).map(({ prompt }) => prompt);
  }

  close(): Promise<void> {
    return this.generator.close();
  }

  /** Labels alone must leave room for a sentence; said once, for the labels, not for the first unlucky text. */
  private checkRoom(set: LabelSet): void {
    const taken = this.generator.countTokens(this.prompt([], set));
    const { inputTokens } = this.generator.limits;
    if (taken > (3 * inputTokens) / 4) {
      throw new InputError(
        `${set.labels.length} labels take ${taken} of the ${inputTokens} tokens that the model can read, ` +
          "which leaves too little room for text: give fewer or shorter labels",
      );
    }
  }

  private requests(doc: Document, index: number, set: LabelSet, notes: Note[]): Request[] {
    if (doc.words.length === 0) {
      notes.push({ kind: "no-words", message: "the text holds no word" });
      return [];
    }
    const words = wordTexts(doc);
    const { inputTokens, sourceWords } = this.generator.limits;
    const promptOf = ({ start, end }: Words) => this.prompt(words.slice(start, end), set);
    const { windows, notes: windowNotes } = splitWindows(doc, (window) => {
      if (window.end - window.start > (sourceWords ?? Infinity)) return false;
      return this.generator.countTokens(promptOf(window)) <= inputTokens;
    });
    notes.push(...windowNotes);
    return windows.map((window) => ({
      doc: index,
      window,
      words: words.slice(window.start, window.end),
      prompt: promptOf(window),
    }));
  }

  private prompt(words: readonly string[], set: LabelSet): Prompt {
    return wordPrompt(this.generator.wording, { words, labels: set.shown });
  }

  /** The entities of one completion, in words of the whole document. */
  private read({ window, words }: Request, completion: Completion, set: LabelSet): Recognition {
    const restored = restoreTags(words, completion.text, set, (list) => this.generator.backTokenize(list));
    const scores = completion.tokens.length > 0 ? this.wordScores(restored.items, completion) : null;
    const entities = decodeBio(restored.tags).map(({ label, parts }): Entity => {
      const moved = parts.map(({ start, end }) => ({ start: start + window.start, end: end + window.start }));
      if (scores === null) return { label, parts: moved };
      return { label, parts: moved, score: this.score(parts, scores) };
    });
    const notes: Note[] = [...restored.notes];
    if (completion.finish === "length") {
      notes.push({
        kind: "output-limit",
        message: "the model reached its output limit before the end of the text",
      });
    }
    return { entities, notes };
  }

  /** For each source word the log-probability of its whole tag: all tokens that wrote a part of it. */
  private wordScores(items: readonly (TaggedWord | null)[], { tokens }: Completion): number[] {
    let token = 0;
    return items.map((item) => {
      if (item === null) return 0;
      while ((tokens[token]?.end ?? Infinity) <= item.tagStart) token++;
      let logprob = 0;
      for (let k = token; (tokens[k]?.start ?? Infinity) < item.tagEnd; k++)
        logprob += tokens[k]?.logprob ?? 0;
      return logprob;
    });
  }

  /** The probability that the model gives to exactly these tags, given that it copies these words. */
  private score(parts: readonly Words[], scores: readonly number[]): number {
    let logprob = 0;
    for (const { start, end } of parts) for (let i = start; i < end; i++) logprob += scores[i] ?? 0;
    return Math.min(1, Math.exp(logprob / this.scoreTemperature));
  }
}
