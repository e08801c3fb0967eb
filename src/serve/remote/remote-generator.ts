import { setMaxListeners } from "node:events";
import { InputError } from "../../core/errors.js";
import type { Prompt, PromptWording } from "../generate/prompt-form.js";
import { stopAfterwards, stopped } from "../generate/stopped-completion.js";
import type {
  Completion,
  GenerationOptions,
  GenerationRequest,
  GeneratorLimits,
  TextGenerator,
} from "../generate/text-generator.js";
import { type Usage, UsageMeter } from "../generate/usage.js";
import { AnswerBuilder } from "./answer-builder.js";
import { RemoteCalls } from "./calls.js";
import type { Place } from "./faults.js";
import type { BeamOptions, Protocol } from "./protocol.js";
import type { CheckedSettings } from "./settings.js";
import { readVocabulary, unknownVocabulary, type Vocabulary } from "./vocabulary.js";

/** Tokens that a chat template puts around a message, rather too many. */
const tokensAroundMessage = 8;

/** Generates with a model on a server, whatever its protocol. */
export class RemoteGenerator implements TextGenerator {
  readonly wording: PromptWording;
  readonly limits: GeneratorLimits;
  private readonly meter = new UsageMeter();
  private readonly calls: RemoteCalls;
  private readonly vocabulary: Vocabulary;
  private readonly running = new Set<Promise<unknown>>();
  private closed = false;

  constructor(
    private readonly place: Place,
    private readonly protocol: Protocol,
    settings: CheckedSettings,
  ) {
    const { promptForm: form, examples, tokenizerFile } = settings;
    this.wording = { form, examples };
    const { inputTokens, outputTokens, sourceWords } = settings;
    this.limits = { inputTokens, outputTokens, sourceWords, beams: protocol.beams };
    this.calls = new RemoteCalls(place, settings, this.meter);
    this.vocabulary = tokenizerFile === undefined ? unknownVocabulary : readVocabulary(tokenizerFile);
  }

  get usage(): Usage {
    const { repeats } = this.protocol;
    const { usage } = this.meter;
    return { ...usage, requests: usage.requests + repeats, retries: usage.retries + repeats };
  }

  countTokens(prompt: Prompt): number {
    if (typeof prompt === "string") return this.vocabulary.count(prompt);
    return prompt.reduce((sum, { content }) => sum + this.vocabulary.count(content) + tokensAroundMessage, 0);
  }

  backTokenize(words: readonly string[]): string[] {
    return this.vocabulary.spell(words);
  }

  async generate(
    requests: readonly GenerationRequest[],
    options: GenerationOptions = {},
    signal?: AbortSignal,
  ): Promise<Completion[]> {
    if (this.closed) throw new InputError(`the model at ${this.place.server} was closed: make it again`);
    const search = this.checkOptions(options);
    signal?.throwIfAborted();
    const all = this.generateAll(requests, search, signal);
    this.running.add(all);
    try {
      return await all;
    } finally {
      this.running.delete(all);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.running);
  }

  /** One failure ends what the others are still about, so that nothing is asked in vain. */
  private async generateAll(
    requests: readonly GenerationRequest[],
    search: CheckedOptions,
    signal: AbortSignal | undefined,
  ): Promise<Completion[]> {
    const together = new AbortController();
    // Each request listens; older versions of Node take more than ten listeners for a leak and say so.
    setMaxListeners(0, together.signal);
    const abort = () => together.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    let done = 0;
    const one = async (request: GenerationRequest): Promise<Completion> => {
      const completion = await this.calls.run(
        (attempt, hangUp) => this.answer(request, search, attempt, hangUp),
        together.signal,
      );
      search.onCompletion?.(++done);
      return completion;
    };
    try {
      await this.protocol.load();
      return await Promise.all(requests.map(one));
    } catch (error) {
      together.abort(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  private answer(
    request: GenerationRequest,
    { maxTokens, beams }: CheckedOptions,
    signal: AbortSignal,
    hangUp: () => void,
  ): Promise<Completion> {
    return beams.numBeams === 1
      ? this.greedy(request, maxTokens, signal, hangUp)
      : this.beamSearch(request, maxTokens, beams, signal);
  }

  private async greedy(
    { prompt, stopRule }: GenerationRequest,
    maxTokens: number,
    signal: AbortSignal,
    hangUp: () => void,
  ): Promise<Completion> {
    const rule = stopRule?.() ?? null;
    const builder = new AnswerBuilder();
    for await (const piece of this.protocol.stream(prompt, maxTokens, signal)) {
      // The counts may come behind the end of the answer, so the stream is read to its own end.
      builder.add(piece);
      const stop = piece.text === "" ? null : (rule?.push(piece.text) ?? null);
      if (stop === null) continue;
      hangUp();
      this.meter.addTokens(builder.counts);
      return stopped(builder.completion("end", this.protocol.notes), stop);
    }
    // Clients end a stream that was aborted as if it were whole.
    signal.throwIfAborted();
    return this.whole(builder);
  }

  private async beamSearch(
    { prompt, stopRule }: GenerationRequest,
    maxTokens: number,
    beams: BeamOptions,
    signal: AbortSignal,
  ): Promise<Completion> {
    const pieces = await this.protocol.search(prompt, maxTokens, beams, signal);
    const [best, ...others] = pieces.map((piece) => {
      const builder = new AnswerBuilder();
      builder.add(piece);
      return stopAfterwards(this.finished(builder), stopRule);
    });
    if (best === undefined) throw this.place.fault("sent no answer", { retryable: true });
    // The counts of all of them stand in the first.
    this.meter.addTokens(pieces[0]?.counts ?? null);
    return { ...best, others };
  }

  private whole(builder: AnswerBuilder): Completion {
    const completion = this.finished(builder);
    this.meter.addTokens(builder.counts);
    return completion;
  }

  private finished(builder: AnswerBuilder): Completion {
    if (builder.finish === null) {
      const what = builder.text === "" ? "no answer" : "an answer without its end";
      throw this.place.fault(`sent ${what}`, { retryable: true });
    }
    return builder.completion(builder.finish, this.protocol.notes);
  }

  private checkOptions({
    numBeams = 1,
    lengthPenalty = 1,
    maxTokens = Infinity,
    onCompletion,
  }: GenerationOptions): CheckedOptions {
    if (!Number.isInteger(numBeams) || numBeams < 1) {
      throw new InputError(`numBeams is ${numBeams}: expected a whole number from 1`);
    }
    if (numBeams > this.limits.beams) {
      throw new InputError(`${this.place.server} has no beam search: take 1 beam`);
    }
    if (!Number.isFinite(lengthPenalty)) {
      throw new InputError(`lengthPenalty is ${lengthPenalty}: expected a number`);
    }
    return {
      maxTokens: Math.min(maxTokens, this.limits.outputTokens),
      beams: { numBeams, lengthPenalty },
      ...(onCompletion === undefined ? {} : { onCompletion }),
    };
  }
}

interface CheckedOptions extends Pick<GenerationOptions, "onCompletion"> {
  readonly maxTokens: number;
  readonly beams: BeamOptions;
}
