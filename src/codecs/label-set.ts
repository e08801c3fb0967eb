import { excerpt, InputError } from "../core/errors.js";
import type { Note } from "../core/notes.js";

/** The longest label, in UTF-16 units: a longer one is a sentence, not a type. */
export const maxLabelLength = 200;

/** A checked set of labels: what the user asked for, and how each stands in prompts and generated text. */
export interface LabelSet {
  /** As given, without repeats, in order. */
  readonly labels: readonly string[];
  /** As written in the prompt, same order: no brackets, no line breaks, single spaces. */
  readonly shown: readonly string[];
  readonly notes: readonly Note[];
}

/**
 * Checks labels for one request. Brackets, commas and line breaks would break `word(label)` and the prompt's list,
 * so the model is shown a label without them (`film (movie)` is shown as `film movie`); results carry the label as
 * given. Throws InputError for no labels, an empty or overlong label, `O`, and two labels that look the same to
 * the model.
 */
export function labelSet(given: readonly string[]): LabelSet {
  const labels = [...new Set(given)];
  if (labels.length === 0) throw new InputError("no labels: name at least one entity type");
  const owners = new Map<string, string>();
  const shown = labels.map((label) => {
    const text = showLabel(label);
    const owner = owners.get(text.toLowerCase());
    if (owner !== undefined) {
      throw new InputError(
        `labels ${excerpt(owner)} and ${excerpt(label)} look the same to the model: drop one`,
      );
    }
    owners.set(text.toLowerCase(), label);
    return text;
  });
  const repeats = new Set<string>();
  const seen = new Set<string>();
  for (const label of given) {
    if (seen.has(label)) repeats.add(label);
    seen.add(label);
  }
  const notes = Array.from(
    repeats,
    (label): Note => ({ kind: "doubled-label", message: `label ${excerpt(label)} was given more than once` }),
  );
  return { labels, shown, notes };
}

function showLabel(label: string): string {
  const text = label
    .normalize("NFC")
    .replace(/[\s\p{C}()[\]{},;]+/gu, " ")
    .trim();
  if (text === "") throw new InputError(`label ${excerpt(label)} holds no character a model can write`);
  if (text.length > maxLabelLength) {
    throw new InputError(
      `label ${excerpt(label)} has ${text.length} characters, at most ${maxLabelLength} are allowed`,
    );
  }
  if (text === "O") throw new InputError(`"O" cannot be a label: it marks words outside every entity`);
  return text;
}
