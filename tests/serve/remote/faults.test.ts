import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "../../../src/core/errors.js";
import { documentOfText } from "../../../src/core/words.js";
import type { TextGenerator } from "../../../src/serve/generate/text-generator.js";
import { GnerRecognizer } from "../../../src/serve/recognize/gner-recognizer.js";
import { huggingfaceGenerator } from "../../../src/serve/remote/huggingface.js";
import { openaiGenerator } from "../../../src/serve/remote/openai.js";
import type { RemoteSettings } from "../../../src/serve/remote/settings.js";
import { Random } from "../../../src/tuning/random.js";
import { answerTo, deterministicModel } from "./deterministic-model.js";
import {
  endless,
  events,
  first,
  huge,
  lingering,
  piece,
  plainError,
  quotaError,
  resetting,
  silent,
  stalling,
  status,
  trickling,
  typed,
} from "./fault-handlers.js";
import { type Handler, TestServer } from "./server.js";

const key = "gner-test-key-0123456789";
const prompt = "[INST] Sentence: Ada met Babbage . [/INST]";
const expected = answerTo(prompt);

let server: TestServer;
let generator: TextGenerator;

afterEach(async () => {
  await generator?.close();
  await server?.stop();
  vi.unstubAllEnvs();
});

const kinds = {
  "OpenAI-compatible server": (url: string, settings: RemoteSettings) =>
    openaiGenerator({ url, model: "rule", ...settings }),
  "Hugging Face endpoint": (url: string, settings: RemoteSettings) =>
    huggingfaceGenerator({ url, ...settings }),
};

