import type { Note } from "../../core/notes.js";
import { faultOf, type Place, RemoteFault } from "./faults.js";

/** What not every server takes; it is left out, or put otherwise, once a server has refused it. */
export type OptionalField = "stream_options" | "logprobs" | "max_tokens" | "temperature";

/** Whether a field may be sent. */
export type Takes = (field: OptionalField) => boolean;

/**
 * Fields that are wrong only as such: a server that names them may also mean that their value is too large, and then
 * leaving them out would be no answer.
 */
const wrongAsSuch =
  /unsupported|not (?:\w+ )?(?:support|permitted|allowed)|unknown|unrecogni[sz]ed|unexpected|extra/i;

/** The note on answers of a server that takes no `temperature`. */
export const sampled: Note = {
  kind: "sampled",
  message: "the server does not let its model be asked greedily: another run may give another answer",
};

/** Which fields a server has refused. */
export class RefusedFields {
  private readonly known = new Set<OptionalField>();
  private asked = 0;

  constructor(
    private readonly place: Place,
    private readonly optional: readonly OptionalField[],
  ) {}

  /** Questions that were asked again. */
  get repeats(): number {
    return this.asked;
  }

  has(field: OptionalField): boolean {
    return this.known.has(field);
  }

  /**
   * Asks again without a field that the server has just refused by its name. It is remembered once that has helped: a
   * question that is refused either way says nothing about the others.
   */
  async ask<Result>(attempt: (takes: Takes) => PromiseLike<Result>): Promise<Result> {
    const refused = new Set(this.known);
    for (;;) {
      try {
        const result = await attempt((field) => !refused.has(field));
        for (const field of refused) this.known.add(field);
        return result;
      } catch (error) {
        const fault = faultOf(this.place, error);
        const field = isRefusal(fault) ? this.namedIn(fault.message, refused) : undefined;
        if (field === undefined) throw fault;
        refused.add(field);
        this.asked++;
      }
    }
  }

  private namedIn(message: string, refused: ReadonlySet<OptionalField>): OptionalField | undefined {
    return this.optional.find((field) => {
      if (refused.has(field) || !message.includes(field)) return false;
      return field === "stream_options" || field === "logprobs" || wrongAsSuch.test(message);
    });
  }
}

/** Whether a server understood the question and does not take it. */
export function isRefusal(fault: Error): boolean {
  return fault instanceof RemoteFault && (fault.status === 400 || fault.status === 422);
}
