import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { type PromptForm, wordPrompt } from "../../../src/serve/generate/prompt-form.js";
import { loadRecognizer } from "../../../src/serve/gner.js";
import { huggingfaceGenerator } from "../../../src/serve/remote/huggingface.js";
import { openaiGenerator } from "../../../src/serve/remote/openai.js";
import { testRecognizer } from "../recognizer-contract.js";
import { testTextGenerator } from "../text-generator-contract.js";
import { deterministicModel, promptOf } from "./deterministic-model.js";
import { TestServer } from "./server.js";

const labels = ["person", "city"];
const sentences = [
  "Ada met Babbage .",
  "The quick brown fox jumps over the lazy dog near Zürich while C++ compiles ( slowly ) .",
  "Guido van Rossum wrote Python in Amsterdam .",
];
const prompts = (form: PromptForm) =>
  sentences.map((sentence) => wordPrompt({ form }, { labels, words: sentence.split(" ") }));

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(deterministicModel);
});
afterAll(() => server.stop());

for (const promptForm of ["inst", "plain", "chat", "few-shot"] as const) {
  testTextGenerator(
    `OpenAI-compatible server, ${promptForm}`,
    async () => openaiGenerator({ url: server.url, model: "rule", promptForm }),
    prompts(promptForm),
  );
  testTextGenerator(
    `Hugging Face endpoint, ${promptForm}`,
    async () => huggingfaceGenerator({ url: server.url, promptForm }),
    prompts(promptForm),
  );
}

testRecognizer("OpenAI-compatible server", () =>
  loadRecognizer({ model: `openai:${server.url}#rule`, remote: { inputTokens: 20_000 } }),
);
testRecognizer("Hugging Face endpoint", () =>
  loadRecognizer({ model: `hf:${server.url}`, remote: { inputTokens: 20_000, promptForm: "chat" } }),
);

