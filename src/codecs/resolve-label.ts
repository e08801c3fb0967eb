import type { Note } from "../core/notes.js";
import type { BackTokenize } from "./back-tokenize.js";
import type { LabelSet } from "./label-set.js";
import { nearDistance } from "./nearness.js";
import { inventedNotes, nearLabelNotes } from "./restore-notes.js";

/** What a generated label stands for: one of the user's labels, or none. */
export interface ResolvedLabel {
  readonly label: string | null;
  /** Whether it was only near, not the same. */
  readonly near: boolean;
}

export type ResolveLabel = (generated: string) => ResolvedLabel;

/** Resolves labels, and keeps what is to be said of them; `unit`: what each one resolved stands for. */
export function notedLabels(resolve: ResolveLabel, unit: "words" | "times") {
  const near = new Map<string, string>();
  const invented = new Map<string, number>();
  return {
    of(generated: string): string | null {
      const { label, near: isNear } = resolve(generated);
      if (label === null) invented.set(generated, (invented.get(generated) ?? 0) + 1);
      else if (isNear) near.set(generated, label);
      return label;
    },
    notes: (): Note[] => [...nearLabelNotes(near), ...inventedNotes(invented, unit)],
  };
}

const unknown: ResolvedLabel = { label: null, near: false };

/**
 * For how many different unknown labels of one text a near one is looked for. Slips are few; a text that invents
 * labels without end must not be compared with every label each time.
 */
const mostSlips = 256;

/**
 * The labels as given, as the prompt showed them, or as the model's tokenizer spells them; else the one that differs
 * in case, else the allowed label that is near (`nearDistance`), if it is the only one. Near ones are looked for with the first 256
 * different unknown labels.
 */
export function lenientLabels({ labels, shown }: LabelSet, backTokenize: BackTokenize): ResolveLabel {
  const spelled = backTokenize(shown);
  const byForm = new Map<string, string>();
  const claim = (form: string | undefined, label: string) => {
    if (form !== undefined && !byForm.has(form)) byForm.set(form, label);
  };
  for (const label of labels) claim(label, label);
  for (const [i, label] of labels.entries()) claim(shown[i], label);
  for (const [i, label] of labels.entries()) claim(shown[i]?.toLowerCase(), label);
  // Labels that the tokenizer cannot spell look alike, or like nothing: those forms say nothing.
  const spelledForms = spelled.map((form) => form.toLowerCase());
  const uses = new Map<string, number>();
  for (const form of spelledForms) uses.set(form, (uses.get(form) ?? 0) + 1);
  for (const [i, form] of spelledForms.entries()) {
    if (form !== "" && uses.get(form) === 1) claim(form, labels[i] ?? form);
  }
  const nearForms = new Map<string, string>();
  for (const [form, label] of byForm) {
    if (!nearForms.has(form.toLowerCase())) nearForms.set(form.toLowerCase(), label);
  }
  const remembered = new Map<string, ResolvedLabel>();
  return (generated) => {
    const form = generated.toLowerCase();
    const known = byForm.get(generated);
    if (known !== undefined) return { label: known, near: false };
    const otherCase = byForm.get(form);
    if (otherCase !== undefined) return { label: otherCase, near: true };
    const before = remembered.get(form);
    if (before !== undefined) return before;
    if (remembered.size >= mostSlips) return unknown;
    const answer = onlyNear(form, nearForms);
    remembered.set(form, answer);
    return answer;
  };
}

function onlyNear(form: string, nearForms: ReadonlyMap<string, string>): ResolvedLabel {
  const near = new Set<string>();
  for (const [other, label] of nearForms) if (nearDistance(form, other) !== null) near.add(label);
  const [label] = near;
  return label !== undefined && near.size === 1 ? { label, near: true } : unknown;
}
