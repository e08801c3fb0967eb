import { bioSchema } from "./bio-schema.js";
import { bioesSchema } from "./bioes-schema.js";
import { contextSchema } from "./context-schema.js";
import { entityCentricSchema } from "./entity-centric-schema.js";
import { fullSchema } from "./full-schema.js";
import type { TargetSchema } from "./schema.js";

/** The schemas without a setting of their own. */
export const plainSchemas = ["bio", "bioes", "full", "entity-centric"] as const;

/**
 * A schema by name, from the fewest words to the clearest boundaries: `entity-centric`, the entities alone; `context`,
 * with so many words on either side of each; `full`, all words; `bio` and `bioes`, all words with boundary tags.
 */
export type SchemaName = (typeof plainSchemas)[number] | { readonly context: number };

export function targetSchema(name: SchemaName): TargetSchema {
  switch (name) {
    case "bio":
      return bioSchema;
    case "bioes":
      return bioesSchema;
    case "full":
      return fullSchema;
    case "entity-centric":
      return entityCentricSchema;
    default:
      return contextSchema(name.context);
  }
}

/** Whether targets of a schema hold only some of the words. */
export function leavesWordsOut(name: SchemaName): boolean {
  return typeof name !== "string" || name === "entity-centric";
}
