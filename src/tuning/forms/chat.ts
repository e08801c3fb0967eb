import type { Instruction } from "../instruction.js";

/**
 * A conversation of one turn each, as the OpenAI API and TRL train on it. It has no other key: a server may refuse
 * what it does not know.
 */
export interface ChatRow {
  readonly messages: readonly [
    { readonly role: "user"; readonly content: string },
    { readonly role: "assistant"; readonly content: string },
  ];
}

export function chatRow({ prompt, target }: Instruction): ChatRow {
  return {
    messages: [
      { role: "user", content: prompt },
      { role: "assistant", content: target },
    ],
  };
}
