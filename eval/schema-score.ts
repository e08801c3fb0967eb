import { type BackTokenize, noBackTokenization } from "../src/codecs/back-tokenize.js";
import { labelSet } from "../src/codecs/label-set.js";
import { promptParts } from "../src/codecs/read-prompt.js";
import { type SchemaName, targetSchema } from "../src/codecs/schemas/schemas.js";
import { InputError } from "../src/core/errors.js";
import type { Counts } from "./counts.js";
import { predictedRow } from "./predicted-row.js";
import { strictCounts } from "./strict.js";

/**
 * Strict counts of one row of `gner dataset build`, of any form, with what a model wrote for it as `prediction`: gold are the
 * entities that its target decodes to. The paper's own score is defined for BIO tags alone. Throws InputError for what
 * is no such row.
 */
export function countSchemaRow(value: unknown, schema: SchemaName, backTokenize: BackTokenize): Counts {
  const row = predictedRow(value);
  if (row === null) throw new InputError("expected a row of dataset build with a text prediction");
  const { labels: list, separator, sentence } = promptParts(row.prompt);
  const labels = labelSet(list.split(separator));
  const codec = targetSchema(schema);
  const words = codec.wordsOf(row.target, labels) ?? sentence.split(" ");
  const gold = codec.decode(words, row.target, labels, noBackTokenization);
  const [fault] = gold.notes.filter(({ kind }) => kind !== "ambiguous-place");
  if (fault !== undefined) throw new InputError(`the target is not of this schema: ${fault.message}`);
  const { entities } = codec.decode(words, row.prediction, labels, backTokenize);
  return strictCounts(gold.entities, entities);
}