describe.each(Object.entries(kinds))("faults of an %s", (_, make) => {
  async function serve(handler: Handler, settings: RemoteSettings = {}) {
    server = await TestServer.start(handler);
    generator = make(server.url, { retries: 2, retryDelay: 5, timeout: 5000, ...settings });
  }

  async function ask(): Promise<string | undefined> {
    const [completion] = await generator.generate([{ prompt }]);
    return completion?.text;
  }

  async function failure(): Promise<BackendError> {
    const error: unknown = await ask().then(
      (text) => new Error(`no failure but ${text}`),
      (cause: unknown) => cause,
    );
    if (error instanceof BackendError) return error;
    throw error;
  }

  it.each([
    ["401", status(401), /refuses the request \(401\): .*GNER_API_KEY.*so it is/],
    ["403", status(403), /refuses the request \(403\)/],
    ["404", status(404), /no such model, or no API at this address \(404\): so it is/],
    ["400", status(400), /refuses the request \(400\): so it is/],
    ["a redirect", status(307, { location: "http://127.0.0.1:1/" }), /redirects to http:\/\/127.0.0.1:1\//],
    ["a used-up quota", quotaError("insufficient_quota"), /has no quota left/],
    ["a web page", typed("text/html", "<html>Welcome</html>"), /answers with text\/html where/],
    ["an answer in one piece", typed("application/json", piece("Ada(O)", "stop")), /stream/],
    [
      "no content type",
      (__: unknown, response: Parameters<Handler>[1]) => void response.end("Hi"),
      /answers with nothing/,
    ],
    ["a content filter", events(piece("Ada", "content_filter")), /content filter/],
  ] as [string, Handler, RegExp][])("does not repeat after %s", async (__, handler, message) => {
    await serve(handler);
    const error = await failure();
    expect(error.message).toMatch(message);
    expect(error.message).toContain(server.url);
    expect(error.retryable).toBe(false);
    expect(server.requests).toHaveLength(1);
    expect(generator.usage).toMatchObject({ requests: 1, retries: 0 });
  });

  const passing: [string, Handler, RegExp, RemoteSettings?][] = [
    ["429", status(429), /has too many requests \(429\)/],
    ["500", status(500), /failed \(500\): so it is/],
    ["503", status(503), /failed \(503\)/],
    ["a plain 500", plainError("Internal Server Error"), /failed \(500\): Internal Server Error/],
    ["slow headers", silent, /no whole answer in 0.2 seconds/, { timeout: 200 }],
    ["a slow body", stalling, /no whole answer in 0.2 seconds/, { timeout: 200 }],
    ["a trickling body", trickling, /no whole answer in 0.2 seconds/, { timeout: 200 }],
    ["a connection reset amid the answer", resetting, /broke off|ECONNRESET|UND_ERR_SOCKET/],
    ["malformed JSON", events('{"choices": [{"te'), /no JSON/],
    ["JSON that is no answer", events('{"choices": [{"text": 5}]}'), /where an answer should be/],
    ["empty choices", events('{"choices": []}', "[DONE]"), /sent no answer/],
    ["no events", events(), /sent no answer/],
    ["an answer without its end", events(piece("Ada(B-person)")), /an answer without its end/],
    [
      "an error amid the answer",
      events(piece("Ada("), '{"error": {"message": "out of memory"}}'),
      /out of memory/,
    ],
    ["an aborted answer", events(piece("Ada(", "abort")), /did not finish its answer \(abort\)/],
  ];

  it.each(passing)("repeats after %s, and gives the answer once", async (__, fault, _message, settings) => {
    await serve(first(2, fault), settings);
    expect(await ask()).toBe(expected);
    expect(server.requests).toHaveLength(3);
    expect(generator.usage).toMatchObject({ requests: 3, retries: 2, uncounted: 0 });
  });

  it.each(passing)("gives up where %s stays", async (__, fault, message, settings) => {
    await serve(fault, settings);
    const error = await failure();
    expect(error.message).toMatch(message);
    expect(error.retryable).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  it("repeats where nobody listens yet", async () => {
    await serve(deterministicModel, { retryDelay: 200, retries: 4 });
    const { url } = server;
    await server.stop();
    generator = make(url, { retries: 1, retryDelay: 5 });
    const error = await failure();
    expect(error.message).toMatch(/cannot be reached.*ECONNREFUSED/);
    expect(error.retryable).toBe(true);
  });

  it("says why a port cannot be asked", async () => {
    await serve(deterministicModel);
    generator = make("http://127.0.0.1:1/v1", { retries: 0 });
    expect((await failure()).message).toMatch(/^http:\/\/127.0.0.1:1\/v1 .*bad port/);
  });

  it("waits as long as Retry-After says", async () => {
    const times: number[] = [];
    await serve((seen, response, number) => {
      times.push(performance.now());
      return first(1, status(429, { "retry-after": "1" }))(seen, response, number);
    });
    expect(await ask()).toBe(expected);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("gives up at once where it should wait for an hour", async () => {
    await serve(status(503, { "retry-after": "3600" }));
    const error = await failure();
    expect(error.message).toMatch(/wait for 3600 seconds/);
    expect(error.retryable).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("refuses an answer of 100 MB and closes its connection", async () => {
    await serve(huge, { maxAnswerBytes: 4 * 2 ** 20 });
    const error = await failure();
    expect(error.message).toMatch(/more than 4194304 bytes/);
    expect(error.retryable).toBe(false);
    expect(server.requests).toHaveLength(1);
    await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  });

  it("closes a connection that the server leaves open behind its answer", async () => {
    await serve(lingering);
    expect(await ask()).toBe("Ada(B-person)");
    await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  });

  it("refuses an answer without end", async () => {
    let i = 0;
    await serve(
      endless(() => ` word${i++}`),
      { maxAnswerBytes: 200_000 },
    );
    expect((await failure()).message).toMatch(/more than 200000 bytes/);
    await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  });

  it("stops an answer that goes round in circles, with a note", async () => {
    let i = 0;
    await serve(endless(() => (i++ === 0 ? "Ada(B-person)" : " met(O) and(O)")));
    const recognizer = new GnerRecognizer(generator);
    const doc = documentOfText("x", "Ada met Babbage .");
    const [found] = await recognizer.recognize([doc], ["person"]);
    expect(found?.entities.map(({ label }) => label)).toEqual(["person"]);
    expect(found?.notes.map(({ kind }) => kind)).toContain("stopped-early");
    expect(server.requests).toHaveLength(1);
    expect(generator.usage).toMatchObject({ requests: 1, retries: 0, uncounted: 1 });
    await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  });

  it("asks for the rest of an answer that was cut, with the offsets of the whole text", async () => {
    await serve(deterministicModel, { outputTokens: 30 });
    const recognizer = new GnerRecognizer(generator);
    const doc = documentOfText("x", "Ada met Babbage and Mary saw Ada in Paris while Ada slept in Rome .");
    const [found] = await recognizer.recognize([doc], ["person"]);
    expect(found?.entities.map(({ parts }) => parts)).toEqual(
      [0, 2, 4, 6, 8, 10, 13].map((start) => [{ start, end: start + 1 }]),
    );
    const notes = found?.notes.map(({ kind }) => kind) ?? [];
    expect(notes.length).toBeGreaterThan(1);
    expect(new Set(notes)).toEqual(new Set(["continued"]));
    expect(server.requests).toHaveLength(notes.length + 1);
  });

  it("loses and doubles no row, whatever goes wrong on the way", async () => {
    const random = new Random("faults", 11);
    const faults = [
      status(429),
      status(500),
      resetting,
      events('{"choi'),
      events('{"choices": []}'),
      stalling,
    ];
    await serve(
      (seen, response, number) => {
        const fault = random.chance(0.4) ? faults[random.below(faults.length)] : undefined;
        return (fault ?? deterministicModel)(seen, response, number);
      },
      { retries: 30, retryDelay: 1, maxRetryDelay: 5, timeout: 300, concurrency: 16 },
    );
    const prompts = Array.from({ length: 60 }, (__, i) => `[INST] Sentence: Ada met B${i} . [/INST]`);
    const completions = await generator.generate(prompts.map((one) => ({ prompt: one })));
    expect(completions.map(({ text }) => text)).toEqual(prompts.map(answerTo));
    const { requests, retries } = generator.usage;
    expect(requests - retries).toBe(60);
    expect(server.requests).toHaveLength(requests);
    expect(retries).toBeGreaterThan(10);
  });

  it("counts the requests that are sent again without a field", async () => {
    await serve((seen, response, number) => {
      const refused = ["stream_options", "logprobs"].find((field) => field in seen.body);
      return refused === undefined
        ? deterministicModel(seen, response, number)
        : status(400, {}, `unknown field ${refused}`)(seen, response, number);
    });
    expect(await ask()).toBe(expected);
    const { requests, retries } = generator.usage;
    expect(server.requests).toHaveLength(requests);
    expect(retries).toBe(requests - 1);
  });

  it.each(["breaks off", "comes to rest"])("knows a status whose text %s", async (how) => {
    await serve(
      (_seen, response) => {
        response.writeHead(401, { "content-type": "application/json" });
        response.write('{"error": {"mess');
        if (how === "breaks off") setTimeout(() => response.socket?.resetAndDestroy(), 20);
      },
      { timeout: 8000 },
    );
    const error = await failure();
    expect(error.retryable).toBe(false);
    expect(error.message).toContain("(401)");
    expect(server.requests).toHaveLength(1);
  });

  it("asks nothing more once one prompt has failed for good", async () => {
    await serve(
      (seen, response, number) => (number === 2 ? status(404) : deterministicModel)(seen, response, number),
      {
        concurrency: 1,
      },
    );
    const requests = Array.from({ length: 10 }, () => ({ prompt }));
    await expect(generator.generate(requests)).rejects.toThrow(/404/);
    expect(server.requests).toHaveLength(3);
  });

  it("never shows the key", async () => {
    vi.stubEnv("GNER_API_KEY", key);
    const echo = ({ headers }: { headers: Record<string, unknown> }) => String(headers.authorization);
    const echoing: Handler[] = [
      ...[400, 401, 404, 422, 429, 500].map(
        (code): Handler =>
          (seen, response, number) =>
            status(code, {}, `${"x".repeat(180)} ${echo(seen)}`)(seen, response, number),
      ),
      (seen, response) => void response.writeHead(418, { "content-type": "text/plain" }).end(echo(seen)),
      (seen, response) => {
        response.writeHead(500, { "content-type": "text/plain" });
        response.write(" ".repeat(16_400) + echo(seen).slice(0, 20));
        setTimeout(() => response.end(echo(seen).slice(20)), 50);
      },
      (_seen, response) => void response.writeHead(302, { location: `http://x/?key=${key}` }).end(),
      (seen, response, number) =>
        events(JSON.stringify({ error: { message: echo(seen) } }))(seen, response, number),
      (seen, response, number) => events(echo(seen))(seen, response, number),
      (seen, response, number) =>
        events(JSON.stringify({ choices: [{ text: 1, echo: echo(seen) }] }))(seen, response, number),
      (seen, response, number) => typed("text/html", echo(seen))(seen, response, number),
      (seen, response, number) => typed(key, "x")(seen, response, number),
      (seen, response, number) => events(piece("x", key))(seen, response, number),
      resetting,
      silent,
    ];
    const written: string[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
    }
    try {
      for (const handler of echoing) {
        await serve(handler, { retries: 0, timeout: 300 });
        const error = await failure();
        expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
        expect(inspect(error, { depth: 20, showHidden: true }) + error.stack).not.toContain(key.slice(0, 9));
        expect(inspect(generator, { depth: 3 })).not.toContain(key);
        await server.stop();
      }
    } finally {
      vi.restoreAllMocks();
    }
    expect(written.join("")).not.toContain(key);
  });
});
