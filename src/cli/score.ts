import { Command } from "commander";
import { addCounts, noCounts, type Scores } from "../../eval/counts.js";
import { paperScores } from "../../eval/paper.js";
import { countSchemaRow } from "../../eval/schema-score.js";
import { countGeneration, parseScoredGeneration } from "../../eval/scored-generation.js";
import { strictScores } from "../../eval/strict.js";
import { type BackTokenize, readBackTokenizer } from "../codecs/back-tokenize.js";
import type { SchemaName } from "../codecs/schemas/schemas.js";
import { atPlace, InputError } from "../core/errors.js";
import { alignColumns } from "./columns.js";
import { readJsonl } from "./jsonl.js";
import { schemaFlag, schemaValues } from "./schema-flag.js";

interface ScoreFlags {
  readonly tokenizer?: string;
  readonly schema?: SchemaName;
  readonly json?: true;
}

/** Scores of a file of generations. */
interface GenerationScores {
  readonly rows: number;
  /** Null for a schema that the paper's evaluator does not read. */
  readonly paper: Scores | null;
  readonly strict: Scores;
}

const examples = `
Examples:
  $ gner score generations.jsonl
  $ gner score generations.jsonl --tokenizer tokenizer.json --json
  $ gner score generations.jsonl --schema entity-centric

Input rows are those of gner dataset build with a field "prediction" added, what a model wrote for them, or the paper's
own {"instance": {"words": [...], "labels": [...]}, "label_list": [...], "prediction": "..."}. Two scores: "paper" reads
and compares as the paper's evaluator does, "strict" by position, after the repairs of gner align. The table shows
percent, --json fractions from 0 to 1. For rows of another --schema than bio there is the strict score alone. A row that cannot be read ends the command.`;

/** `gner score`: saved generations against the gold tags of their rows; no model needed. */
export function scoreCommand(signal: AbortSignal): Command {
  return new Command("score")
    .description("score saved generations against the gold tags of their rows, without a model")
    .argument("<rows>", "JSONL file of rows with predictions, or - for standard input")
    .option("--tokenizer <file>", "tokenizer.json of the model, for back-tokenization")
    .option("--schema <schema>", `what targets look like: ${schemaValues} (default: bio)`, schemaFlag)
    .option("--json", "print JSON")
    .addHelpText("after", examples)
    .action(async (input: string, flags: ScoreFlags) => {
      const backTokenize = readBackTokenizer(flags.tokenizer);
      const scores = await scoreRows(input, flags.schema ?? "bio", backTokenize, signal);
      process.stdout.write(flags.json ? `${JSON.stringify(scores)}\n` : table(scores));
    });
}

async function scoreRows(
  input: string,
  schema: SchemaName,
  backTokenize: BackTokenize,
  signal: AbortSignal,
): Promise<GenerationScores> {
  let rows = 0;
  let paper = noCounts;
  let strict = noCounts;
  for await (const row of readJsonl(input, signal)) {
    signal.throwIfAborted();
    if ("error" in row) throw row.error;
    const counts = atPlace(input, row.line, () =>
      schema === "bio"
        ? countGeneration(parseScoredGeneration(row.value), backTokenize)
        : { paper: noCounts, strict: countSchemaRow(row.value, schema, backTokenize) },
    );
    paper = addCounts(paper, counts.paper);
    strict = addCounts(strict, counts.strict);
    rows++;
  }
  if (rows === 0) throw new InputError(`${input} has no rows: there is nothing to score`);
  return { rows, paper: schema === "bio" ? paperScores(paper) : null, strict: strictScores(strict) };
}

function table({ rows, paper, strict }: GenerationScores): string {
  const percent = (fraction: number) => (100 * fraction).toFixed(2);
  const line = (name: string, { precision, recall, f1 }: Scores) => [
    name,
    ...[precision, recall, f1].map(percent),
  ];
  const scores = [...(paper === null ? [] : [line("paper", paper)]), line("strict", strict)];
  const lines = [["score", "precision", "recall", "F1"], ...scores];
  return `${alignColumns(lines, 1)}\n${rows} rows\n`;
}
