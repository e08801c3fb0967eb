import cliProgress from "cli-progress";

/**
 * Shows on a line of stderr, where that is a terminal, how far the work is: first `start`, then what the work shows. A file
 * does not say beforehand how much it holds, so there is no bar to fill, only a count.
 */
export async function withCount<Result>(
  start: string,
  work: (show: (count: string) => void) => Promise<Result>,
): Promise<Result> {
  const bar = new cliProgress.SingleBar({
    format: "{count}",
    stream: process.stderr,
    clearOnComplete: true,
    noTTYOutput: false,
  });
  bar.start(1, 0, { count: start });
  try {
    return await work((count) => bar.update(0, { count }));
  } finally {
    bar.stop();
  }
}
