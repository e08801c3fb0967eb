import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import type { Prompt } from "../../src/serve/generate/prompt-form.js";
import type { StopRule } from "../../src/serve/generate/stop-rule.js";
import type { TextGenerator } from "../../src/serve/generate/text-generator.js";

/**
 * What every TextGenerator keeps. `prompts` are at least three, of different lengths, that the model answers with
 * several tokens each, with log-probabilities.
 */
export function testTextGenerator(
  name: string,
  load: () => Promise<TextGenerator>,
  prompts: readonly Prompt[],
): void {
  const requests = prompts.map((prompt) => ({ prompt }));
  describe(`TextGenerator contract: ${name}`, () => {
    let generator: TextGenerator;
    beforeAll(async () => {
      generator = await load();
    });
    afterAll(() => generator.close());

    it("answers every prompt, in order, alone as in a batch", async () => {
      const together = await generator.generate(requests);
      expect(together).toHaveLength(requests.length);
      const alone = [];
      for (const request of requests) alone.push(...(await generator.generate([request])));
      expect(together).toEqual(alone);
      const reversed = await generator.generate(requests.toReversed());
      expect(reversed.toReversed()).toEqual(alone);
      expect(await Promise.all(requests.map((request) => generator.generate([request])))).toEqual(
        alone.map((completion) => [completion]),
      );
    });

    it("says which characters each token wrote, with a log-probability", async () => {
      for (const { text, tokens, finish } of await generator.generate(requests)) {
        expect(finish).toBe("end");
        expect(tokens.length).toBeGreaterThan(1);
        let position = 0;
        for (const { start, end, logprob } of tokens) {
          expect(start).toBe(position);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(logprob).toBeLessThanOrEqual(1e-5);
          position = end;
        }
        expect(position).toBe(text.length);
      }
    });

    it("takes nothing for an answer", async () => {
      expect(await generator.generate([])).toEqual([]);
    });

    it("stops at the token limit and says so", async () => {
      const [cut] = await generator.generate(requests, { maxTokens: 3 });
      expect(cut?.finish).toBe("length");
      expect(cut?.tokens).toHaveLength(3);
    });

    it("searches with beams, never worse in its own score than greedy", async () => {
      const mean = (tokens: readonly { logprob: number }[]) =>
        tokens.reduce((sum, { logprob }) => sum + logprob, 0) / Math.max(1, tokens.length);
      if (generator.limits.beams === 1) {
        await expect(generator.generate(requests, { numBeams: 2 })).rejects.toBeInstanceOf(InputError);
        return;
      }
      const greedy = await generator.generate(requests);
      const beams = await generator.generate(requests, { numBeams: 4 });
      for (const [i, { tokens, finish }] of beams.entries()) {
        expect(finish).toBe("end");
        // The end token counts in the search but is not listed, hence the margin.
        expect(mean(tokens)).toBeGreaterThan(mean(greedy[i]?.tokens ?? []) - 0.05);
      }
    });

    it("ends an answer where its rule says, and says so", async () => {
      const [whole] = await generator.generate(requests.slice(0, 1));
      const end = whole?.tokens[1]?.end ?? 0;
      const stopRule = (): StopRule => {
        let seen = 0;
        return {
          push(piece) {
            seen += piece.length;
            return seen > end ? { end, reason: "enough was seen" } : null;
          },
        };
      };
      const [cut] = await generator.generate(
        requests.slice(0, 1).map((request) => ({ ...request, stopRule })),
      );
      expect(cut?.text).toBe(whole?.text.slice(0, end));
      expect(cut?.tokens).toEqual(whole?.tokens.slice(0, 2));
      expect(cut?.finish).toBe("stopped");
      expect(cut?.notes).toEqual([
        { kind: "stopped-early", message: "the model was stopped: enough was seen" },
      ]);
    });

    it("counts what it uses", async () => {
      const before = generator.usage;
      const completions = await generator.generate(requests);
      const after = generator.usage;
      expect(after.requests - before.requests).toBe(requests.length);
      expect(after.retries).toBe(before.retries);
      expect(after.uncounted).toBe(before.uncounted);
      const tokens = completions.reduce((sum, completion) => sum + completion.tokens.length, 0);
      expect(after.completionTokens - before.completionTokens).toBeGreaterThanOrEqual(tokens);
      expect(after.promptTokens - before.promptTokens).toBeGreaterThan(requests.length);
      expect(after.milliseconds).toBeGreaterThanOrEqual(before.milliseconds);
    });

    it("rejects with the signal's reason, before and during generation", async () => {
      const reason = new Error("enough");
      await expect(generator.generate(requests, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
      const abort = new AbortController();
      const running = generator.generate([...requests, ...requests, ...requests], {}, abort.signal);
      setTimeout(() => abort.abort(reason), 5);
      await expect(running).rejects.toBe(reason);
    });

    it("counts tokens", () => {
      const counts = prompts.map((prompt) => generator.countTokens(prompt));
      for (const count of counts) expect(count).toBeGreaterThan(0);
      expect(Math.max(...counts)).toBeLessThanOrEqual(generator.limits.inputTokens);
    });

    it("spells words as its tokenizer does, one for one", () => {
      const words = ["plain", "naïve", "C++", "漢", "😀", "a\u0301", "(", "'s"];
      const spelled = generator.backTokenize(words);
      expect(spelled).toHaveLength(words.length);
      expect(spelled[0]).toBe("plain");
      expect(generator.backTokenize(words.toReversed())).toEqual(spelled.toReversed());
    });
  });
}