describe("remote generators", () => {
  it("ask in each form on its route, the sentence last, greedily, with the answer's limit", async () => {
    for (const [promptForm, path] of [
      ["inst", "/v1/completions"],
      ["plain", "/v1/completions"],
      ["chat", "/v1/chat/completions"],
      ["few-shot", "/v1/chat/completions"],
    ] as const) {
      for (const generator of [
        openaiGenerator({ url: server.url, model: "rule", promptForm, outputTokens: 321 }),
        huggingfaceGenerator({ url: server.url, model: "rule", promptForm, outputTokens: 321 }),
      ]) {
        await generator.generate([{ prompt: prompts(promptForm)[0] ?? "" }]);
        const seen = server.requests.at(-1);
        expect(seen?.path).toBe(path);
        expect(seen?.body).toMatchObject({ model: "rule", temperature: 0, max_tokens: 321, stream: true });
        const end = promptForm === "inst" ? "Ada met Babbage . [/INST]" : "Ada met Babbage .";
        const prompt = seen === undefined ? "" : promptOf(seen);
        expect(prompt.endsWith(`Sentence: ${end}`), prompt).toBe(true);
        await generator.close();
      }
    }
  });

  it("ask for a beam search as vLLM takes it", async () => {
    const generator = openaiGenerator({ url: server.url, model: "rule" });
    const [best] = await generator.generate([{ prompt: prompts("inst")[0] ?? "" }], {
      numBeams: 3,
      lengthPenalty: 0.5,
    });
    const text = "Ada(B-person) met(O) Babbage(B-person) .(O)";
    expect([best, ...(best?.others ?? [])].map((answer) => answer?.text)).toEqual([
      text,
      `${text}!`,
      `${text}!!`,
    ]);
    expect(best?.others?.[1]?.tokens.at(-1)).toEqual({
      start: text.length,
      end: text.length + 2,
      logprob: -3,
    });
    expect(generator.usage).toMatchObject({ requests: 1, uncounted: 0 });
    expect(server.requests.at(-1)?.body).toMatchObject({ use_beam_search: true, n: 3, length_penalty: 0.5 });
    expect(server.requests.at(-1)?.body.stream).toBeUndefined();
    await generator.close();
  });

  it("bound how many requests are open", async () => {
    const quiet = await TestServer.start(deterministicModel);
    const generator = openaiGenerator({ url: quiet.url, model: "rule", concurrency: 3 });
    const requests = Array.from({ length: 20 }, () => ({ prompt: prompts("inst")[0] ?? "" }));
    const done: number[] = [];
    await generator.generate(requests, { onCompletion: (count) => done.push(count) });
    expect(quiet.mostOpen).toBe(3);
    expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    await quiet.stop();
  });

  it("break the connection when aborted", async () => {
    const reason = new Error("enough");
    let abort = new AbortController();
    const slow = await TestServer.start(async (_, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write(": nothing yet\n\n");
      // Not by the clock of the call: a client that is still being loaded has no connection to break.
      setTimeout(() => abort.abort(reason), 50);
    });
    for (const generator of [
      openaiGenerator({ url: slow.url, model: "rule" }),
      huggingfaceGenerator({ url: slow.url }),
    ]) {
      abort = new AbortController();
      const running = generator.generate([{ prompt: "x" }], {}, abort.signal);
      await expect(running).rejects.toBe(reason);
      await expect.poll(() => slow.requests.at(-1)?.aborted).toBe(true);
    }
    expect(slow.requests).toHaveLength(2);
    await slow.stop();
  });

  it("ask again without what a server does not know", async () => {
    const old = await TestServer.start(async (seen, response, number) => {
      const unknown = ["stream_options", "logprobs", "max_tokens"].find((field) => field in seen.body);
      if (unknown === undefined) {
        const body = { ...seen.body, max_tokens: seen.body.max_completion_tokens };
        return deterministicModel({ ...seen, body }, response, number);
      }
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: `Unsupported parameter: '${unknown}'` } }));
    });
    const generator = openaiGenerator({ url: old.url, model: "rule", promptForm: "chat" });
    const requests = prompts("chat").map((prompt) => ({ prompt }));
    const [first] = await generator.generate(requests.slice(0, 1));
    expect(first?.text).toBe("Ada(B-person) met(O) Babbage(B-person) .(O)");
    expect(first?.tokens).toEqual([]);
    expect(old.requests).toHaveLength(4);
    await generator.generate(requests);
    expect(old.requests).toHaveLength(7);
    await old.stop();
  });

  it.each(["OpenAI-compatible server", "Hugging Face endpoint"])(
    "ask a %s that takes no logprobs and no temperature, and say so",
    async (kind) => {
      const picky = await TestServer.start(async (seen, response, number) => {
        const unknown = ["logprobs", "temperature"].find((field) => field in seen.body);
        if (unknown === undefined) return deterministicModel(seen, response, number);
        response.writeHead(400, { "content-type": "application/json" });
        const message = `Unsupported value: '${unknown}' does not support this with this model.`;
        response.end(JSON.stringify({ error: { message } }));
      });
      const options = { url: picky.url, model: "rule", promptForm: "chat" } as const;
      const generator = kind.startsWith("Open") ? openaiGenerator(options) : huggingfaceGenerator(options);
      const requests = prompts("chat").map((prompt) => ({ prompt }));
      const completions = await generator.generate(requests);
      expect(completions[0]?.text).toBe("Ada(B-person) met(O) Babbage(B-person) .(O)");
      expect(completions.map(({ notes }) => notes.map((note) => note.kind))).toEqual(
        requests.map(() => ["sampled"]),
      );
      const asked = picky.requests.length;
      await generator.generate(requests);
      expect(picky.requests).toHaveLength(asked + requests.length);
      await picky.stop();
    },
  );

  it.each(["inst", "chat"] as const)(
    "keep the answer's limit where a server finds it too large, %s",
    async (form) => {
      const long = prompts(form)[1] ?? "";
      const narrow = await TestServer.start(async (seen, response, number) => {
        if (!promptOf(seen).includes("brown fox")) return deterministicModel(seen, response, number);
        response.writeHead(400, { "content-type": "application/json" });
        const message =
          "'max_tokens' or 'max_completion_tokens' is too large: 2048. The context has 1024 tokens.";
        response.end(JSON.stringify({ error: { message } }));
      });
      const generator = openaiGenerator({ url: narrow.url, model: "rule", promptForm: form });
      await expect(generator.generate([{ prompt: long }])).rejects.toThrow(/too large/);
      const [completion] = await generator.generate([{ prompt: prompts(form)[0] ?? "" }]);
      expect(completion?.finish).toBe("end");
      for (const { body } of narrow.requests) expect(body.max_tokens).toBe(2048);
      await narrow.stop();
    },
  );

  it("go through Hugging Face's router with their own key, or with none", async () => {
    const { fetch: real } = globalThis;
    const asked: string[] = [];
    // The router's own address cannot be had here: what goes there goes to the test's server.
    vi.stubGlobal("fetch", (input: string, init?: RequestInit) => {
      const { origin, pathname } = new URL(input);
      asked.push(origin + pathname);
      return real(`http://127.0.0.1:${server.port}${pathname}`, init);
    });
    try {
      for (const key of ["hf_gner-test-key", ""]) {
        vi.stubEnv("HF_TOKEN", key);
        const generator = huggingfaceGenerator({ model: "org/m", retries: 0 });
        const [completion] = await generator.generate([{ prompt: prompts("chat")[0] ?? "" }]);
        expect(completion?.text).toBe("Ada(B-person) met(O) Babbage(B-person) .(O)");
        const { headers, body } = server.requests.at(-1) ?? {};
        expect(headers?.authorization).toBe(key === "" ? undefined : `Bearer ${key}`);
        expect(body).toMatchObject({ model: "org/m", stream: true });
      }
      expect(new Set(asked)).toEqual(new Set(["https://router.huggingface.co/v1/chat/completions"]));
    } finally {
      vi.unstubAllGlobals();
      vi.unstubAllEnvs();
    }
  });

  it("say which server has no beam search", async () => {
    for (const answer of [
      { status: 422, body: { detail: "Unexpected fields in the request: {'use_beam_search'}" } },
      { status: 200, body: { choices: [{ text: "a(O)", finish_reason: "stop" }] } },
      {
        status: 200,
        body: { choices: [1, 2].map(() => ({ text: "a(O)", finish_reason: "stop" })) },
      },
    ]) {
      const other = await TestServer.start((_, response) => {
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.body));
      });
      const generator = openaiGenerator({ url: other.url, model: "rule" });
      const asked = generator.generate([{ prompt: "x" }], { numBeams: 2 });
      await expect(asked).rejects.toThrow(/no beam search.*take 1 beam/);
      await expect(asked).rejects.toBeInstanceOf(InputError);
      await other.stop();
    }
  });

  it("are closed once their calls are done", async () => {
    const generator = openaiGenerator({ url: server.url, model: "rule" });
    const running = generator.generate([{ prompt: prompts("inst")[0] ?? "" }]);
    await Promise.all([generator.close(), generator.close()]);
    expect((await running)[0]?.finish).toBe("end");
    await expect(generator.generate([])).rejects.toBeInstanceOf(InputError);
  });
});
