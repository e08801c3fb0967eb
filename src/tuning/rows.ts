import type { BioTag } from "../codecs/bio.js";
import { encodeBio } from "../codecs/bio.js";
import type { PromptStyle } from "../codecs/prompt.js";
import { instPrompt, renderPrompt } from "../codecs/prompt.js";
import { parseWordLabels, writeWordLabels } from "../codecs/word-label.js";
import type { Example } from "../core/document.js";
import { wordTexts } from "../core/document.js";
import { excerpt, InputError } from "../core/errors.js";

/** `t5`: for encoder-decoder models. `llama`: for causal models, between LLaMA's instruction markers. */
export type RowForm = "t5" | "llama";

/** How rows are written. */
export interface RowSettings {
  readonly form: RowForm;
  readonly style: PromptStyle;
  /** `gner` style: whether prompts have the line `Dataset: <name>.`, as the paper's supervised models do. */
  readonly datasetLine: boolean;
  /** `gner` style: whether prompts name the extra class `else` behind the labels. */
  readonly elseClass: boolean;
}

/** Where a row comes from. */
export interface RowOrigin {
  /** Name of the data set. */
  readonly dataset: string;
  readonly split: string;
}

/** What a model is to learn from one example, before it takes the form of a row. */
export interface Instruction extends RowOrigin {
  readonly id: string;
  /** Which part of its sentence it is, from 0; null for a whole sentence. */
  readonly subpart: number | null;
  readonly words: readonly string[];
  readonly tags: readonly BioTag[];
  /** The labels that the prompt asks for, in its order. */
  readonly labels: readonly string[];
  readonly prompt: string;
  readonly target: string;
}

export interface T5Row {
  readonly id: string;
  /** Which part of its sentence it is, from 0; only where a sentence was cut into parts. */
  readonly subpart?: number;
  readonly input: string;
  readonly target: string;
}

/** The two texts joined, with nothing between, are `[INST] <prompt> [/INST] <target>`. */
export interface LlamaRow {
  readonly id: string;
  /** Which part of its sentence it is, from 0; only where a sentence was cut into parts. */
  readonly subpart?: number;
  readonly prompt: string;
  readonly completion: string;
}

export type Row = T5Row | LlamaRow;

/**
 * The prompt of an example with the given labels, and its words with their BIO tags (the paper's section 3.1).
 * Refused is what would not read back: a word like `(O)`, mentions that BIO cannot hold.
 */
export function instructionOf(
  example: Example,
  labels: readonly string[],
  origin: RowOrigin,
  settings: RowSettings,
): Instruction | { readonly refused: string } {
  const words = wordTexts(example.doc);
  const tags = bioTags(words.length, example);
  if (!Array.isArray(tags)) return tags;
  const target = writeWordLabels(words, tags);
  const fault = promptFault(words, settings.style) ?? readBackFault(target, words, tags);
  if (fault !== null) return { refused: fault };
  const prompt = renderPrompt(settings.style, {
    words,
    labels,
    dataset: settings.datasetLine ? origin.dataset : null,
    elseClass: settings.elseClass,
  });
  return { ...origin, id: example.doc.id, subpart: null, words, tags, labels, prompt, target };
}

/** The completion carries the space before the target, so that joining the two texts gives the whole instruction. */
export function rowOf(form: RowForm, { id, subpart, prompt, target }: Instruction): Row {
  const place = subpart === null ? { id } : { id, subpart };
  switch (form) {
    case "t5":
      return { ...place, input: prompt, target };
    case "llama":
      return { ...place, prompt: instPrompt(prompt), completion: ` ${target}` };
  }
}

function bioTags(wordCount: number, { gold }: Example): BioTag[] | { refused: string } {
  try {
    return encodeBio(wordCount, gold);
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
}

/** The compact prompt writes white space inside a word as one space: its words would not be the target's. */
function promptFault(words: readonly string[], style: PromptStyle): string | null {
  if (style !== "compact") return null;
  const spaced = words.findIndex((word) => /\s/.test(word));
  return spaced === -1 ? null : `word ${spaced} ${excerpt(words[spaced] ?? "")} holds white space`;
}

/** Why a target does not give its words and tags when parsed, or null. */
function readBackFault(target: string, words: readonly string[], tags: readonly BioTag[]): string | null {
  const items = parseWordLabels(target);
  const odd = words.findIndex((word, i) => items[i]?.word !== word || items[i]?.tag !== tags[i]);
  if (odd !== -1) return `word ${odd} ${excerpt(words[odd] ?? "")} does not read back from the target`;
  return items.length === words.length ? null : `${words.length} words read back as ${items.length}`;
}
