import { Command, Option } from "commander";
import { readBackTokenizer } from "../codecs/back-tokenize.js";
import { type AlignmentMode, alignGeneration, parseGeneration } from "../codecs/generation-row.js";
import type { SchemaName } from "../codecs/schemas/schemas.js";
import { FormatError, InputError } from "../core/errors.js";
import { type Output, streamOutput, writeOutputFile } from "../files/output-file.js";
import { type AlgorithmName, algorithmNames } from "../lcs/index.js";
import { readJsonl } from "./jsonl.js";
import { schemaFlag, schemaValues } from "./schema-flag.js";

interface AlignFlags {
  readonly output?: string;
  readonly tokenizer?: string;
  readonly compat?: "paper";
  readonly algorithm: AlgorithmName;
  readonly schema?: SchemaName;
  readonly strict: boolean;
}

const examples = `
Examples:
  $ gner align generations.jsonl -o aligned.jsonl
  $ gner align generations.jsonl --tokenizer tokenizer.json --compat paper > aligned.jsonl
  $ gner align entities.jsonl --schema entity-centric
  $ cat generations.jsonl | gner align - --strict

Input rows: {"words": [...], "labels": [...], "prediction": "..."}, or the paper's own
{"instance": {"words": [...]}, "label_list": [...], "prediction": "..."}. Output rows: {"id", "labels", "entities",
"notes"}, one BIO tag per word (null where entities of --schema entity-centric overlap); with --compat paper these labels
are the evaluator's, to the letter. Rows that cannot be read are reported with file and line, the others go on, and the
exit code is 1.`;

/** `gner align`: saved generations of any model become labels and entities; no model needed. */
export function alignCommand(signal: AbortSignal): Command {
  return new Command("align")
    .description("carry saved generations back to their words: labels and entities, without a model")
    .argument("<rows>", "JSONL file of generations, or - for standard input")
    .option("-o, --output <file>", "JSONL file to write; standard output where none is given")
    .option("--tokenizer <file>", "tokenizer.json of the model, for back-tokenization")
    .addOption(
      new Option("--compat <mode>", "exactly as the paper's evaluator, without repairs").choices(["paper"]),
    )
    .addOption(
      new Option("--algorithm <name>", "alignment algorithm").choices(algorithmNames).default("automatic"),
    )
    .option("--schema <schema>", `what generations look like: ${schemaValues} (default: bio)`, schemaFlag)
    .option("--strict", "stop at the first row that cannot be read", false)
    .addHelpText("after", examples)
    .action(async (input: string, flags: AlignFlags) => {
      const { schema = "bio" } = flags;
      if (flags.compat === "paper" && schema !== "bio")
        throw new InputError(
          "--compat paper goes with --schema bio only: the paper's evaluator reads no other",
        );
      const mode: AlignmentMode = {
        asPaper: flags.compat === "paper",
        backTokenize: readBackTokenizer(flags.tokenizer),
        algorithm: flags.algorithm,
        schema,
      };
      const write = (output: Output) => alignRows(input, output, mode, flags.strict, signal);
      const counts =
        flags.output === undefined
          ? await write(streamOutput(process.stdout))
          : await writeOutputFile(flags.output, write);
      process.stderr.write(`${counts.aligned} rows aligned, ${counts.failed} could not be read\n`);
      if (counts.failed > 0) process.exitCode = 1;
    });
}

async function alignRows(
  input: string,
  output: Output,
  mode: AlignmentMode,
  strict: boolean,
  signal: AbortSignal,
) {
  const counts = { aligned: 0, failed: 0 };
  for await (const row of readJsonl(input, signal)) {
    signal.throwIfAborted();
    try {
      if ("error" in row) throw row.error;
      const generation = parseGeneration(row.value);
      const aligned = { id: generation.id ?? row.line, ...alignGeneration(generation, mode) };
      await output.write(`${JSON.stringify(aligned)}\n`, signal);
      counts.aligned++;
    } catch (error) {
      if (!(error instanceof InputError || error instanceof FormatError)) throw error;
      const located = error instanceof FormatError ? error : new FormatError(input, row.line, error.message);
      if (strict) throw located;
      process.stderr.write(`gner: ${located.message}\n`);
      counts.failed++;
    }
  }
  return counts;
}
