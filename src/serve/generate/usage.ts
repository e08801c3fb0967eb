/** What a generator has used since it was made. Numbers only grow. */
export interface Usage {
  /** Prompts sent to the model, the repeated ones included. */
  readonly requests: number;
  /** Those of them that repeat a failed one. */
  readonly retries: number;
  /** As the model's own tokenizer counts them. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Answers whose tokens nobody counted: servers count at the end, so answers that were stopped early are here. */
  readonly uncounted: number;
  /** Time of all requests together, waiting for a free place not included; with concurrency more than the clock's. */
  readonly milliseconds: number;
}

/** Counts what is used. `usage` is a snapshot that stays as it is. */
export class UsageMeter {
  private requests = 0;
  private retries = 0;
  private promptTokens = 0;
  private completionTokens = 0;
  private uncounted = 0;
  private milliseconds = 0;

  get usage(): Usage {
    const { requests, retries, promptTokens, completionTokens, uncounted } = this;
    return {
      requests,
      retries,
      promptTokens,
      completionTokens,
      uncounted,
      milliseconds: Math.round(this.milliseconds),
    };
  }

  /** A request that ended, well or not. */
  addRequest(milliseconds: number, isRetry: boolean): void {
    this.requests++;
    if (isRetry) this.retries++;
    this.milliseconds += milliseconds;
  }

  /** The tokens of one answer; null where they are not known. */
  addTokens(counts: { readonly promptTokens: number; readonly completionTokens: number } | null): void {
    if (counts === null) {
      this.uncounted++;
      return;
    }
    this.promptTokens += counts.promptTokens;
    this.completionTokens += counts.completionTokens;
  }
}
