import { z } from "zod";
import type { PromptExample } from "../../codecs/prompt.js";
import { InputError } from "../../core/errors.js";
import type { PromptForm } from "../generate/prompt-form.js";

/** The forms that remote models are asked in. `plain` and `inst` go to completions, `chat` and `few-shot` to chat. */
export const remotePromptForms = [
  "plain",
  "inst",
  "chat",
  "few-shot",
] as const satisfies readonly PromptForm[];

export type RemotePromptForm = (typeof remotePromptForms)[number];

/** How a remote model is asked. All have defaults. */
export interface RemoteSettings {
  /** Default `inst`, what the paper's LLaMA models are trained on; `chat` for models behind inference providers. */
  readonly promptForm?: RemotePromptForm;
  /** Form `few-shot`: what the model is shown before it is asked. Default: none. */
  readonly examples?: readonly PromptExample[];
  /** Requests at the same time. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds that one request may take, its whole answer included. Default 120,000. */
  readonly timeout?: number;
  /** How often a request is repeated after a failure that may pass. Default 5. */
  readonly retries?: number;
  /** Milliseconds before the first repetition; each further one waits twice as long. Default 500. */
  readonly retryDelay?: number;
  /** Give up where the server asks to wait longer, in milliseconds. Default 60,000. */
  readonly maxRetryDelay?: number;
  /** A file that holds the key, for what no environment variable says (see `findKey`). */
  readonly keyFile?: string;
  /** A `tokenizer.json` of the model: exact token counts and back-tokenization. Default: estimates, none. */
  readonly tokenizerFile?: string;
  /** Tokens of a prompt. Default 2048. */
  readonly inputTokens?: number;
  /** Tokens of an answer, sent as the request's limit. Default 2048. */
  readonly outputTokens?: number;
  /** Words of one prompt; longer texts are read in windows. Default 200. */
  readonly sourceWords?: number;
  /** Bytes of an answer as the server sends it; a longer one is refused. Default 16 MiB. */
  readonly maxAnswerBytes?: number;
}

/** Which remote model, and how it is asked. */
export interface RemoteOptions extends RemoteSettings {
  /** Where the server's API begins, such as `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  /** The model's name as the server knows it. */
  readonly model: string;
}

/** Settings with their defaults, checked. */
export type CheckedSettings = Required<Omit<RemoteSettings, "keyFile" | "tokenizerFile">> &
  Pick<RemoteSettings, "keyFile" | "tokenizerFile">;

const count = z.int().positive();
const milliseconds = z
  .number()
  .positive()
  .max(2 ** 31 - 1);

const schema = z.object({
  promptForm: z.enum(remotePromptForms).default("inst"),
  examples: z
    .array(z.object({ words: z.array(z.string()), labels: z.array(z.string()), answer: z.string() }))
    .default([]),
  concurrency: count.max(1024).default(8),
  timeout: milliseconds.default(120_000),
  retries: z.int().nonnegative().default(5),
  retryDelay: milliseconds.default(500),
  maxRetryDelay: milliseconds.default(60_000),
  keyFile: z.string().optional(),
  tokenizerFile: z.string().optional(),
  inputTokens: count.default(2048),
  outputTokens: count.default(2048),
  sourceWords: count.default(200),
  maxAnswerBytes: count.default(16 * 2 ** 20),
});

/** Throws InputError that names the first setting which is not as documented. */
export function checkSettings(settings: RemoteSettings): CheckedSettings {
  const checked = schema.safeParse(settings);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new InputError(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { keyFile, tokenizerFile, ...rest } = checked.data;
  return {
    ...rest,
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(tokenizerFile === undefined ? {} : { tokenizerFile }),
  };
}
