import { z } from "zod";
import type { Place } from "./faults.js";
import type { AnswerPiece, TokenCounts } from "./protocol.js";

const count = z.int().nonnegative();
const tokenLists = z.object({ tokens: z.array(z.string()), token_logprobs: z.array(z.number().nullable()) });
const tokenObjects = z.object({ content: z.array(z.object({ token: z.string(), logprob: z.number() })) });
const text = z.string().nullish();

const choice = z.object({
  text,
  delta: z.object({ content: text }).nullish(),
  message: z.object({ content: text }).nullish(),
  finish_reason: z.string().nullish(),
  logprobs: z.union([tokenLists, tokenObjects]).nullish().catch(null),
});

/** Chunks and whole answers of completions and chat completions, as OpenAI's API has them and others follow it. */
const answer = z.object({
  choices: z.array(choice).nullish(),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
});

type Choice = z.infer<typeof choice>;

/** The pieces in a chunk, one for each choice; counts stand in the first. Throws RemoteFault for what is no chunk. */
export function piecesOf(place: Place, chunk: unknown): AnswerPiece[] {
  const checked = answer.safeParse(chunk);
  if (!checked.success) {
    const sent = place.quote(JSON.stringify(chunk) ?? "nothing", 60);
    throw place.fault(`sent ${sent} where an answer should be`, { retryable: true });
  }
  const { choices, usage } = checked.data;
  const counts: TokenCounts | null =
    usage == null ? null : { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
  const pieces = (choices ?? []).map((one) => pieceOf(place, one));
  const [first, ...more] = pieces;
  if (counts === null) return pieces;
  return [{ ...(first ?? { text: "", tokens: [], finish: null }), counts }, ...more];
}

function pieceOf(place: Place, { text, delta, message, finish_reason, logprobs }: Choice): AnswerPiece {
  const written = text ?? delta?.content ?? message?.content ?? "";
  const tokens = tokensOf(logprobs ?? null);
  return {
    text: written,
    // An end token writes nothing; other tokens may wait for the rest of a character.
    tokens: written === "" && (tokens === null || finish_reason != null) ? [] : tokens,
    finish: finishOf(place, finish_reason ?? null),
    counts: null,
  };
}

function tokensOf(logprobs: Exclude<Choice["logprobs"], undefined>): AnswerPiece["tokens"] {
  if (logprobs === null) return null;
  if ("content" in logprobs) return logprobs.content.map(({ token, logprob }) => ({ text: token, logprob }));
  const tokens = logprobs.tokens.map((token, i) => ({ text: token, logprob: logprobs.token_logprobs[i] }));
  return tokens.flatMap(({ text: token, logprob }) =>
    logprob === null || logprob === undefined ? [] : [{ text: token, logprob }],
  );
}

const endings: Readonly<Record<string, "end" | "length">> = {
  stop: "end",
  eos: "end",
  eos_token: "end",
  stop_sequence: "end",
  end_turn: "end",
  length: "length",
  max_tokens: "length",
  model_length: "length",
};

function finishOf(place: Place, reason: string | null): AnswerPiece["finish"] {
  if (reason === null || reason === "") return null;
  const ending = endings[reason];
  if (ending !== undefined) return ending;
  const isFilter = reason === "content_filter";
  const why = isFilter ? "its content filter stopped it" : place.quote(reason, 40);
  throw place.fault(`did not finish its answer (${why})`, { retryable: !isFilter });
}
