import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { huggingfaceGenerator } from "../../../src/serve/remote/huggingface.js";
import { openaiGenerator } from "../../../src/serve/remote/openai.js";
import { deterministicModel } from "./deterministic-model.js";
import { TestServer } from "./server.js";

const key = "gner-test-key-0123456789";
const prompt = "[INST] Sentence: Ada met Babbage . [/INST]";
const kinds = [
  (url: string) => openaiGenerator({ url, model: "rule" }),
  (url: string) => huggingfaceGenerator({ url }),
];

describe("keys", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start(deterministicModel);
  });

  afterEach(async () => {
    await server.stop();
    vi.unstubAllEnvs();
  });

  it("of other services do not go to any server", async () => {
    vi.stubEnv("OPENAI_API_KEY", key);
    vi.stubEnv("HF_TOKEN", key);
    for (const make of kinds) {
      const generator = make(server.url);
      await generator.generate([{ prompt }]);
    }
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it("are refused where they could not be sent", () => {
    vi.stubEnv("GNER_API_KEY", `${key}\nmore`);
    for (const make of kinds) {
      expect(() => make(server.url)).toThrow(/GNER_API_KEY/);
      expect(() => make(server.url)).not.toThrow(key);
    }
  });

  it("do not belong into the address", () => {
    const url = `http://me:${key}@127.0.0.1/v1`;
    for (const make of kinds) {
      expect(() => make(url)).toThrow(InputError);
      expect(() => make(url)).not.toThrow(key);
    }
  });
});
