import { instPrompt } from "../../codecs/prompt.js";
import type { Instruction } from "../instruction.js";

/** For causal models. The two texts joined, with nothing between, are `[INST] <prompt> [/INST] <target>`. */
export interface LlamaRow {
  readonly id: string;
  readonly prompt: string;
  readonly completion: string;
}

export function llamaRow({ id, prompt, target }: Instruction): LlamaRow {
  return { id, prompt: instPrompt(prompt), completion: ` ${target}` };
}
