import { z } from "zod";
import { excerpt, FormatError } from "../../core/errors.js";
import { jsonReader, sourceIdOf } from "./json-reader.js";
import { annotateSurfaces } from "./occurrences.js";
import type { Place } from "./reader.js";

const entry = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  conversations: z.array(z.object({ from: z.string(), value: z.string() })).min(2),
});

const answer = z.array(z.string());

/**
 * Conversations of Universal-NER and Pile-NER: a text (`Text: ...`), then for each type a question and a JSON list of
 * its mentions. They have no offsets: every place of a mention's text is one. Types with an empty list are absent.
 */
export const conversations = jsonReader(entry, ({ id, conversations: turns }, place) => {
  const [opening, ...others] = turns;
  const text = textOf(opening?.value ?? "", place);
  const surfaces: { label: string; surface: string }[] = [];
  const absent: string[] = [];
  for (const [i, turn] of others.entries()) {
    const label = turn.from === "human" ? askedType(turn.value) : null;
    if (label === null) {
      if (turn.from === "human")
        throw new FormatError(place.file, place.line, `no question for a type: ${excerpt(turn.value)}`);
      continue;
    }
    const found = mentionsOf(others[i + 1]?.value, label, place);
    if (found.length === 0) absent.push(label);
    for (const surface of found) surfaces.push({ label, surface });
  }
  return {
    ...annotateSurfaces(place, text, surfaces),
    ...sourceIdOf(id),
    ...(absent.length > 0 ? { absent } : {}),
  };
});

function textOf(opening: string, { file, line }: Place): string {
  if (opening.startsWith("Text: ")) return opening.slice("Text: ".length);
  throw new FormatError(file, line, `the first turn does not start with "Text: ": ${excerpt(opening)}`);
}

/** `What describes TYPE in the text?` */
function askedType(question: string): string | null {
  return /^What describes (.+) in the text\?$/s.exec(question.trim())?.[1] ?? null;
}

function mentionsOf(value: string | undefined, label: string, { file, line }: Place): readonly string[] {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(value ?? "null");
  } catch {
    // Reported below: what is no JSON is no list of texts either.
  }
  const checked = answer.safeParse(parsed);
  if (checked.success) return checked.data;
  throw new FormatError(
    file,
    line,
    `the answer for ${excerpt(label)} is no JSON list of texts: ${excerpt(value ?? "")}`,
  );
}
