import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { renderPrompt } from "../../src/codecs/prompt.js";
import type { ModelManifest } from "../../src/serve/onnx/manifest.js";
import { PlainText } from "../../src/serve/onnx/plain-text.js";
import { noPython, python } from "../support/python.js";
import { missing, shared } from "../support/shared.js";

const tokenizerFile = "tokenizers/t5/tokenizer.json";
const input = { kind: "text", end: 1, unknown: 2 } as const;
const manifest: ModelManifest = {
  formatVersion: 1,
  name: "test",
  version: "1",
  family: "gner",
  promptStyle: "gner",
  license: "none",
  languages: ["en"],
  tokenizer: { file: "tokenizer.json", sha256: "0".repeat(64) },
  graphs: {
    encoder: { file: "encoder.onnx", sha256: "0".repeat(64), bytes: 1 },
    decoder: { file: "decoder.onnx", sha256: "0".repeat(64), bytes: 1 },
  },
  input,
  output: { start: 0, end: 1, topTokens: 16, tokens: {} },
  positions: { rule: "sequence" },
  cache: { layers: 1, heads: 1, headSize: 1 },
  limits: { inputTokens: 640, sourceWords: null, outputTokens: 640 },
  scoreTemperature: 1,
};

const sentences = [
  "Ada Lovelace met Babbage in London .",
  "Müller's café cost 3,50 € — really ?",
  "Text that spells </s> and <pad> and <extra_id_3> stays text .",
  "{ braces } ~ < tildes > and 日本語 and 😀 cannot be spelled .",
  "ﬁne ligatures ½ and wide ＡＢＣ letters",
  "(B-52) bombers (O) in brackets(O)",
];
const prompts = sentences.map((sentence) =>
  renderPrompt("gner", { words: sentence.split(" "), labels: ["person", "city"] }),
);

describe.skipIf(missing(tokenizerFile) || noPython())("prompts of a T5", () => {
  const text = () =>
    new PlainText(
      z.looseObject({}).parse(JSON.parse(readFileSync(shared(tokenizerFile), "utf8"))),
      manifest,
      input,
    );

  it("are spelled as the trainer spells them", () => {
    const script = `
import json, sys
from tokenizers import Tokenizer
from gner_trainer.data import Encoder, SpecialIds
ids = SpecialIds(begin=None, end=1, pad=0, unknown=2)
print(json.dumps(Encoder(Tokenizer.from_file(sys.argv[1]), ids).texts(json.loads(sys.argv[2]))))`;
    const args = ["-c", script, shared(tokenizerFile), JSON.stringify(prompts)];
    const expected = z
      .array(z.array(z.number()))
      .parse(JSON.parse(execFileSync(python, args, { encoding: "utf8" })));
    for (const [i, prompt] of prompts.entries()) {
      expect(text().encode(prompt).ids, sentences[i]).toEqual([...(expected[i] ?? []), input.end]);
    }
  });

  it("come back from their tokens as the tokenizer can spell them", () => {
    const model = text();
    for (const sentence of sentences.slice(0, 2).concat(sentences.slice(5))) {
      const writer = model.writer();
      const { ids } = model.encode(sentence);
      const written = ids.slice(0, -1).map((id) => writer.write(id));
      expect(written.join("")).toBe(model.spell(sentence));
    }
    expect(model.spell("Lovelace")).toBe("Lovelace");
  });

  it("have no text for special tokens and for places without a piece", () => {
    const writer = text().writer();
    expect([0, 1, 2, 32_000, 32_127].map((id) => writer.write(id))).toEqual(["", "", "", "", ""]);
  });
});
