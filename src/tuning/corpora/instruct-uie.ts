import { z } from "zod";
import { jsonReader } from "./json-reader.js";
import { annotateSurfaces } from "./occurrences.js";
import { annotateText } from "./text-spans.js";

const name = z.string().min(1);
const placed = z.array(z.object({ name, type: name, pos: z.tuple([z.int(), z.int()]) }));
const unplaced = z.array(z.object({ name, type: name, pos: z.never().optional() }));

const entry = z.union([
  z
    .object({ sentence: z.string(), entities: placed })
    .transform((value) => ({ isPlaced: true as const, ...value })),
  z
    .object({ sentence: z.string(), entities: unplaced })
    .transform((value) => ({ isPlaced: false as const, ...value })),
]);

/**
 * InstructUIE's data: `{sentence, entities: [{name, type, pos: [start, end]}]}`, code points, end exclusive. Where
 * entities have no `pos`, every place of the name in the sentence is a mention.
 */
export const instructUie = jsonReader(entry, (value, place) => {
  if (value.isPlaced) {
    const spans = value.entities.map(({ name, type, pos: [start, end] }) => ({
      label: type,
      parts: [{ start, end }],
      surface: name,
    }));
    return annotateText(place, value.sentence, spans, "code-points");
  }
  const surfaces = value.entities.map(({ name, type }) => ({ label: type, surface: name }));
  return annotateSurfaces(place, value.sentence, surfaces);
});
