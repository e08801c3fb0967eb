import type { Stop, StopRule } from "./stop-rule.js";
import type { Completion } from "./text-generator.js";

/** A whole answer as its rule leaves it: for searches that cannot be stopped on their way. */
export function stopAfterwards(completion: Completion, stopRule?: () => StopRule): Completion {
  const stop = stopRule?.().push(completion.text) ?? null;
  return stop === null ? completion : stopped(completion, stop);
}

/** An answer cut where its rule says, with a note. */
export function stopped({ text, tokens, notes }: Completion, { end, reason }: Stop): Completion {
  return {
    text: text.slice(0, end),
    tokens: tokens
      .filter(({ start }) => start < end)
      .map((token) => (token.end > end ? { ...token, end } : token)),
    finish: "stopped",
    notes: [...notes, { kind: "stopped-early", message: `the model was stopped: ${reason}` }],
  };
}
