import { type AlpacaRow, alpacaRow } from "./forms/alpaca.js";
import { type ChatRow, chatRow } from "./forms/chat.js";
import { type GnerRow, gnerRow } from "./forms/gner.js";
import { type LlamaRow, llamaRow } from "./forms/llama.js";
import { type PromptCompletionRow, promptCompletionRow } from "./forms/prompt-completion.js";
import { type ShareGptRow, shareGptRow } from "./forms/sharegpt.js";
import { type T5Row, t5Row } from "./forms/t5.js";
import type { Instruction } from "./instruction.js";

/** What a training program expects of a row; each is described in its file under forms/. */
export const rowForms = ["t5", "llama", "gner", "chat", "prompt-completion", "alpaca", "sharegpt"] as const;
export type RowForm = (typeof rowForms)[number];

/** A row of any form. */
export type Row = T5Row | LlamaRow | GnerRow | ChatRow | PromptCompletionRow | AlpacaRow | ShareGptRow;

/** Which part of its sentence a row is. */
export interface Subpart {
  /** From 0. */
  readonly subpart: number;
  /** How many parts the sentence was cut into; 1 for a whole one. */
  readonly subparts: number;
}

/** An instruction in the form of a row. */
export function rowOf(form: RowForm, instruction: Instruction): Row {
  switch (form) {
    case "t5":
      return t5Row(instruction);
    case "llama":
      return llamaRow(instruction);
    case "gner":
      return gnerRow(instruction);
    case "chat":
      return chatRow(instruction);
    case "prompt-completion":
      return promptCompletionRow(instruction);
    case "alpaca":
      return alpacaRow(instruction);
    case "sharegpt":
      return shareGptRow(instruction);
  }
}

/**
 * A row with its place in its sentence, in forms that allow a key of ours. Every row of a file has these keys or none:
 * loaders take a file's columns from its first rows.
 */
export function withSubpart(form: RowForm, row: Row, subpart: Subpart): Row | (Row & Subpart) {
  return form === "chat" || form === "gner" ? row : { ...row, ...subpart };
}
