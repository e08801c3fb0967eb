import * as ort from "onnxruntime-node";
import { InputError, ModelError } from "../../core/errors.js";
import type { Prompt, PromptWording } from "../generate/prompt-form.js";
import type { StopRule } from "../generate/stop-rule.js";
import { stopAfterwards } from "../generate/stopped-completion.js";
import type {
  Completion,
  GeneratedToken,
  GenerationOptions,
  GenerationRequest,
  GeneratorLimits,
  TextGenerator,
} from "../generate/text-generator.js";
import { type Usage, UsageMeter } from "../generate/usage.js";
import { type Beam, beamSearch, type Continuation } from "./beam.js";
import { Decoding, type Memory, type NextTokens, runGraph, type TokenNode } from "./decoder.js";
import { LabelsAndWords } from "./labels-and-words.js";
import type { ModelManifest } from "./manifest.js";
import { type ModelFolder, readModelFolder } from "./model-folder.js";
import type { EncoderInput, ModelText } from "./model-text.js";
import { PlainText } from "./plain-text.js";
import { type PositionRule, positionRule } from "./positions.js";

/** A generated sequence of token ids, with what is needed to judge it. For tests and tools; text comes from `generate`. */
export interface TokenSequence {
  /** The end token, where the model wrote one, is the last. */
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
  readonly finish: "end" | "length";
  readonly score: number;
}

export interface OnnxOptions {
  /**
   * Threads of one run. Default 1: a decoder step is too small to share, and threads that wait for each other cost
   * more than they bring. More can help the encoder on long prompts of larger models.
   */
  readonly threads?: number;
}

/** Generates with the ONNX graphs of a model folder, on the CPU, in this process. */
export class OnnxGenerator implements TextGenerator {
  readonly wording: PromptWording;
  readonly limits: GeneratorLimits;
  readonly manifest: ModelManifest;
  private readonly rule: PositionRule;
  private readonly searches = new Set<Promise<unknown>>();
  private readonly meter = new UsageMeter();
  private closed = false;

  private constructor(
    folder: ModelFolder,
    private readonly encoder: ort.InferenceSession,
    private readonly decoder: ort.InferenceSession,
    private readonly text: ModelText,
  ) {
    this.manifest = folder.manifest;
    this.wording = { form: folder.manifest.promptStyle === "compact" ? "compact" : "plain" };
    this.limits = { ...folder.manifest.limits, beams: Math.floor(folder.manifest.output.topTokens / 2) };
    this.rule = positionRule(folder.manifest);
  }

  /** Throws InputError where `path` is no model folder, ModelError where it is damaged. */
  static async load(path: string, options: OnnxOptions = {}): Promise<OnnxGenerator> {
    const { threads = 1 } = options;
    if (!Number.isInteger(threads) || threads < 1) {
      throw new InputError(`threads is ${threads}: expected a whole number from 1`);
    }
    checkCommandLine();
    const folder = await readModelFolder(path);
    const [encoder, decoder] = await Promise.all([
      createSession(folder, "encoder", options),
      createSession(folder, "decoder", options),
    ]);
    return new OnnxGenerator(folder, encoder, decoder, modelText(folder));
  }

  get usage(): Usage {
    return this.meter.usage;
  }

  countTokens(prompt: Prompt): number {
    return this.text.encode(oneText(prompt)).ids.length;
  }

  backTokenize(words: readonly string[]): string[] {
    return words.map((word) => this.text.spell(word));
  }

  async generate(
    requests: readonly GenerationRequest[],
    options: GenerationOptions = {},
    signal?: AbortSignal,
  ): Promise<Completion[]> {
    this.checkBeams(options);
    signal?.throwIfAborted();
    // One prompt after the other: a result cannot depend on its neighbours.
    const completions: Completion[] = [];
    for (const { prompt, stopRule } of requests) {
      const began = performance.now();
      const input = this.text.encode(oneText(prompt));
      const [best] = await this.searchInput(input, options, signal, stopRule);
      if (best === undefined) throw new ModelError(`model ${this.manifest.name} generated nothing`);
      completions.push(stopAfterwards(this.completion(best), stopRule));
      this.meter.addRequest(performance.now() - began, false);
      this.meter.addTokens({ promptTokens: input.ids.length, completionTokens: best.tokens.length });
      options.onCompletion?.(completions.length);
    }
    return completions;
  }

  /** The finished beams of one prompt, best first. */
  async search(
    prompt: string,
    options: GenerationOptions = {},
    signal?: AbortSignal,
  ): Promise<TokenSequence[]> {
    return this.searchInput(this.text.encode(prompt), options, signal);
  }

  /** A greedy search ends where the rule says so. */
  private async searchInput(
    input: EncoderInput,
    options: GenerationOptions,
    signal?: AbortSignal,
    stopRule?: () => StopRule,
  ): Promise<TokenSequence[]> {
    const { numBeams, lengthPenalty } = this.checkBeams(options);
    signal?.throwIfAborted();
    const rule = numBeams === 1 ? (stopRule?.() ?? null) : null;
    return this.whileOpen(() =>
      this.searchOpen(input, { numBeams, lengthPenalty }, options.maxTokens, rule, signal),
    );
  }

