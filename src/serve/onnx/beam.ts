/** One way to go on from a state: the state it leads to, and the log-probability of that step. */
export interface Continuation<State> {
  readonly logprob: number;
  /** Whether this step ends the sequence. */
  readonly ends: boolean;
  /** Made only for continuations that survive. */
  readonly state: () => State;
}

export interface BeamPolicy {
  readonly numBeams: number;
  readonly lengthPenalty: number;
  /** Sequences are cut after so many steps. */
  readonly maxSteps: number;
}

/** A finished sequence. */
export interface Beam<State> {
  readonly state: State;
  /** Sum of the log-probabilities of its steps. */
  readonly logprob: number;
  /** `logprob / steps^lengthPenalty`. */
  readonly score: number;
  /** False where it was cut after `maxSteps`. */
  readonly ended: boolean;
}

/**
 * For each running state its continuations, best first: all of them, or at least the best `2 * numBeams`. An array
 * shorter than that says that there are no others.
 */
export type Expand<State> = (
  running: readonly State[],
) => Promise<readonly (readonly Continuation<State>[])[]>;

interface Running<State> {
  readonly state: State;
  readonly logprob: number;
}

interface Candidate<State> extends Continuation<State> {
  readonly total: number;
}

/**
 * Beam search with the semantics of Hugging Face's `generate(num_beams, length_penalty, early_stopping=False)`:
 * twice as many candidates as beams are kept per step; those that end count only among the best `numBeams`; the
 * search stops once the best running beam, at its present length, cannot beat the worst finished one. With one
 * beam it is greedy decoding. Knows neither models nor what a token means. Ties keep the order in which beams and
 * continuations were given.
 *
 * Returns the finished beams, best first. `expand` may reject (an abort, a failing model): so does the search.
 */
export async function beamSearch<State>(
  start: State,
  expand: Expand<State>,
  policy: BeamPolicy,
): Promise<Beam<State>[]> {
  const { numBeams, maxSteps } = policy;
  let running: Running<State>[] = [{ state: start, logprob: 0 }];
  let finished: Beam<State>[] = [];
  for (let step = 1; running.length > 0; step++) {
    const continuations = await expand(running.map(({ state }) => state));
    const candidates = bestCandidates(running, continuations, 2 * numBeams);
    const isLast = step >= maxSteps;
    const ending = candidates.slice(0, numBeams).filter(({ ends }) => ends || isLast);
    finished = mergeFinished(finished, ending, step, policy);
    if (isLast) break;
    const open = candidates.filter(({ ends }) => !ends).slice(0, numBeams);
    if (!canImprove(open, finished, step, policy)) break;
    running = open.map(({ state, total }) => ({ state: state(), logprob: total }));
  }
  return finished;
}

function bestCandidates<State>(
  running: readonly Running<State>[],
  continuations: readonly (readonly Continuation<State>[])[],
  count: number,
): Candidate<State>[] {
  const candidates: Candidate<State>[] = [];
  for (const [beam, { logprob }] of running.entries()) {
    for (const continuation of continuations[beam]?.slice(0, count) ?? []) {
      candidates.push({ ...continuation, total: logprob + continuation.logprob });
    }
  }
  return candidates.sort((a, b) => b.total - a.total).slice(0, count);
}

function mergeFinished<State>(
  finished: readonly Beam<State>[],
  ending: readonly Candidate<State>[],
  steps: number,
  { numBeams, lengthPenalty }: BeamPolicy,
): Beam<State>[] {
  if (ending.length === 0) return [...finished];
  const added = ending.map(({ state, total, ends }) => ({
    state: state(),
    logprob: total,
    score: total / steps ** lengthPenalty,
    ended: ends,
  }));
  return [...finished, ...added].sort((a, b) => b.score - a.score).slice(0, numBeams);
}

function canImprove<State>(
  open: readonly Candidate<State>[],
  finished: readonly Beam<State>[],
  steps: number,
  { numBeams, lengthPenalty }: BeamPolicy,
): boolean {
  const best = open[0];
  if (best === undefined) return false;
  const worst = finished[numBeams - 1];
  return worst === undefined || best.total / steps ** lengthPenalty > worst.score;
}
