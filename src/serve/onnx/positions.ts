import type { ModelManifest } from "./manifest.js";

/** Where a generated sequence stands: the position of its next token, and whether it is inside brackets. */
export interface Progress {
  readonly position: number;
  readonly bracketed: boolean;
}

/** Computes the decoder position of each token from the tokens before it, by the rule that `gner.json` names. */
export interface PositionRule {
  /** Where a sequence starts; `sourceStart` is the index of the first source piece in the encoder's input. */
  start(sourceStart: number): Progress;
  /** After one more token. */
  after(progress: Progress, token: number): Progress;
}

export function positionRule(manifest: ModelManifest): PositionRule {
  const { positions, output } = manifest;
  if (positions.rule === "sequence") {
    return {
      start: () => ({ position: 0, bracketed: false }),
      after: ({ position }) => ({ position: position + 1, bracketed: false }),
    };
  }
  const openers = new Set(positions.openers);
  const closers = new Set(positions.closers);
  const specials = new Set([...Object.keys(output.tokens).map(Number), output.start, output.end]);
  return {
    start: (sourceStart) => ({ position: sourceStart, bracketed: false }),
    after(progress, token) {
      if (openers.has(token)) return { ...progress, bracketed: true };
      if (closers.has(token)) return { ...progress, bracketed: false };
      if (specials.has(token) || progress.bracketed) return progress;
      return { ...progress, position: progress.position + 1 };
    },
  };
}
