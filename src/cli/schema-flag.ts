import { plainSchemas, type SchemaName } from "../codecs/schemas/schemas.js";
import { excerpt, InputError } from "../core/errors.js";

/** The values of a `--schema` option, for help texts. */
export const schemaValues = `${plainSchemas.join(", ")} or context=K`;

/** Reads the value of a `--schema` option: a schema's name, or `context=2`. Throws InputError for anything else. */
export function schemaFlag(text: string): SchemaName {
  const plain = plainSchemas.find((name) => name === text);
  if (plain !== undefined) return plain;
  const context = Number(/^context=(\d{1,6})$/.exec(text)?.[1] ?? 0);
  if (context > 0) return { context };
  throw new InputError(`--schema ${excerpt(text)}: expected ${schemaValues}, where K is a number of words`);
}
