import { type Document, documentOfWords } from "../../core/document.js";
import { BackendError, InputError, ModelError } from "../../core/errors.js";
import { inOrder } from "./in-order.js";
import type { Recognition, RecognitionOptions, Recognizer } from "./recognizer.js";

/** How many documents are searched at once, and how. */
export interface RecognizeEachOptions extends RecognitionOptions {
  /** Documents asked for at the same time. Default 1. */
  readonly concurrency?: number;
}

/** What came of one document: its recognition, or why there is none. */
export type Outcome<Doc extends Document = Document> =
  | { readonly doc: Doc; readonly recognition: Recognition }
  | { readonly doc: Doc; readonly error: InputError | ModelError | BackendError };

/**
 * One outcome per document, in order, however many there are: documents are taken as there is room for them. A document
 * that fails is an outcome and does not stop the others. What would fail for every document ends the run, by throwing
 * the error: labels and options that are refused, a server that does not even answer for a single word; so does the
 * signal, with its reason.
 */
export async function* recognizeEach<Doc extends Document>(
  recognizer: Recognizer,
  docs: AsyncIterable<Doc> | Iterable<Doc>,
  labels: readonly string[],
  { concurrency = 1, ...options }: RecognizeEachOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<Outcome<Doc>> {
  const one = new OneByOne(recognizer, labels, options);
  yield* inOrder(docs, concurrency, (doc, running) => one.recognize(doc, running), signal);
}

/** How often a server that has answered before is asked for a single word. */
const trials = 3;

/** Asks for single documents, and tells their faults from those of labels, options and servers. */
export class OneByOne {
  private trial: Promise<void> | null = null;
  private recognized = 0;

  constructor(
    private readonly recognizer: Recognizer,
    private readonly labels: readonly string[],
    private readonly options: RecognitionOptions = {},
  ) {}

  /** See `recognizeEach`. */
  async recognize<Doc extends Document>(doc: Doc, signal?: AbortSignal): Promise<Outcome<Doc>> {
    try {
      const recognitions = await this.recognizer.recognize([doc], this.labels, this.options, signal);
      const [recognition] = recognitions;
      if (recognition === undefined || recognitions.length !== 1) {
        throw new Error(`the recognizer gave ${recognitions.length} results for 1 document`);
      }
      this.recognized++;
      return { doc, recognition };
    } catch (error) {
      signal?.throwIfAborted();
      const isKnown =
        error instanceof InputError || error instanceof ModelError || error instanceof BackendError;
      if (!isKnown) throw error;
      if (!(error instanceof ModelError)) await this.checkAskable(signal);
      return { doc, error };
    }
  }

  /** Throws what even a single word fails with, unless it is the model's fault. Documents that fail together share it. */
  private async checkAskable(signal?: AbortSignal): Promise<void> {
    this.trial ??= this.tryOneWord(signal).finally(() => {
      this.trial = null;
    });
    await this.trial;
  }

  private async tryOneWord(signal?: AbortSignal): Promise<void> {
    const word = documentOfWords("one-word", ["word"]);
    const before = this.recognized;
    for (let left = trials; ; left--) {
      try {
        await this.recognizer.recognize([word], this.labels, this.options, signal);
        return;
      } catch (error) {
        if (error instanceof ModelError) return;
        // A server that fails now and then fails here too, but meanwhile it has answered others, or soon will.
        const mayPass = error instanceof BackendError && error.retryable;
        if (mayPass && this.recognized > before) return;
        if (!mayPass || before === 0 || left === 1) throw error;
      }
    }
  }
}
