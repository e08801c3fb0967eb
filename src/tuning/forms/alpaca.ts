import type { Instruction } from "../instruction.js";

/** As LLaMA-Factory reads Alpaca data: it joins `instruction` and `input` by a line break, which gives the prompt. */
export interface AlpacaRow {
  readonly id: string;
  /** The prompt up to its last line. */
  readonly instruction: string;
  /** The last line, which holds the sentence. */
  readonly input: string;
  readonly output: string;
}

export function alpacaRow({ id, prompt, target }: Instruction): AlpacaRow {
  const lastBreak = prompt.lastIndexOf("\n");
  return {
    id,
    instruction: prompt.slice(0, Math.max(0, lastBreak)),
    input: prompt.slice(lastBreak + 1),
    output: target,
  };
}
