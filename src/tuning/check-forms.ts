import { z } from "zod";
import { instPrompt } from "../codecs/prompt.js";
import { excerpt } from "../core/errors.js";
import { faults } from "./corpora/json-reader.js";
import type { RowForm } from "./rows.js";
import { rowForms } from "./rows.js";

/** What a row of any form holds: the way back from `rowOf`. */
export interface ReadRow {
  /** Null in forms without. */
  readonly id: string | null;
  readonly prompt: string;
  readonly target: string;
  /** What form gner says besides. */
  readonly gold: {
    readonly words: readonly string[];
    readonly tags: readonly string[];
    readonly labels: readonly string[];
  } | null;
}

const text = z.string();
const strings = z.array(text);
/** What every form that has room for it says of its sentence; see `withSubpart`. */
const subpart = { subpart: z.int().nonnegative().optional(), subparts: z.int().positive().optional() };

const t5 = z
  .strictObject({ id: text, input: text, target: text, ...subpart })
  .transform(({ id, input, target }) => ({ id, prompt: input, target, gold: null }));

const promptCompletion = z
  .strictObject({ id: text, prompt: text.endsWith("\n"), completion: text, ...subpart })
  .transform(({ id, prompt, completion }) => ({
    id,
    prompt: prompt.slice(0, -1),
    target: completion,
    gold: null,
  }));

/** LLaMA's markers, as the template has them. */
const [instLead = "", instEnd = ""] = instPrompt("\0").split("\0");

const llama = z
  .strictObject({
    id: text,
    prompt: text.startsWith(instLead).endsWith(instEnd),
    completion: text.startsWith(" "),
    ...subpart,
  })
  .transform(({ id, prompt, completion }) => ({
    id,
    prompt: prompt.slice(instLead.length, -instEnd.length),
    target: completion.slice(1),
    gold: null,
  }));

const alpaca = z
  .strictObject({ id: text, instruction: text, input: text, output: text, ...subpart })
  .transform(({ id, instruction, input, output }) => ({
    id,
    prompt: `${instruction}\n${input}`,
    target: output,
    gold: null,
  }));

const chat = z
  .strictObject({
    messages: z.tuple([
      z.strictObject({ role: z.literal("user"), content: text }),
      z.strictObject({ role: z.literal("assistant"), content: text }),
    ]),
  })
  .transform(({ messages: [user, assistant] }) => ({
    id: null,
    prompt: user.content,
    target: assistant.content,
    gold: null,
  }));

const shareGpt = z
  .strictObject({
    id: text,
    conversations: z.tuple([
      z.strictObject({ from: z.literal("human"), value: text }),
      z.strictObject({ from: z.literal("gpt"), value: text }),
    ]),
    ...subpart,
  })
  .transform(({ id, conversations: [human, gpt] }) => ({
    id,
    prompt: human.value,
    target: gpt.value,
    gold: null,
  }));

const gner = z
  .strictObject({
    dataset: text,
    split: text,
    label_list: strings,
    instance: z.strictObject({
      id: text,
      words: strings,
      labels: strings,
      instruction_inputs: text,
      prompt_labels: text,
    }),
  })
  .transform(({ label_list: labels, instance }) => ({
    id: instance.id,
    prompt: instance.instruction_inputs,
    target: instance.prompt_labels,
    gold: { words: instance.words, tags: instance.labels, labels },
  }));

const readers: Readonly<Record<RowForm, z.ZodType<ReadRow>>> = {
  t5,
  llama,
  gner,
  chat,
  "prompt-completion": promptCompletion,
  alpaca,
  sharegpt: shareGpt,
};

/** A parsed line as a row of a form, or why it is none. */
export function readRow(form: RowForm, value: unknown): ReadRow | { readonly fault: string } {
  const checked = readers[form].safeParse(value);
  return checked.success ? checked.data : { fault: `no row of form ${form}: ${faults(checked.error)}` };
}

/** A parsed line as a row of whichever form it has, null where it is of none. */
export function readAnyRow(value: unknown): (ReadRow & { readonly form: RowForm }) | null {
  for (const form of rowForms) {
    const checked = readers[form].safeParse(value);
    if (checked.success) return { form, ...checked.data };
  }
  return null;
}

/** A row's keys in order: every row of a file has the same, as loaders take columns from the first rows. */
export function keysOf(value: unknown): string {
  return typeof value === "object" && value !== null ? Object.keys(value).join(", ") : excerpt(String(value));
}
