import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { beamSearch, type Continuation } from "../../src/serve/onnx/beam.js";

const oracle = z
  .object({
    start: z.number(),
    end: z.number(),
    cases: z.array(
      z.object({
        numBeams: z.number(),
        lengthPenalty: z.number(),
        maxSteps: z.number(),
        /** `[position modulo period][previous token][next token]` */
        logits: z.array(z.array(z.array(z.number()))),
        beams: z.array(z.object({ tokens: z.array(z.number()), score: z.number().nullable() })),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../fixtures/beam-search.json", import.meta.url), "utf8")));

type Tokens = readonly number[];

/** Log-probabilities of the table's next token, best first, as a model's step would give them. */
function expandTable(logits: number[][][], end: number, start: number) {
  return async (running: readonly Tokens[]) =>
    running.map((tokens): Continuation<Tokens>[] => {
      const row = logits[tokens.length % logits.length]?.[tokens.at(-1) ?? start] ?? [];
      const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      return row
        .map((logit, token) => ({
          logprob: logit - total,
          ends: token === end,
          state: () => [...tokens, token],
        }))
        .sort((a, b) => b.logprob - a.logprob);
    });
}

describe("beamSearch", () => {
  for (const [i, { logits, beams, ...policy }] of oracle.cases.entries()) {
    const name = `${policy.numBeams} beams, length penalty ${policy.lengthPenalty}, ${policy.maxSteps} steps`;
    it(`equals Hugging Face's search on table ${i}: ${name}`, async () => {
      const found = await beamSearch<Tokens>([], expandTable(logits, oracle.end, oracle.start), policy);
      expect(found.map(({ state }) => state)).toEqual(beams.map(({ tokens }) => tokens));
      for (const [k, { score }] of beams.entries()) {
        if (score !== null) expect(found[k]?.score).toBeCloseTo(score, 4);
      }
      for (const { state, ended } of found) expect(ended).toBe(state.at(-1) === oracle.end);
    });
  }

  it("finds the best of all sequences once the beam is wide enough", async () => {
    const [first] = oracle.cases;
    if (first === undefined) throw new Error("no cases");
    const logits = first.logits.map((rows) => rows.slice(0, 4).map((row) => row.slice(0, 4)));
    const expand = expandTable(logits, 1, 0);
    const policy = { lengthPenalty: 0, maxSteps: 5 };
    const wide = await beamSearch<Tokens>([], expand, { ...policy, numBeams: 4 ** 5 });
    const every = await enumerate([], 0);
    expect(wide[0]?.logprob).toBeCloseTo(Math.max(...every), 10);

    async function enumerate(tokens: Tokens, logprob: number): Promise<number[]> {
      if (tokens.at(-1) === 1 || tokens.length === policy.maxSteps) return [logprob];
      const [continuations = []] = await expand([tokens]);
      const all = await Promise.all(
        continuations.map((next) => enumerate(next.state(), logprob + next.logprob)),
      );
      return all.flat();
    }
  });

  it("rejects when a step rejects", async () => {
    const failing = beamSearch(0, () => Promise.reject(new Error("no model")), {
      numBeams: 2,
      lengthPenalty: 1,
      maxSteps: 3,
    });
    await expect(failing).rejects.toThrow("no model");
  });
});
