import type { InferenceProvider } from "@huggingface/inference";
import { InputError } from "../../core/errors.js";
import type { Note } from "../../core/notes.js";
import type { Prompt } from "../generate/prompt-form.js";
import type { TextGenerator } from "../generate/text-generator.js";
import { piecesOf } from "./answer-chunk.js";
import { Place } from "./faults.js";
import { guardedFetch } from "./guarded-fetch.js";
import { findKey } from "./key.js";
import { checkUrl, shownUrl } from "./model-name.js";
import type { AnswerPiece, Protocol } from "./protocol.js";
import { type OptionalField, RefusedFields, sampled, type Takes } from "./refused-fields.js";
import { RemoteGenerator } from "./remote-generator.js";
import { type CheckedSettings, checkSettings, type RemoteSettings } from "./settings.js";

/** Which model of Hugging Face, and how it is asked. */
export interface HuggingFaceOptions extends RemoteSettings {
  /** `OWNER/NAME`, for inference providers; may be left out for an endpoint, which knows its own. */
  readonly model?: string;
  /** The address of a dedicated endpoint. Default: the inference providers. */
  readonly url?: string;
  /**
   * Which inference provider. Default for the forms `chat` and `few-shot`: the first that has the model, in the order of
   * the user's settings; for `plain` and `inst`: `hf-inference`.
   */
  readonly provider?: InferenceProvider;
}

const router = new URL("https://router.huggingface.co");

/**
 * A model behind Hugging Face's inference providers, or a dedicated endpoint. The prompt form is `chat` by default for
 * providers, most of which only chat, and `inst` for endpoints. No beam search. Throws InputError for options that are
 * not as documented; whether the model is there shows with the first prompt.
 */
export function huggingfaceGenerator({
  model,
  url,
  provider,
  ...settings
}: HuggingFaceOptions): TextGenerator {
  if (model === undefined && url === undefined) {
    throw new InputError("no model named: give model, url, or both");
  }
  if (url !== undefined && provider !== undefined) {
    throw new InputError("an endpoint has no provider: give either url or provider");
  }
  const form = settings.promptForm ?? (url === undefined ? "chat" : "inst");
  const checked = checkSettings({ ...settings, promptForm: form });
  const address = url === undefined ? router : checkUrl(url);
  // The client puts its routes behind all of it.
  if (address.search !== "") throw new InputError("the address of an endpoint must not hold a ?");
  const place = new Place(shownUrl(address), findKey(address, checked.keyFile));
  const target: Target = {
    ...(model === undefined ? {} : { model }),
    ...(url === undefined ? {} : { endpointUrl: url }),
    ...(provider === undefined ? {} : { provider }),
  };
  return new RemoteGenerator(place, new HuggingFaceProtocol(place, target, checked), checked);
}

interface Target {
  readonly model?: string;
  readonly endpointUrl?: string;
  readonly provider?: InferenceProvider;
}

/**
 * The client sends what looks like a key of Hugging Face through their router, and without one takes no way there at all.
 * Our fetch sends the real one, or none.
 */
const throughRouter = "hf_";

const optionalFields: readonly OptionalField[] = ["stream_options", "logprobs", "temperature"];

type Client = typeof import("@huggingface/inference");

/** With the first prompt: it takes as long as all else that this package loads. */
function loadClient(): Promise<Client> {
  return import("@huggingface/inference");
}

class HuggingFaceProtocol implements Protocol {
  readonly beams = 1;
  private readonly isChat: boolean;
  private readonly fetch: typeof fetch;
  private readonly refused: RefusedFields;

  constructor(
    private readonly place: Place,
    private readonly target: Target,
    { promptForm, maxAnswerBytes: maxBytes }: CheckedSettings,
  ) {
    this.isChat = promptForm === "chat" || promptForm === "few-shot";
    // JSON: the client first asks which provider has the model. That an answer is streamed it checks itself.
    const contentTypes = ["text/event-stream", "application/json"];
    this.fetch = guardedFetch(place, { maxBytes, contentTypes });
    this.refused = new RefusedFields(place, optionalFields);
  }

  get repeats(): number {
    return this.refused.repeats;
  }

  get notes(): Note[] {
    return this.refused.has("temperature") ? [sampled] : [];
  }

  async load(): Promise<void> {
    await loadClient();
  }

  async *stream(prompt: Prompt, maxTokens: number, signal: AbortSignal): AsyncIterable<AnswerPiece> {
    // Whether a question is refused shows with the first chunk.
    const { chunks, first } = await this.refused.ask(async (takes) => {
      const chunks = this.chunks(prompt, maxTokens, takes, signal);
      return { chunks, first: await chunks.next() };
    });
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield* piecesOf(this.place, next.value);
    } finally {
      await chunks.return(undefined);
    }
  }

  async search(): Promise<never> {
    throw new InputError(`${this.place.server} has no beam search: take 1 beam`);
  }

  /** The client reads no further than `[DONE]` and leaves the rest as it is: a connection would stay open for good. */
  private async *chunks(
    prompt: Prompt,
    maxTokens: number,
    takes: Takes,
    signal: AbortSignal,
  ): AsyncGenerator<unknown> {
    const client = await loadClient();
    const bodies: Response["body"][] = [];
    const watched: typeof fetch = async (...asked) => {
      const answer = await this.fetch(...asked);
      bodies.push(answer.body);
      return answer;
    };
    try {
      yield* this.clientChunks(client, prompt, maxTokens, takes, { fetch: watched, signal });
    } finally {
      // One that broke off, or was aborted, cannot be cancelled any more.
      for (const body of bodies) if (body?.locked === false) await body.cancel().catch(() => {});
    }
  }

  /**
   * Both of the client's calls end at routes in the form of OpenAI's API, whatever their types say: so do the chunks.
   */
  private clientChunks(
    client: Client,
    prompt: Prompt,
    maxTokens: number,
    takes: Takes,
    how: { readonly fetch: typeof fetch; readonly signal: AbortSignal },
  ): AsyncIterable<unknown> {
    const args = {
      ...this.target,
      ...(this.target.endpointUrl === undefined ? { accessToken: throughRouter } : {}),
      ...(takes("temperature") ? { temperature: 0 } : {}),
      ...(takes("stream_options") ? { stream_options: { include_usage: true } } : {}),
    };
    // Without retry_on_error the client repeats every 503 at once and without end.
    const options = { ...how, retry_on_error: false };
    if (typeof prompt !== "string") {
      if (!this.isChat) throw new InputError("text generation takes one text, not the messages of a chat");
      const messages = prompt.map(({ role, content }) => ({ role, content }));
      const logprobs = takes("logprobs") ? { logprobs: true } : {};
      return client.chatCompletionStream({ ...args, ...logprobs, messages, max_tokens: maxTokens }, options);
    }
    if (this.isChat) throw new InputError("chat completions take messages, not one text");
    const parameters = { max_new_tokens: maxTokens };
    // Left to itself the client says on standard output which provider it takes.
    const provider = this.target.endpointUrl === undefined ? { provider: "hf-inference" as const } : {};
    const logprobs = takes("logprobs") ? { logprobs: 1 } : {};
    return client.textGenerationStream(
      { ...provider, ...args, ...logprobs, inputs: prompt, parameters },
      options,
    );
  }
}