  private async searchOpen(
    input: EncoderInput,
    { numBeams, lengthPenalty }: { numBeams: number; lengthPenalty: number },
    maxTokens: number | undefined,
    rule: StopRule | null,
    signal: AbortSignal | undefined,
  ): Promise<TokenSequence[]> {
    if (input.ids.length > this.limits.inputTokens) {
      throw new InputError(
        `the prompt has ${input.ids.length} tokens, model ${this.manifest.name} reads at most ${this.limits.inputTokens}`,
      );
    }
    const decoding = new Decoding(this.decoder, this.manifest, await this.remember(input), this.rule);
    const writer = this.text.writer();
    const expand = async (running: readonly TokenNode[]) => {
      signal?.throwIfAborted();
      const [only] = running;
      if (rule !== null && only !== undefined && only.parent !== null) {
        const stops = rule.push(writer.write(only.token)) !== null;
        if (stops) return [[{ logprob: 0, ends: true, state: () => only }]];
      }
      const next = await decoding.run(running);
      return running.map((node, i) => this.continuations(decoding, node, next[i]));
    };
    const maxSteps = Math.min(maxTokens ?? Infinity, this.limits.outputTokens, input.longestAnswer);
    const beams = await beamSearch(decoding.root(input.pieces?.sourceStart ?? 0), expand, {
      numBeams,
      lengthPenalty,
      maxSteps,
    });
    return beams.map(sequenceOf);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.allSettled(this.searches);
    await Promise.all([this.encoder.release(), this.decoder.release()]);
  }

  /** Sessions must not be released under a search, nor a search be started without them. */
  private async whileOpen<Result>(search: () => Promise<Result>): Promise<Result> {
    if (this.closed) throw new InputError(`model ${this.manifest.name} was closed: load it again`);
    const running = search();
    this.searches.add(running);
    try {
      return await running;
    } finally {
      this.searches.delete(running);
    }
  }

  private checkBeams({ numBeams = 1, lengthPenalty = 1 }: GenerationOptions) {
    const most = this.limits.beams;
    if (!Number.isInteger(numBeams) || numBeams < 1 || numBeams > most) {
      throw new InputError(
        `numBeams is ${numBeams}: model ${this.manifest.name} takes whole numbers from 1 to ${most}`,
      );
    }
    if (!Number.isFinite(lengthPenalty)) {
      throw new InputError(`lengthPenalty is ${lengthPenalty}: expected a number`);
    }
    return { numBeams, lengthPenalty };
  }

  /** Runs the encoder; its outputs go to the decoder under their own names, unseen. */
  private async remember({ ids, pieces }: EncoderInput): Promise<Memory> {
    const row = (values: readonly number[]) =>
      new ort.Tensor(
        "int64",
        BigInt64Array.from(values, (value) => BigInt(value)),
        [1, values.length],
      );
    const feeds: Record<string, ort.Tensor> = {
      input_ids: row(ids),
      attention_mask: row(ids.map(() => 1)),
    };
    if (pieces !== null) {
      feeds.casing = row(pieces.casing);
      feeds.source_start = new ort.Tensor("int64", BigInt64Array.of(BigInt(pieces.sourceStart)), [1]);
    }
    return await runGraph(this.encoder, "encoder", feeds);
  }

  private continuations(decoding: Decoding, node: TokenNode, next?: NextTokens): Continuation<TokenNode>[] {
    const continuations: Continuation<TokenNode>[] = [];
    for (const [i, logprob] of next?.logprobs.entries() ?? []) {
      // Fewer distinct tokens than places: the rest is filled up with impossible ones.
      if (logprob === -Infinity) break;
      const token = Number(next?.tokens[i] ?? -1n);
      const ends = token === this.manifest.output.end;
      continuations.push({ logprob, ends, state: () => decoding.child(node, token, logprob) });
    }
    return continuations;
  }

  private completion({ tokens, logprobs, finish }: TokenSequence): Completion {
    const writer = this.text.writer();
    const generated: GeneratedToken[] = [];
    let text = "";
    for (const [i, token] of tokens.entries()) {
      if (token === this.manifest.output.end) continue;
      const written = writer.write(token);
      generated.push({ start: text.length, end: text.length + written.length, logprob: logprobs[i] ?? 0 });
      text += written;
    }
    return { text, tokens: generated, finish, notes: [] };
  }
}

function modelText({ tokenizer, manifest }: ModelFolder): ModelText {
  const { input } = manifest;
  switch (input.kind) {
    case "labels-and-words":
      return new LabelsAndWords(tokenizer, manifest, input);
    case "text":
      return new PlainText(tokenizer, manifest, input);
  }
}

function oneText(prompt: Prompt): string {
  if (typeof prompt === "string") return prompt;
  throw new InputError("a model folder reads one text, not the messages of a chat");
}

/**
 * The runtime (onnxruntime 1.30) searches the command line of its process with a pattern that recurses for every
 * character: the stack of 8 MiB ends at some 29,000 of them, and the process with it.
 */
const longestCommandLine = 16_000;

function checkCommandLine(): void {
  const length = [...process.execArgv, ...process.argv].reduce((sum, part) => sum + part.length + 1, 0);
  if (process.platform !== "linux" || length <= longestCommandLine) return;
  throw new InputError(
    `the command line has ${length} characters, and the runtime of model folders takes ${longestCommandLine}: ` +
      "give a long text in a file or on standard input, and the names of many files with --files-from",
  );
}

async function createSession(
  { path, manifest, ...graphs }: ModelFolder,
  role: "encoder" | "decoder",
  { threads = 1 }: OnnxOptions,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(graphs[role], {
      executionProviders: ["cpu"],
      logSeverityLevel: 3,
      intraOpNumThreads: threads,
    });
  } catch (cause) {
    const { file } = manifest.graphs[role];
    throw new ModelError(`the ${role} graph ${file} of model folder ${path} cannot be loaded`, { cause });
  }
}

function sequenceOf({ state, score, ended }: Beam<TokenNode>): TokenSequence {
  const tokens: number[] = [];
  const logprobs: number[] = [];
  for (let node = state; node.parent !== null; node = node.parent) {
    tokens.push(node.token);
    logprobs.push(node.logprob);
  }
  return { tokens: tokens.reverse(), logprobs: logprobs.reverse(), score, finish: ended ? "end" : "length" };
}
