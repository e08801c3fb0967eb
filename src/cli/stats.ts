import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { cannotWrite } from "../files/output-file.js";
import type { Usage } from "../serve/generate/usage.js";

/** Flags that ask for the counts of a run. */
export interface StatsFlags {
  readonly stats?: true;
  readonly statsFile?: string;
}

/** Adds them to a command. */
export function addStatsFlags(command: Command): Command {
  return command
    .option("--stats", "show tokens, requests, retries and time on standard error at the end")
    .option("--stats-file <file>", "write them as JSON");
}

/** What a run did and used. */
export interface RunStats {
  readonly documents: number;
  /** Of them, taken from an earlier run. */
  readonly kept: number;
  readonly failed: number;
  /** By the clock. */
  readonly seconds: number;
  /** Of this run's requests; null where nothing counts it. */
  readonly usage: Usage | null;
}

/** Shows the counts on standard error and writes them as JSON, as asked for. */
export async function reportStats(stats: RunStats, { stats: show, statsFile }: StatsFlags): Promise<void> {
  if (show) process.stderr.write(`${statsLine(stats)}\n`);
  if (statsFile === undefined) return;
  await writeFile(statsFile, `${JSON.stringify(stats)}\n`).catch((cause) => {
    throw cannotWrite(statsFile, cause);
  });
}

/** The counts on one line. */
function statsLine({ documents, kept, failed, seconds, usage }: RunStats): string {
  const parts = [`${plural(documents, "document")} in ${seconds.toFixed(1)} s`];
  if (kept > 0) parts.push(`${kept} of an earlier run`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (usage !== null) {
    parts.push(plural(usage.requests, "request"));
    parts.push(usage.retries === 1 ? "1 retry" : `${usage.retries} retries`);
    parts.push(`${usage.promptTokens} tokens read`);
    parts.push(`${usage.completionTokens} tokens written`);
    if (usage.uncounted > 0) parts.push(`the tokens of ${plural(usage.uncounted, "answer")} not counted`);
  }
  return parts.join(", ");
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
