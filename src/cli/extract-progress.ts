import cliProgress from "cli-progress";
import type { FormatName } from "./extraction-formats.js";
import type { Sources } from "./sources.js";

/** What tells how far a run is. */
export interface Progress {
  /** After each document. */
  readonly onDocument: () => void;
  /** After each window of a document. */
  readonly onWindow: (done: number, total: number) => void;
}

interface ProgressFlags {
  readonly format: FormatName;
  readonly output?: string;
}

/** Shows a bar on standard error while `run` runs, where that is a terminal and no rows would run through the bar. */
export async function withProgress<Result>(
  { count, isSingle }: Sources,
  { format, output }: ProgressFlags,
  run: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const showsRows = output === undefined && process.stdout.isTTY && (!isSingle || format === "jsonl");
  if (!process.stderr.isTTY || showsRows) return run({ onDocument: () => {}, onWindow: () => {} });
  const bar = new cliProgress.SingleBar({
    format: isSingle
      ? "window {window} of {windows} [{bar}]"
      : `{value}${count === null ? "" : "/{total}"} texts [{bar}] {duration_formatted}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(count ?? 1, 0, { window: 0, windows: 1 });
  let done = 0;
  try {
    return await run({
      onDocument() {
        done++;
        if (count === null) bar.setTotal(done + 1);
        if (!isSingle) bar.update(done);
      },
      onWindow(window, windows) {
        if (!isSingle) return;
        bar.setTotal(windows);
        bar.update(window, { window, windows });
      },
    });
  } finally {
    // Also gives the cursor back.
    bar.stop();
  }
}
