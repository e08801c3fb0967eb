import type { Instruction } from "../instruction.js";

/** For encoder-decoder models: the two texts as they are. */
export interface T5Row {
  readonly id: string;
  readonly input: string;
  readonly target: string;
}

export function t5Row({ id, prompt, target }: Instruction): T5Row {
  return { id, input: prompt, target };
}
