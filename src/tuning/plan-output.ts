import { z } from "zod";

/** How the files of rows are packed: as they are, or `.gz`, or `.zst`. */
const compressions = ["none", "gzip", "zstd"] as const;
export type Compression = (typeof compressions)[number];

/** The key `output` of a plan: how its rows are laid out in files. */
export const outputSettings = z.strictObject({
  /** `none` (default), `gzip` or `zstd`. */
  compression: z.enum(compressions).default("none"),
  /** Rows in a file; a split of more becomes `train-00000-of-00012.jsonl` and so on. Default: one file a split. */
  rowsPerShard: z.int().positive().optional(),
  /**
   * The share of the train sentences that become `validation` rows instead, above 0 and below 1. The seed and a
   * sentence's text choose, so that a text never stands on both sides: the share holds on average. Default: none.
   */
  validation: z.number().gt(0).lt(1).optional(),
});
export type OutputSettings = z.infer<typeof outputSettings>;

/** The key `licence` of a data set: what its publisher states, for the manifest. */
export const licence = z.string().min(1).optional();
