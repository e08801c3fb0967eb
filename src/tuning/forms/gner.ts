import { encodeBio } from "../../codecs/bio.js";
import type { Instruction } from "../instruction.js";

/** A row as the released training code loads it: names, nesting and order of its keys. */
export interface GnerRow {
  readonly dataset: string;
  readonly split: string;
  /** As the prompt asks for them. */
  readonly label_list: readonly string[];
  readonly instance: {
    readonly id: string;
    readonly words: readonly string[];
    /** A BIO tag for each word. */
    readonly labels: readonly string[];
    readonly instruction_inputs: string;
    readonly prompt_labels: string;
  };
}

/** Throws InputError for entities that BIO cannot hold: this form goes with the BIO schema. */
export function gnerRow(instruction: Instruction): GnerRow {
  const { dataset, split, labels, id, words, entities, prompt, target } = instruction;
  return {
    dataset,
    split,
    label_list: labels,
    instance: {
      id,
      words,
      labels: encodeBio(words.length, entities),
      instruction_inputs: prompt,
      prompt_labels: target,
    },
  };
}
