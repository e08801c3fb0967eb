import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Handlebars from "handlebars";

/**
 * How a request is worded. `gner`: the instruction of the paper's Figure 5, byte for byte as its released code has
 * it. `compact`: labels on one line, words on the next, for the built-in architecture.
 */
export type PromptStyle = "gner" | "compact";

/** What a prompt asks for. */
export interface PromptRequest {
  readonly words: readonly string[];
  /** In the order in which they are to stand in the prompt. */
  readonly labels: readonly string[];
  /** `gner` style: name of the data set, for its `Dataset:` line (supervised models); null leaves the line out. */
  readonly dataset?: string | null;
  /** `gner` style: adds the extra class `else` behind the labels, as some released predictions have it. */
  readonly elseClass?: boolean;
}

/** The prompt of a request. */
export function renderPrompt(style: PromptStyle, request: PromptRequest): string {
  const { words, labels, dataset = null, elseClass = false } = request;
  if (style === "compact") return compactTemplate({ labels, sentence: words.map(oneLine).join(" ") });
  return gnerTemplate({ labels, dataset, elseClass, sentence: words.join(" ") });
}

/** A prompt between LLaMA's instruction markers, as the paper's causal models are trained. */
export function instPrompt(prompt: string): string {
  return instTemplate({ prompt });
}

/** A compact prompt keeps labels and words apart by its line break, so no word may bring one of its own. */
function oneLine(word: string): string {
  return word.replace(/\s+/g, " ");
}

const gnerTemplate = loadTemplate("gner");
const compactTemplate = loadTemplate("compact");
const instTemplate = loadTemplate("inst");

/** `noEscape`: prompts are plain text, `AT&T` must not become `AT&amp;T`. `strict`: a missing field is a bug. */
function loadTemplate(name: "gner" | "compact" | "inst") {
  const file = createRequire(import.meta.url).resolve(`gner/prompts/${name}.hbs`);
  return Handlebars.compile<Record<string, unknown>>(readFileSync(file, "utf8"), {
    noEscape: true,
    strict: true,
  });
}
