import { z } from "zod";

const tokenId = z.int().nonnegative();
const fileName = z.string().regex(/^[^/\\]+$/, "must be a file name without folders");
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");
const graph = z.object({ file: fileName, sha256, bytes: z.int().positive() });

/**
 * How decoder positions are counted. `sequence`: 0, 1, 2, ... `source-pointer`: the index of the next source piece
 * in the encoder's input; between an opener and a closer it stands still, every other ordinary piece moves it on.
 */
const positions = z.discriminatedUnion("rule", [
  z.object({ rule: z.literal("sequence") }),
  z.object({
    rule: z.literal("source-pointer"),
    openers: z.array(tokenId),
    closers: z.array(tokenId),
  }),
]);

/**
 * What the encoder reads. `labels-and-words`: the two lines of a `compact` prompt, piece by piece, with their casing.
 * `text`: any prompt as the tokenizer spells it, and `end` behind it. `unknown` stands for what cannot be spelled, and
 * for text that spells a special token.
 */
const input = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("labels-and-words"),
    start: tokenId,
    labelSeparator: tokenId,
    sectionEnd: tokenId,
    unknown: tokenId,
  }),
  z.object({ kind: z.literal("text"), end: tokenId, unknown: tokenId }),
]);

/** `gner.json`, format version 1: everything that tells one model folder from another. See ARCHITECTURE.md. */
export const modelManifest = z.object({
  formatVersion: z.literal(1),
  name: z.string(),
  version: z.string(),
  family: z.literal("gner"),
  promptStyle: z.enum(["compact", "gner"]),
  license: z.string(),
  languages: z.array(z.string()),
  tokenizer: z.object({ file: fileName, sha256 }),
  graphs: z.object({ encoder: graph, decoder: graph }),
  input,
  output: z.object({
    start: tokenId,
    end: tokenId,
    /** How many of the best tokens the decoder graph returns per position; a beam of width B needs 2 B. */
    topTokens: z.int().min(2),
    /** Text of the tokens that are no pieces of the tokenizer, by id. */
    tokens: z.record(z.string().regex(/^\d+$/), z.string()),
  }),
  positions,
  cache: z.object({ layers: z.int().positive(), heads: z.int().positive(), headSize: z.int().positive() }),
  limits: z.object({
    inputTokens: z.int().positive(),
    sourceWords: z.int().positive().nullable(),
    outputTokens: z.int().positive(),
  }),
  /** Log-probabilities are divided by it before they become an entity's score. */
  scoreTemperature: z.number().positive(),
});

export type ModelManifest = z.infer<typeof modelManifest>;

/** The input of a model that reads labels and words. */
export type LabelsAndWordsInput = Extract<ModelManifest["input"], { kind: "labels-and-words" }>;

/** The input of a model that reads text. */
export type TextInput = Extract<ModelManifest["input"], { kind: "text" }>;
