import type { Instruction } from "../instruction.js";

/** A conversation as ShareGPT has it, for Axolotl. */
export interface ShareGptRow {
  readonly id: string;
  readonly conversations: readonly [
    { readonly from: "human"; readonly value: string },
    { readonly from: "gpt"; readonly value: string },
  ];
}

export function shareGptRow({ id, prompt, target }: Instruction): ShareGptRow {
  return {
    id,
    conversations: [
      { from: "human", value: prompt },
      { from: "gpt", value: target },
    ],
  };
}
