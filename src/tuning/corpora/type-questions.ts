import { z } from "zod";
import { excerpt, FormatError } from "../../core/errors.js";
import { jsonReader, sourceIdOf } from "./json-reader.js";
import { annotateSurfaces } from "./occurrences.js";

const entry = z.object({
  doc_question_pairID: z.union([z.string(), z.number()]).nullish(),
  tagName: z.string().min(1),
  input: z.string(),
  output: z.string(),
});

const answer = z.array(z.string());

/**
 * One question for one type of a passage: `{tagName, input, output}`, where `output` is a JSON list of mentions, as
 * SLIMER's training data has it. There are no offsets: every place of a mention's text is one. The type is declared
 * whether it has a mention or not, and is absent where the list is empty.
 */
export const typeQuestions = jsonReader(entry, ({ doc_question_pairID, tagName, input, output }, place) => {
  const surfaces = parsedList(output);
  if (surfaces === null) {
    throw new FormatError(place.file, place.line, `output is no JSON list of texts: ${excerpt(output)}`);
  }
  return {
    ...annotateSurfaces(
      place,
      input,
      surfaces.map((surface) => ({ label: tagName, surface })),
    ),
    ...sourceIdOf(doc_question_pairID),
    declared: [tagName],
    ...(surfaces.length === 0 ? { absent: [tagName] } : {}),
  };
});

function parsedList(text: string): readonly string[] | null {
  try {
    return answer.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
