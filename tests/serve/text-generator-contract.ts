import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TextGenerator } from "../../src/serve/generate/text-generator.js";

/**
 * What every TextGenerator keeps. `prompts` are at least three, of different lengths, that the model answers with
 * several tokens each.
 */
export function testTextGenerator(
  name: string,
  load: () => Promise<TextGenerator>,
  prompts: readonly string[],
): void {
  describe(`TextGenerator contract: ${name}`, () => {
    let generator: TextGenerator;
    beforeAll(async () => {
      generator = await load();
    });
    afterAll(() => generator.close());

    it("answers every prompt, in order, alone as in a batch", async () => {
      const together = await generator.generate(prompts);
      expect(together).toHaveLength(prompts.length);
      const alone = [];
      for (const prompt of prompts) alone.push(...(await generator.generate([prompt])));
      expect(together).toEqual(alone);
      const reversed = await generator.generate(prompts.toReversed());
      expect(reversed.toReversed()).toEqual(alone);
      expect(await Promise.all(prompts.map((prompt) => generator.generate([prompt])))).toEqual(
        alone.map((completion) => [completion]),
      );
    });

    it("says which characters each token wrote, with a log-probability", async () => {
      for (const { text, tokens, finish } of await generator.generate(prompts)) {
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
      const [cut] = await generator.generate(prompts, { maxTokens: 3 });
      expect(cut?.finish).toBe("length");
      expect(cut?.tokens).toHaveLength(3);
    });

    it("searches with beams, never worse in its own score than greedy", async () => {
      const mean = (tokens: readonly { logprob: number }[]) =>
        tokens.reduce((sum, { logprob }) => sum + logprob, 0) / Math.max(1, tokens.length);
      const greedy = await generator.generate(prompts);
      const beams = await generator.generate(prompts, { numBeams: 4 });
      for (const [i, { tokens, finish }] of beams.entries()) {
        expect(finish).toBe("end");
        // The end token counts in the search but is not listed, hence the margin.
        expect(mean(tokens)).toBeGreaterThan(mean(greedy[i]?.tokens ?? []) - 0.05);
      }
    });

    it("rejects with the signal's reason, before and during generation", async () => {
      const reason = new Error("enough");
      await expect(generator.generate(prompts, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
      const abort = new AbortController();
      const running = generator.generate([...prompts, ...prompts, ...prompts], {}, abort.signal);
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
