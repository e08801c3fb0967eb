import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../../eval/run.js";
import { decodeBio } from "../../../src/codecs/bio.js";
import { parseWordLabels } from "../../../src/codecs/word-label.js";
import { documentOfWords, type Example } from "../../../src/core/document.js";
import { BackendError } from "../../../src/core/errors.js";
import { Gner, type LoadOptions, loadRecognizer } from "../../../src/serve/gner.js";
import { noPython } from "../../support/python.js";
import { missing } from "../../support/shared.js";
import { Peer, peerTokenizer } from "./peer.js";
import { knownSentences, labels, trainingRows } from "./sentences.js";

describe.skipIf(missing(peerTokenizer) || noPython())("transformers serve with a small LLaMA", () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await Peer.start(trainingRows);
  }, 600_000);
  afterAll(() => peer.stop());

  const ways: [string, (peer: Peer) => LoadOptions][] = [
    ["completions", ({ url, model }) => ({ model: `openai:${url}#${model}` })],
    ["chat", ({ url, model }) => ({ model: `openai:${url}#${model}`, remote: { promptForm: "chat" } })],
    ["Hugging Face's client, completions", ({ url, model }) => ({ model: `hf:${url}#${model}` })],
    [
      "Hugging Face's client, chat",
      ({ url, model }) => ({ model: `hf:${url}#${model}`, remote: { promptForm: "chat" } }),
    ],
  ];

  it.each(ways)("gives the entities that it was taught, by %s", async (_, options) => {
    const gner = await Gner.load(options(peer));
    const texts = knownSentences.map(({ words }) => words.join(" "));
    const extractions = await gner.extractAll(texts, labels);
    for (const [i, { mentions }] of knownSentences.entries()) {
      const found = extractions[i];
      expect(found?.notes).toEqual([]);
      expect(found?.entities.map(({ label, text }) => ({ label, text }))).toEqual(mentions);
      for (const { start, end, text, score } of found?.entities ?? []) {
        expect(texts[i]?.slice(start, end)).toBe(text);
        // This server tells no log-probabilities.
        expect(score).toBeNull();
      }
    }
    expect(gner.usage).toMatchObject({ requests: texts.length, retries: 0, uncounted: 0 });
    expect(gner.usage?.completionTokens).toBeGreaterThan(10 * texts.length);
    await gner.close();
  });

  it("is evaluated over HTTP", async () => {
    const examples = knownSentences.map(({ words, answer }, i): Example => {
      const gold = decodeBio(parseWordLabels(answer).map(({ tag }) => tag));
      return { doc: documentOfWords(String(i), words), labels, gold };
    });
    const recognizer = await loadRecognizer({ model: `openai:${peer.url}#${peer.model}` });
    const set = { dataset: "known", labels, examples };
    const { average, datasets } = await evaluate(recognizer, [set]);
    expect(average.strict).toBe(1);
    expect(datasets[0]?.sentences).toBe(knownSentences.length);
    await recognizer.close();
  });

  it("refuses beam search in so many words", async () => {
    const gner = await Gner.load({ model: `openai:${peer.url}#${peer.model}` });
    await expect(gner.extract("Ada", labels, { numBeams: 2 })).rejects.toThrow(/no beam search.*take 1 beam/);
    await gner.close();
  });

  it("fails in so many words where it has no such model", async () => {
    const gner = await Gner.load({
      model: `openai:${peer.url}#no-such-model`,
      remote: { retries: 1, retryDelay: 5 },
    });
    const asked = gner.extract("Ada", labels);
    await expect(asked).rejects.toBeInstanceOf(BackendError);
    await expect(asked).rejects.toThrow(peer.url);
    await gner.close();
  });
});
