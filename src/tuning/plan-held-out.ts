import { z } from "zod";
import { type PlanFormat, planFormat, splits } from "./plan-set.js";

/** A file whose texts must not be trained on. */
export interface HeldOutFile {
  /** Relative to the plan's folder. */
  readonly file: string;
  readonly format: PlanFormat;
}

const heldOutFile: z.ZodType<HeldOutFile> = z.preprocess(
  (given) => (typeof given === "string" ? { file: given } : given),
  z.strictObject({ file: z.string().min(1), format: planFormat.prefault("auto") }),
);

/** The key `heldOut` of a plan: texts that no training row may have, for they are to be tested on. */
export const planHeldOut = z.strictObject({
  /** Splits of the plan's sets whose texts are kept out of training. Default: test. */
  splits: z.array(z.enum(splits).exclude(["train"])).default(["test"]),
  /** Further files whose texts are kept out: paths, or file and format. Default: none. */
  files: z.array(heldOutFile).default([]),
});
