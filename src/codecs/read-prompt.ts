import { InputError } from "../core/errors.js";

/** What a prompt of style `gner` or `compact` says, as it stands there. */
export interface PromptParts {
  readonly style: "gner" | "compact";
  /** The list of labels, and what parts them. */
  readonly labels: string;
  readonly separator: string;
  /** Name of the data set, null where there is no such line. */
  readonly dataset: string | null;
  /** The words, parted by spaces. */
  readonly sentence: string;
}

/** What stands around the list of labels: in the paper's instruction, and in those of other schemas. */
const labelLists = [
  { lead: "\nUse the specific entity tags: ", end: " and O." },
  { lead: "\nUse only these entity types: ", end: "." },
] as const;
const sentenceLead = "\nSentence: ";
const datasetLead = "\nDataset: ";

/** The way back from `renderPrompt`. Throws InputError for a text of neither style. */
export function promptParts(prompt: string): PromptParts {
  for (const { lead, end } of labelLists) {
    const parts = instructionParts(prompt, lead, end);
    if (parts !== null) return parts;
  }
  const lineBreak = prompt.indexOf("\n");
  if (lineBreak !== -1 && prompt.indexOf("\n", lineBreak + 1) === -1) {
    const labels = prompt.slice(0, lineBreak);
    return {
      style: "compact",
      labels,
      separator: " ; ",
      dataset: null,
      sentence: prompt.slice(lineBreak + 1),
    };
  }
  throw new InputError("the prompt is of neither style: expected the gner instruction or two lines");
}

function instructionParts(prompt: string, lead: string, end: string): PromptParts | null {
  const found = prompt.indexOf(lead);
  const start = found + lead.length;
  const sentence = found === -1 ? -1 : prompt.indexOf(sentenceLead, start);
  if (sentence === -1) return null;
  const head = prompt.slice(start, sentence);
  const line = head.indexOf(datasetLead);
  const list = line === -1 ? head : head.slice(0, line);
  // The data set's line ends in a period of its own.
  const dataset = line === -1 ? null : head.slice(line + datasetLead.length, -1);
  if (!list.endsWith(end)) return null;
  return {
    style: "gner",
    labels: list.slice(0, -end.length),
    separator: ", ",
    dataset,
    sentence: prompt.slice(sentence + sentenceLead.length),
  };
}

/**
 * The labels that a prompt of style `gner` or `compact` asks for. A label that holds the separator (`, ` or ` ; `) comes
 * back in parts. Throws InputError for a text that is neither.
 */
export function promptLabels(prompt: string): string[] {
  const { labels, separator } = promptParts(prompt);
  return labels.split(separator);
}
