/** Where a diverging answer is cut: what stands before `end` is kept. */
export interface Stop {
  readonly end: number;
  /** For a person, as in "the model was stopped: {reason}". */
  readonly reason: string;
}

/** Watches one answer while it is written. */
export interface StopRule {
  /** Takes the next piece of the answer, however it was cut, and says where the answer is to end, once it must. */
  push(piece: string): Stop | null;
}
