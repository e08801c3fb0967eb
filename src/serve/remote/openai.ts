import type OpenAI from "openai";
import { InputError } from "../../core/errors.js";
import type { Note } from "../../core/notes.js";
import type { Prompt } from "../generate/prompt-form.js";
import type { TextGenerator } from "../generate/text-generator.js";
import { piecesOf } from "./answer-chunk.js";
import { faultOf, Place } from "./faults.js";
import { guardedFetch } from "./guarded-fetch.js";
import { findKey } from "./key.js";
import { checkUrl, shownUrl } from "./model-name.js";
import type { AnswerPiece, BeamOptions, Protocol } from "./protocol.js";
import { isRefusal, type OptionalField, RefusedFields, sampled, type Takes } from "./refused-fields.js";
import { RemoteGenerator } from "./remote-generator.js";
import { type CheckedSettings, checkSettings, type RemoteOptions } from "./settings.js";

/**
 * A model on any server with OpenAI's API (vLLM, llama.cpp, TGI, `transformers serve`, OpenAI itself): completions for
 * the prompt forms `plain` and `inst`, chat completions for `chat` and `few-shot`. Throws InputError for options that
 * are not as documented; whether the server is there shows with the first prompt.
 *
 * Beam search asks for vLLM's `use_beam_search`; a server without it gives an InputError.
 */
export function openaiGenerator({ url, model, ...settings }: RemoteOptions): TextGenerator {
  const checked = checkSettings(settings);
  const address = checkUrl(url);
  if (model === "") throw new InputError("no model named: a server is asked for a model by its name");
  const place = new Place(shownUrl(address), findKey(address, checked.keyFile));
  return new RemoteGenerator(place, new OpenAIProtocol(place, address, model, checked), checked);
}

/** Completions have always known `max_tokens` and `temperature`, and where they do not they fall back to 16 tokens. */
const optionalInCompletions: readonly OptionalField[] = ["stream_options", "logprobs"];
const optionalInChat: readonly OptionalField[] = [...optionalInCompletions, "max_tokens", "temperature"];

/** A client for each content type that is asked for. */
interface Clients {
  readonly streaming: OpenAI;
  readonly whole: OpenAI;
}

class OpenAIProtocol implements Protocol {
  readonly beams = Infinity;
  private readonly isChat: boolean;
  private readonly refused: RefusedFields;
  private loading: Promise<Clients> | null = null;

  constructor(
    private readonly place: Place,
    private readonly url: URL,
    private readonly model: string,
    private readonly settings: CheckedSettings,
  ) {
    const { promptForm } = settings;
    this.isChat = promptForm === "chat" || promptForm === "few-shot";
    this.refused = new RefusedFields(place, this.isChat ? optionalInChat : optionalInCompletions);
  }

  get repeats(): number {
    return this.refused.repeats;
  }

  get notes(): Note[] {
    return this.refused.has("temperature") ? [sampled] : [];
  }

  async load(): Promise<void> {
    await this.clients();
  }

  async *stream(prompt: Prompt, maxTokens: number, signal: AbortSignal): AsyncIterable<AnswerPiece> {
    const { streaming } = await this.clients();
    const chunks = await this.refused.ask((takes) =>
      streaming.post<AsyncIterable<unknown>>(this.path, {
        body: {
          ...this.body(prompt, maxTokens, takes),
          stream: true,
          ...(takes("stream_options") ? { stream_options: { include_usage: true } } : {}),
        },
        stream: true,
        signal,
      }),
    );
    for await (const chunk of chunks) yield* piecesOf(this.place, chunk);
  }

  async search(
    prompt: Prompt,
    maxTokens: number,
    { numBeams, lengthPenalty }: BeamOptions,
    signal: AbortSignal,
  ): Promise<AnswerPiece[]> {
    const { whole } = await this.clients();
    const extra = {
      use_beam_search: true,
      n: numBeams,
      best_of: numBeams,
      length_penalty: lengthPenalty,
    };
    const answer = await this.refused
      .ask((takes) => {
        const body = { ...this.body(prompt, maxTokens, takes), ...extra };
        return whole.post<unknown>(this.path, { body, signal });
      })
      .catch((error: unknown) => {
        const fault = faultOf(this.place, error);
        if (!isRefusal(fault)) throw fault;
        throw new InputError(`no beam search: ${fault.message}; take 1 beam`);
      });
    const pieces = piecesOf(this.place, answer);
    const texts = new Set(pieces.map(({ text }) => text));
    if (pieces.length < numBeams || texts.size === 1) {
      throw new InputError(`${this.place.server} has no beam search: it gave one answer; take 1 beam`);
    }
    return pieces;
  }

  /** Made with the first prompt: the package takes as long to load as all else of ours. */
  private clients(): Promise<Clients> {
    this.loading ??= this.makeClients();
    return this.loading;
  }

  private async makeClients(): Promise<Clients> {
    const { default: OpenAIClient } = await import("openai");
    const { url, place } = this;
    const { maxAnswerBytes: maxBytes, timeout } = this.settings;
    const client = (contentType: string) =>
      new OpenAIClient({
        baseURL: shownUrl(url),
        defaultQuery: Object.fromEntries(url.searchParams),
        // The client insists on a key; the real one is sent by our fetch.
        apiKey: "none",
        defaultHeaders: { Authorization: null },
        adminAPIKey: null,
        organization: null,
        project: null,
        webhookSecret: null,
        maxRetries: 0,
        // Ours comes first.
        timeout: timeout + 5000,
        logLevel: "off",
        fetch: guardedFetch(place, { maxBytes, contentTypes: [contentType] }),
      });
    return { streaming: client("text/event-stream"), whole: client("application/json") };
  }

  private get path(): string {
    return this.isChat ? "/chat/completions" : "/completions";
  }

  private body(prompt: Prompt, maxTokens: number, takes: Takes) {
    return {
      model: this.model,
      ...this.question(prompt),
      ...(takes("max_tokens") ? { max_tokens: maxTokens } : { max_completion_tokens: maxTokens }),
      ...(takes("logprobs") ? { logprobs: this.isChat ? true : 1 } : {}),
      ...(takes("temperature") ? { temperature: 0 } : {}),
    };
  }

  private question(prompt: Prompt) {
    if (this.isChat !== (typeof prompt !== "string")) {
      throw new InputError("completions take one text, chat completions take messages");
    }
    return this.isChat ? { messages: prompt } : { prompt };
  }
}
