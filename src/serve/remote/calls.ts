import { setTimeout as sleep } from "node:timers/promises";
import pLimit, { type LimitFunction } from "p-limit";
import pRetry from "p-retry";
import type { UsageMeter } from "../generate/usage.js";
import { faultOf, type Place, RemoteFault } from "./faults.js";
import type { CheckedSettings } from "./settings.js";

/**
 * One attempt of a request. `signal` ends its connection when the attempt is to end; the attempt calls `hangUp` where it
 * leaves an answer unread.
 */
export type Attempt<Result> = (signal: AbortSignal, hangUp: () => void) => Promise<Result>;

/** Made once: a signal without a reason of its own makes an error with a stack for each request. */
const over = new Error("the request is over");

/**
 * The one place where requests wait, are repeated and time out; the clients' own retries are off. At most `concurrency`
 * calls are under way, those that wait for their repetition included.
 */
export class RemoteCalls {
  private readonly limit: LimitFunction;
  /** A server that asks to wait asks this of all requests (`performance.now()`). */
  private pausedUntil = 0;

  constructor(
    private readonly place: Place,
    private readonly settings: CheckedSettings,
    private readonly meter: UsageMeter,
  ) {
    this.limit = pLimit(settings.concurrency);
  }

  /**
   * The result of `attempt`, which is called again after failures that may pass. Throws BackendError, and the signal's
   * reason once it is aborted.
   */
  run<Result>(attempt: Attempt<Result>, signal: AbortSignal): Promise<Result> {
    return this.limit(() => this.repeat(attempt, signal));
  }

  private async repeat<Result>(attempt: Attempt<Result>, signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    const { retries, retryDelay, maxRetryDelay } = this.settings;
    return pRetry((number) => this.once(attempt, number > 1, signal), {
      retries,
      minTimeout: retryDelay,
      maxTimeout: maxRetryDelay,
      randomize: true,
      signal,
      shouldRetry: ({ error }) => error instanceof RemoteFault && error.retryable,
      onFailedAttempt: ({ error }) => this.heed(error),
    });
  }

  /** Waits as long as the server asks, or gives up. */
  private heed(error: Error): void {
    if (!(error instanceof RemoteFault) || !error.retryable || error.retryAfter === null) return;
    if (error.retryAfter > this.settings.maxRetryDelay) {
      const seconds = Math.ceil(error.retryAfter / 1000);
      throw new RemoteFault(`${error.message}; it asks to wait for ${seconds} seconds`, error);
    }
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + error.retryAfter);
  }

  private async once<Result>(
    attempt: Attempt<Result>,
    isRetry: boolean,
    signal: AbortSignal,
  ): Promise<Result> {
    await this.pause(signal);
    const { timeout } = this.settings;
    const request = new AbortController();
    const abort = () => request.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      request.abort(over);
    }, timeout);
    const began = performance.now();
    try {
      return await attempt(request.signal, () => request.abort(over));
    } catch (error) {
      request.abort(over);
      signal.throwIfAborted();
      const fault = faultOf(this.place, error);
      // A status that came in time says more.
      const hasStatus = fault instanceof RemoteFault && fault.status !== null;
      if (isLate && !hasStatus) {
        throw this.place.fault(`gave no whole answer in ${timeout / 1000} seconds`, { retryable: true });
      }
      throw fault;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      this.meter.addRequest(performance.now() - began, isRetry);
    }
  }

  private async pause(signal: AbortSignal): Promise<void> {
    for (;;) {
      const left = this.pausedUntil - performance.now();
      if (left <= 0) return;
      await sleep(left, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
