import { z } from "zod";
import { type ReadRow, readAnyRow } from "../src/tuning/check-forms.js";

/** What a row of `gner dataset build` asks and expects, and what a model wrote for it. */
export interface PredictedRow extends Pick<ReadRow, "prompt" | "target"> {
  readonly prediction: string;
}

const text = z.string();
const predicted = z.looseObject({ prediction: text });

/** Rows that another program has passed on: without an id, or with fields of its own. */
const passedOn = z.union([
  z.object({ input: text, target: text }).transform(({ input, target }) => ({ prompt: input, target })),
  z
    .object({ prompt: text, completion: text })
    .transform((row) => readAnyRow({ id: "", ...row }) ?? { prompt: row.prompt, target: row.completion }),
]);

/** A parsed row of `gner dataset build`, of any form, with `prediction` added; null for anything else. */
export function predictedRow(value: unknown): PredictedRow | null {
  const checked = predicted.safeParse(value);
  if (!checked.success) return null;
  const { prediction, ...built } = checked.data;
  const row = readAnyRow(built) ?? passedOn.safeParse(built).data;
  return row === undefined ? null : { prompt: row.prompt, target: row.target, prediction };
}
