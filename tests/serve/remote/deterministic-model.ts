import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Handler, Seen } from "./server.js";

/** What a request asks for, whichever route it takes. */
const request = z.object({
  prompt: z.string().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).optional(),
  max_tokens: z.int().default(16),
  logprobs: z.union([z.boolean(), z.int()]).optional(),
  stream: z.boolean().default(false),
  n: z.int().default(1),
  use_beam_search: z.boolean().default(false),
});

/** A token of an answer. */
interface Token {
  readonly text: string;
  readonly logprob: number;
}

/**
 * A model that tags each word with a capital as a person, by rule: an answer depends on the prompt alone. It speaks the
 * protocol of OpenAI's API, completions and chat, streamed and whole, with beam search as vLLM has it.
 */
export const deterministicModel: Handler = async (seen, response) => {
  const asked = request.parse(seen.body);
  const isChat = seen.path.endsWith("/chat/completions");
  const prompt = isChat ? (asked.messages?.at(-1)?.content ?? "") : (asked.prompt ?? "");
  const whole = tokensOf(answerTo(prompt));
  const tokens = whole.slice(0, asked.max_tokens);
  const finish = whole.length > asked.max_tokens ? "length" : "stop";
  const usage = { prompt_tokens: Math.ceil(prompt.length / 4), completion_tokens: tokens.length };
  if (!asked.stream) {
    const choices = Array.from({ length: asked.use_beam_search ? asked.n : 1 }, (_, i) =>
      choice(
        isChat,
        i === 0 ? tokens : [...tokens, { text: `${"!".repeat(i)}`, logprob: -3 }],
        finish,
        "message",
      ),
    );
    response.setHeader("content-type", "application/json").end(JSON.stringify({ choices, usage }));
    return;
  }
  response.setHeader("content-type", "text/event-stream");
  const send = (chunk: unknown) => response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  for (const [i, token] of tokens.entries()) {
    send({ choices: [choice(isChat, [token], null, "delta", asked.logprobs !== undefined)] });
    if (!response.writable) return;
    // Slow at first, so that a test can break in.
    if (i < 8) await sleep(1);
  }
  send({ choices: [choice(isChat, [], finish, "delta")] });
  send({ choices: [], usage });
  response.end("data: [DONE]\n\n");
};

/** The answer as a text, for tests that compare. */
export function answerTo(prompt: string): string {
  const sentence = /Sentence: ([^\n]*?)(?: \[\/INST\])?$/.exec(prompt)?.[1] ?? "";
  const words = sentence.split(" ").filter((word) => word !== "");
  return words.map((word) => `${word}(${/^\p{Lu}/u.test(word) ? "B-person" : "O"})`).join(" ");
}

/** The prompt of a seen request, whichever route it took. */
export function promptOf({ body }: Seen): string {
  const { prompt, messages } = request.parse(body);
  return prompt ?? messages?.at(-1)?.content ?? "";
}

function tokensOf(text: string): Token[] {
  const pieces = text.match(/ ?[^ ()]{1,4}|[ ()]/gu) ?? [];
  return pieces.map((piece, i) => ({ text: piece, logprob: -((i % 7) + 1) / 100 }));
}

function choice(
  isChat: boolean,
  tokens: readonly Token[],
  finish: string | null,
  field: "delta" | "message",
  withLogprobs = true,
) {
  const text = tokens.map((token) => token.text).join("");
  const logprobs = isChat
    ? { content: tokens.map((token) => ({ token: token.text, logprob: token.logprob, bytes: null })) }
    : { tokens: tokens.map((token) => token.text), token_logprobs: tokens.map((token) => token.logprob) };
  return {
    index: 0,
    finish_reason: finish,
    logprobs: withLogprobs ? logprobs : null,
    ...(isChat ? { [field]: { content: text } } : { text }),
  };
}
