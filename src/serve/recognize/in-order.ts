import { setMaxListeners } from "node:events";
import pLimit from "p-limit";

/** Results that wait for an earlier one are at most so many times as many as run at once. */
const waitingPerRunning = 16;

/**
 * What `work` makes of each item, in the order of the items, `concurrency` at a time. Items are taken as there is room,
 * so neither they nor the results pile up behind a slow one. The first failure, in order, is thrown. `work` gets a
 * signal that is aborted when the caller takes no more or a failure was thrown; none of it runs on after that.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  concurrency: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  const limit = pLimit(concurrency);
  const stop = new AbortController();
  const running = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  // As many listen as run at once; older versions of Node take more than ten listeners for a leak and say so.
  setMaxListeners(0, running);
  const source = toAsync(items);
  const results: Promise<Result>[] = [];
  let next: Promise<Taken<Item>> | null = take(source);
  let hasFailed = false;
  let failure: { readonly error: unknown } | null = null;
  try {
    while (next !== null || results.length > 0) {
      const [first] = results;
      const isFull = results.length >= concurrency * waitingPerRunning;
      if (first !== undefined && (next === null || isFull || (await isFirstReady(first, next)))) {
        yield await first;
        results.shift();
        continue;
      }
      const taken: Taken<Item> | null = await next;
      if (taken !== null && "item" in taken) {
        const { item } = taken;
        const result = limit(async () => {
          running.throwIfAborted();
          // What has not begun yet comes behind the one that failed: nobody would see it.
          if (hasFailed) throw new Error("an item before this one failed");
          try {
            return await work(item, running);
          } catch (error) {
            hasFailed = true;
            throw error;
          }
        });
        // Awaited in its turn; until then it must not count as an unhandled rejection.
        result.catch(() => {});
        results.push(result);
        next = take(source);
      } else {
        // What was taken before comes first.
        failure = taken;
        next = null;
      }
    }
    if (failure !== null) throw failure.error;
  } finally {
    stop.abort(new Error("nobody takes further results"));
    await Promise.allSettled(results);
    // Not awaited: it waits for an item that may never come.
    source.return(undefined).catch(() => {});
  }
}

/** What the source gave: an item, nothing more, or a failure. */
type Taken<Item> = { readonly item: Item } | { readonly error: unknown } | null;

async function take<Item>(source: AsyncGenerator<Item>): Promise<Taken<Item>> {
  try {
    const { done, value } = await source.next();
    return done ? null : { item: value };
  } catch (error) {
    return { error };
  }
}

/** Whether the first result comes before the next item; a failure comes to light where the result is awaited. */
async function isFirstReady(first: Promise<unknown>, next: Promise<unknown>): Promise<boolean> {
  const came = () => true;
  return await Promise.race([first.then(came, came), next.then(() => false)]);
}

async function* toAsync<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}
