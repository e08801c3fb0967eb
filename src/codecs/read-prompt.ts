import { InputError } from "../core/errors.js";

const labelsLead = "Use the specific entity tags: ";
const labelsEnd = " and O.";

/**
 * The labels that a prompt of style `gner` or `compact` asks for: the way back from `renderPrompt`. A label that holds
 * the separator (`, ` or ` ; `) comes back in parts. Throws InputError for a text that is neither.
 */
export function promptLabels(prompt: string): string[] {
  const lead = prompt.indexOf(labelsLead);
  if (lead !== -1) {
    const start = lead + labelsLead.length;
    const end = prompt.indexOf(labelsEnd, start);
    if (end !== -1) return prompt.slice(start, end).split(", ");
  }
  const lineBreak = prompt.indexOf("\n");
  if (lineBreak !== -1 && prompt.indexOf("\n", lineBreak + 1) === -1) {
    return prompt.slice(0, lineBreak).split(" ; ");
  }
  throw new InputError("the prompt is of neither style: expected the gner instruction or two lines");
}
