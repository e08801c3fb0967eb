import { z } from "zod";
import { bioSchema } from "../codecs/schemas/bio-schema.js";
import type { TargetSchema } from "../codecs/schemas/schema.js";

/** The key `schema` of a plan: how targets say which words are which entities. */
export const planSchema = z.enum(["bio"]);
export type SchemaKey = z.infer<typeof planSchema>;

/** The codec of a plan's schema. */
export function targetSchema(key: SchemaKey): TargetSchema {
  switch (key) {
    case "bio":
      return bioSchema;
  }
}
