import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError, ModelError } from "../../src/core/errors.js";
import { builtinModelPath } from "../../src/serve/gner.js";
import { OnnxGenerator } from "../../src/serve/onnx/onnx-generator.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gner-model-"));
  await cp(builtinModelPath(), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

async function loadError(): Promise<unknown> {
  return OnnxGenerator.load(folder).then(
    () => expect.fail("a bad model folder was loaded"),
    (error: unknown) => error,
  );
}

async function changeManifest(change: (manifest: Record<string, unknown>) => void): Promise<void> {
  const file = join(folder, "gner.json");
  const manifest = JSON.parse(await readFile(file, "utf8"));
  change(manifest);
  await writeFile(file, JSON.stringify(manifest));
}

describe("a bad model folder", () => {
  it("without gner.json is the caller's mistake", async () => {
    await rm(join(folder, "gner.json"));
    const error = await loadError();
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain("no model folder");
  });

  it.each(["encoder.onnx", "decoder.onnx", "tokenizer.json"])("without %s is named", async (file) => {
    await rm(join(folder, file));
    const error = await loadError();
    expect(error).toBeInstanceOf(ModelError);
    expect(String(error)).toContain(file);
  });

  it("with a cut or changed graph is found by its digest", async () => {
    await truncate(join(folder, "encoder.onnx"), 1000);
    expect(String(await loadError())).toMatch(/encoder\.onnx is damaged/);
  });

  it("with a manifest that is not JSON, or not of this version, says what is wrong", async () => {
    await changeManifest((manifest) => {
      manifest.formatVersion = 99;
    });
    expect(await loadError()).toBeInstanceOf(ModelError);
    expect(String(await loadError())).toContain("formatVersion");
    await writeFile(join(folder, "gner.json"), "{");
    expect(String(await loadError())).toContain("not JSON");
  });

  it("cannot lead to files elsewhere", async () => {
    await changeManifest((manifest) => {
      manifest.tokenizer = { file: "../tokenizer.json", sha256: "0".repeat(64) };
    });
    expect(String(await loadError())).toContain("file name without folders");
  });
});
