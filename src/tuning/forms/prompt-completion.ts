import type { Instruction } from "../instruction.js";

/** For causal models without a chat template, as TRL trains on it. A line break parts the two texts. */
export interface PromptCompletionRow {
  readonly id: string;
  /** Ends with the line break: a completion starts with its first word. */
  readonly prompt: string;
  readonly completion: string;
}

export function promptCompletionRow({ id, prompt, target }: Instruction): PromptCompletionRow {
  return { id, prompt: `${prompt}\n`, completion: target };
}
