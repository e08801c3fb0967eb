import { isDeepStrictEqual } from "node:util";
import { type LabelSet, labelSet } from "../../codecs/label-set.js";
import type { Document, Words } from "../../core/document.js";
import { wordTexts } from "../../core/document.js";
import { InputError } from "../../core/errors.js";
import type { Note } from "../../core/notes.js";
import { type Prompt, wordPrompt } from "../generate/prompt-form.js";
import type { GenerationOptions, GenerationRequest, TextGenerator } from "../generate/text-generator.js";
import type { Usage } from "../generate/usage.js";
import { WordLabelStopRule } from "../generate/word-label-stop-rule.js";
import { type Answer, AnswerReader, type Question } from "./gner-answer.js";
import type { Recognition, RecognitionOptions, Recognizer } from "./recognizer.js";
import { splitWindows } from "./windows.js";

/** Words of a document, and the prompt that asks for them. */
interface Request extends Question, GenerationRequest {
  readonly doc: number;
}

/** How often the rest of a window is asked for again after an answer was cut. */
const mostContinuations = 8;

/**
 * GNER (the paper's section 3): the model rewrites each sentence as `word(label)`; what it wrote is parsed, aligned
 * to the source words and decoded to flat, contiguous entities.
 */
export class GnerRecognizer implements Recognizer {
  private readonly reader: AnswerReader;
  /** Of the last call: documents come one by one, mostly for the same labels. */
  private lastSet: { readonly given: readonly string[]; readonly set: LabelSet } | null = null;

  constructor(
    private readonly generator: TextGenerator,
    /** Log-probabilities are divided by it before they become a score. */
    scoreTemperature = 1,
  ) {
    this.reader = new AnswerReader(generator, scoreTemperature);
  }

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
    const set = this.labelSet(labels);
    const notes = docs.map((): Note[] => [...set.notes]);
    const requests = docs.flatMap((doc, i) => this.requests(doc, i, set, notes[i] ?? []));
    const onCompletion = (done: number) => onWindow?.(done, requests.length);
    const answers = await this.ask(requests, { ...options, onCompletion }, mostContinuations, signal);
    answers.sort((a, b) => a.doc - b.doc || a.start - b.start);
    const ofDocs = Map.groupBy(answers, ({ doc }) => doc);
    return docs.map((_, i) => {
      const found = ofDocs.get(i) ?? [];
      return {
        entities: found.flatMap(({ entities }) => entities),
        notes: [...(notes[i] ?? []), ...found.flatMap((answer) => answer.notes)],
      };
    });
  }

  /** Answers in any order; what the model's output limit cut off is asked for again. */
  private async ask(
    requests: readonly Request[],
    options: GenerationOptions,
    continuations: number,
    signal: AbortSignal | undefined,
  ): Promise<(Answer & Request)[]> {
    const completions = await this.generator.generate(requests, options, signal);
    const answers = requests.map((request, i) => {
      const completion = completions[i];
      if (completion === undefined) throw new RangeError(`no completion for prompt ${i}`);
      return { ...request, ...this.reader.read(request, completion, continuations > 0) };
    });
    const rest = answers.flatMap(({ cutAt, ...request }) =>
      cutAt === null ? [] : [this.from(cutAt, request)],
    );
    if (rest.length === 0) return answers;
    const { onCompletion: _, ...quiet } = options;
    return [...answers, ...(await this.ask(rest, quiet, continuations - 1, signal))];
  }

  /** What is left of a request from one of its words on. */
  private from(start: number, { doc, words, set, start: before }: Request): Request {
    return this.request(doc, start, words.slice(start - before), set);
  }

  prompts(doc: Document, labels: readonly string[]): Prompt[] {
    const set = this.labelSet(labels);
    return this.requests(doc, 0, set, []).map(({ prompt }) => prompt);
  }

  close(): Promise<void> {
    return this.generator.close();
  }

  private labelSet(labels: readonly string[]): LabelSet {
    const { lastSet } = this;
    if (lastSet !== null && isDeepStrictEqual(lastSet.given, labels)) return lastSet.set;
    const set = labelSet(labels);
    this.checkRoom(set);
    this.lastSet = { given: [...labels], set };
    return set;
  }

  /** Labels alone must leave room for a sentence; said once, for the labels, not for the first unlucky text. */
  private checkRoom(set: LabelSet): void {
    const taken = this.generator.countTokens(this.prompt([], set));
    const { inputTokens } = this.generator.limits;
    if (taken <= (3 * inputTokens) / 4) return;
    const examples = this.generator.wording.examples?.length ?? 0;
    const [what, advice] =
      examples === 0
        ? [`${set.labels.length} labels`, "give fewer or shorter labels"]
        : [`${set.labels.length} labels and ${examples} examples`, "give fewer or shorter examples"];
    throw new InputError(
      `${what} take ${taken} of the ${inputTokens} tokens that the model can read, ` +
        `which leaves too little room for text: ${advice}`,
    );
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
    return windows.map(({ start, end }) => this.request(index, start, words.slice(start, end), set));
  }

  private request(doc: number, start: number, words: readonly string[], set: LabelSet): Request {
    const stopRule = () => new WordLabelStopRule(words, this.generator.backTokenize(words));
    return { doc, start, words, set, prompt: this.prompt(words, set), stopRule };
  }

  private prompt(words: readonly string[], set: LabelSet): Prompt {
    return wordPrompt(this.generator.wording, { words, labels: set.shown });
  }
}
