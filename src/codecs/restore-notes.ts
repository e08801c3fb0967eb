import { excerpt } from "../core/errors.js";
import type { Note, NoteKind } from "../core/notes.js";
import type { BioTag } from "./bio.js";
import type { Repair } from "./repair-alignment.js";
import type { TaggedWord } from "./word-label.js";

/** Generated text that no tag follows, or words that are none of the sentence. */
export function untaggedNote(passedOver: string): Note {
  return note("untagged-text", `generated text without a tag was passed over: ${excerpt(passedOver)}`);
}

/** Tags that stand behind no word. */
export function droppedNote(count: number): Note {
  const tags = count === 1 ? "1 tag has" : `${count} tags have`;
  return note("dropped-tags", `${tags} no word and count for nothing`);
}

/** What stands behind the last tag and is no item. */
export function trailingNote(rest: string): Note {
  return note("trailing-text", `text behind the last tag was passed over: ${excerpt(rest)}`);
}

/** Generated labels that were taken for others, each with that other. */
export function nearLabelNotes(near: ReadonlyMap<string, string>): Note[] {
  return [...near].map(([generated, label]) =>
    note("near-label", `the generated label ${excerpt(generated)} was taken for ${excerpt(label)}`),
  );
}

/** Labels that were generated but not asked for, with how often: at so many words, or so many `times`. */
export function inventedNotes(invented: ReadonlyMap<string, number>, unit: "words" | "times"): Note[] {
  const often = (count: number) => {
    if (unit === "words") return `at ${plural(count, "word")}`;
    return count === 1 ? "once" : `${count} times`;
  };
  return [...invented].map(([label, count]) =>
    note("invented-label", `the label ${excerpt(label)} was generated ${often(count)} but not asked for`),
  );
}

/** A word that was not generated and joins the entity behind it. */
export function filledNote(word: string, tag: BioTag): Note {
  return note("filled-word", `${excerpt(word)} was not generated; what follows it makes it ${tag}`);
}

/** An `I-` that was read as a start. */
export function orphanNote(word: string): Note {
  return note(
    "orphan-inside",
    `the tag of ${excerpt(word)} continues no entity of its label; it was read as a start`,
  );
}

/** Words that were paired although they differ. */
export function repairNote(
  { kind, ...at }: Repair,
  words: readonly string[],
  items: readonly TaggedWord[],
): Note {
  const source = words.slice(at.sourceStart, at.sourceEnd).join(" ");
  const generated = items.slice(at.generatedStart, at.generatedEnd).map(({ word }) => word);
  return note(kind, `${excerpt(source)} was generated as ${excerpt(generated.join(" "))}`);
}

/** What was not generated, and what was generated besides. `matches` holds the repairs too. */
export function lossNotes(
  words: readonly string[],
  items: readonly TaggedWord[],
  matches: Int32Array,
  repairs: readonly Repair[] = [],
): Note[] {
  const used = new Uint8Array(items.length);
  for (const { generatedStart, generatedEnd } of repairs) used.fill(1, generatedStart, generatedEnd);
  let lost = 0;
  for (let i = 0; i < matches.length; i++) {
    const match = matches[i] ?? -1;
    if (match === -1) lost++;
    else used[match] = 1;
  }
  let added = 0;
  for (let j = 0; j < used.length; j++) if (used[j] === 0) added++;
  const notes: Note[] = [];
  if (lost > 0) {
    const first = excerpt(words[matches.indexOf(-1)] ?? "");
    notes.push(note("lost-words", `${plural(lost, "word")} found no generated partner, first ${first}`));
  }
  if (added > 0) {
    const first = excerpt(items[used.indexOf(0)]?.word ?? "");
    notes.push(
      note(
        "added-words",
        `${plural(added, "generated word")} found no partner in the source, first ${first}`,
      ),
    );
  }
  return notes;
}

/** A note of this kind. */
export function note(kind: NoteKind, message: string): Note {
  return { kind, message };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
