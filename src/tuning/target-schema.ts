import { z } from "zod";
import { plainSchemas } from "../codecs/schemas/schemas.js";

const expected = `must be ${plainSchemas.join(", ")} or { context: <words on either side> }`;

/** The key `schema` of a plan: how targets say which words are which entities. */
export const planSchema = z.union(
  [
    z.enum(plainSchemas),
    z.strictObject({ context: z.int().positive({ error: "must be a whole number of 1 or more" }) }),
  ],
  {
    error: expected,
  },
);
