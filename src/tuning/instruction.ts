import type { PromptStyle } from "../codecs/prompt.js";
import { renderPrompt } from "../codecs/prompt.js";
import { type SchemaName, targetSchema } from "../codecs/schemas/schemas.js";
import type { Entity, Example } from "../core/document.js";
import { wordTexts } from "../core/document.js";
import { excerpt } from "../core/errors.js";

/** How instructions are worded. */
export interface InstructionSettings {
  readonly style: PromptStyle;
  /** How targets say which words are which entities. */
  readonly schema: SchemaName;
  /** `gner` style: whether prompts have the line `Dataset: <name>.`, as the paper's supervised models do. */
  readonly datasetLine: boolean;
  /** `gner` style: whether prompts name the extra class `else` behind the labels. */
  readonly elseClass: boolean;
}

/** Where an instruction comes from. */
export interface InstructionOrigin {
  /** Name of the data set. */
  readonly dataset: string;
  readonly split: string;
}

/** What a model is to learn from one example, before it takes the form of a row. */
export interface Instruction extends InstructionOrigin {
  readonly id: string;
  readonly words: readonly string[];
  readonly entities: readonly Entity[];
  /** The labels that the prompt asks for, in its order, with `else` where it has that. */
  readonly labels: readonly string[];
  readonly prompt: string;
  readonly target: string;
}

/** The instruction of an example with the given labels, or why this example cannot be one. */
export function instructionOf(
  example: Example,
  labels: readonly string[],
  origin: InstructionOrigin,
  { style, schema, datasetLine, elseClass }: InstructionSettings,
): Instruction | { readonly refused: string } {
  const words = wordTexts(example.doc);
  const target = targetSchema(schema).encode(words, example.gold);
  if ("refused" in target) return target;
  const refused = promptFault(words, style);
  if (refused !== null) return { refused };
  const dataset = datasetLine ? origin.dataset : null;
  return {
    ...origin,
    id: example.doc.id,
    words,
    entities: example.gold,
    labels: elseClass ? [...labels, "else"] : labels,
    prompt: renderPrompt(style, { words, labels, dataset, elseClass, schema }),
    target: target.text,
  };
}

/** The compact prompt writes white space inside a word as one space: its words would not be the target's. */
function promptFault(words: readonly string[], style: PromptStyle): string | null {
  if (style !== "compact") return null;
  const spaced = words.findIndex((word) => /\s/.test(word));
  return spaced === -1 ? null : `word ${spaced} ${excerpt(words[spaced] ?? "")} holds white space`;
}
