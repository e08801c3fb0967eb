import { z } from "zod";

/**
 * A mapping from any names to values of a schema, as a plain object. `z.record` passes over the name `__proto__`, which a
 * label of a corpus may have.
 */
export function namedValues<T>(value: z.ZodType<T>) {
  return z
    .preprocess(
      (given) => (isMapping(given) ? new Map(Object.entries(given)) : given),
      z.map(z.string(), value, { error: "must be a mapping" }),
    )
    .transform((values): Readonly<Record<string, T>> => Object.fromEntries(values));
}

function isMapping(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
