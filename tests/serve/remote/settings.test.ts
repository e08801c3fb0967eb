import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { huggingfaceGenerator } from "../../../src/serve/remote/huggingface.js";
import { findKey } from "../../../src/serve/remote/key.js";
import { parseRemoteModel } from "../../../src/serve/remote/model-name.js";
import { openaiGenerator } from "../../../src/serve/remote/openai.js";
import { retryAfter } from "../../../src/serve/remote/retry-after.js";
import { checkSettings } from "../../../src/serve/remote/settings.js";
import { missing, shared } from "../../support/shared.js";

const tokenizerFile = "tokenizers/t5/tokenizer.json";
const server = { url: "http://127.0.0.1:9/v1", model: "m" };

describe("names of remote models", () => {
  it("say the kind, the address and the name", () => {
    expect(parseRemoteModel("openai:http://127.0.0.1:8000/v1#org/m")).toEqual({
      kind: "openai",
      url: "http://127.0.0.1:8000/v1",
      model: "org/m",
    });
    expect(parseRemoteModel("hf:org/m")).toEqual({ kind: "huggingface", url: null, model: "org/m" });
    expect(parseRemoteModel("hf:https://x.example/a")).toEqual({
      kind: "huggingface",
      url: "https://x.example/a",
      model: null,
    });
    expect(parseRemoteModel("hf:https://x.example#a#b")).toMatchObject({
      url: "https://x.example",
      model: "a#b",
    });
    for (const folder of ["builtin", "models/openai", "./hf:x", ""])
      expect(parseRemoteModel(folder)).toBeNull();
  });

  it("are refused where a part is missing", () => {
    for (const name of ["openai:", "openai:m", "openai:http://x/v1", "openai:http://x/v1#", "hf:"]) {
      expect(() => parseRemoteModel(name), name).toThrow(InputError);
    }
    for (const url of ["", "x", "ftp://x/", "file:///etc", "http://"]) {
      expect(() => openaiGenerator({ url, model: "m" }), url).toThrow(InputError);
      expect(() => huggingfaceGenerator({ url }), url).toThrow(InputError);
    }
    expect(() => openaiGenerator({ ...server, model: "" })).toThrow(InputError);
    expect(() => huggingfaceGenerator({})).toThrow(InputError);
    expect(() => huggingfaceGenerator({ url: "https://x.example/a?key=b" })).toThrow(InputError);
  });
});

describe("settings of remote models", () => {
  it("are checked, and named where they are wrong", () => {
    expect(checkSettings({})).toMatchObject({
      promptForm: "inst",
      concurrency: 8,
      timeout: 120_000,
      retries: 5,
    });
    const bad = [
      { concurrency: 0 },
      { concurrency: 1.5 },
      { timeout: 0 },
      { timeout: Number.NaN },
      { retries: -1 },
      { outputTokens: 0 },
      { maxAnswerBytes: Number.POSITIVE_INFINITY },
    ];
    for (const settings of bad) {
      const [name = ""] = Object.keys(settings);
      expect(() => openaiGenerator({ ...server, ...settings }), name).toThrow(InputError);
      expect(() => openaiGenerator({ ...server, ...settings }), name).toThrow(name);
    }
  });

  it("choose a form by what is asked", () => {
    expect(openaiGenerator(server).wording.form).toBe("inst");
    expect(huggingfaceGenerator({ url: server.url }).wording.form).toBe("inst");
    expect(huggingfaceGenerator({ model: "org/m" }).wording.form).toBe("chat");
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  it.each([
    [{ "retry-after": "3" }, 3000],
    [{ "retry-after": " 0.5 " }, 500],
    [{ "retry-after": "Sun, 01 Mar 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Sun, 01 Mar 2026 11:00:00 GMT" }, 0],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after": "soon" }, null],
    [{ "retry-after": "-1x" }, null],
    [{ "retry-after": "" }, null],
    [{}, null],
  ] as [Record<string, string>, number | null][])("%j is %s ms", (headers, expected) => {
    expect(retryAfter(new Headers(headers), now)).toBe(expected);
  });
});

describe("the key", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gner-key-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => vi.unstubAllEnvs());

  it("comes from a file, else from the environment, and goes only where it belongs", () => {
    const file = join(folder, "key");
    writeFileSync(file, "from-file\n");
    for (const name of ["GNER_API_KEY", "OPENAI_API_KEY", "HF_TOKEN"]) vi.stubEnv(name, "");
    const local = new URL("http://127.0.0.1:8000/v1");
    const openai = new URL("https://api.openai.com/v1");
    const huggingface = new URL("https://router.huggingface.co");
    expect(findKey(local)).toBeNull();
    expect(findKey(local, file)?.reveal()).toBe("from-file");
    vi.stubEnv("OPENAI_API_KEY", "of-openai");
    vi.stubEnv("HF_TOKEN", "of-hf");
    expect(findKey(openai)?.reveal()).toBe("of-openai");
    expect(findKey(huggingface)?.reveal()).toBe("of-hf");
    for (const other of [local, new URL("http://api.openai.com"), new URL("https://notopenai.com/")]) {
      expect(findKey(other)).toBeNull();
    }
    vi.stubEnv("GNER_API_KEY", "own");
    expect(findKey(local)?.reveal()).toBe("own");
    expect(findKey(openai)?.reveal()).toBe("own");
    expect(JSON.stringify(findKey(local))).not.toContain("own");
    expect(`${findKey(local)}`).not.toContain("own");
  });

  it("is refused where the file has none", () => {
    const file = join(folder, "empty");
    writeFileSync(file, "\n");
    expect(() => openaiGenerator({ ...server, keyFile: file })).toThrow(InputError);
    expect(() => openaiGenerator({ ...server, keyFile: join(folder, "absent") })).toThrow(/cannot be read/);
  });
});

describe("tokens of remote models", () => {
  const texts = ["Ada met Babbage in London .", "北京 C++ naïve 😀", `${"long text ".repeat(200)}end`];

  it.skipIf(missing(tokenizerFile))(
    "are counted and spelled by the model's own tokenizer where it is given",
    () => {
      const generator = openaiGenerator({ ...server, tokenizerFile: shared(tokenizerFile) });
      // Three words and a period, a prefix space, and the end token.
      expect(generator.countTokens("Ada met .")).toBe(6);
      expect(generator.backTokenize(["London", "漢"])).toEqual(["London", expect.not.stringContaining("漢")]);
    },
  );

  it.skipIf(missing(tokenizerFile))("are else estimated, rather too many than too few", () => {
    const exact = openaiGenerator({ ...server, tokenizerFile: shared(tokenizerFile) });
    const estimate = openaiGenerator(server);
    for (const text of texts) {
      expect(estimate.countTokens(text)).toBeGreaterThanOrEqual(exact.countTokens(text) - 1);
      expect(estimate.countTokens(text)).toBeLessThan(6 * exact.countTokens(text));
    }
    expect(estimate.backTokenize(["漢"])).toEqual(["漢"]);
  });

  it("are not counted with what is no tokenizer", () => {
    expect(() => openaiGenerator({ ...server, tokenizerFile: import.meta.filename })).toThrow(InputError);
  });
});
