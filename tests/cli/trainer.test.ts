import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { modelCommand } from "../../src/cli/model.js";
import { trainCommand } from "../../src/cli/train.js";
import { InputError } from "../../src/core/errors.js";
import { noPython, python } from "../support/python.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gner-python-"));
  vi.stubEnv("GNER_CACHE", join(folder, "cache"));
  vi.stubEnv("GNER_PYTHON", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const { signal } = new AbortController();
const train = (...args: string[]) => trainCommand(signal).parseAsync(args, { from: "user" });

describe("gner train", () => {
  it("makes no environment unasked, and says what would", async () => {
    const error = await train("recipe.yaml").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain("--install");
    expect(String(error)).toContain("GNER_PYTHON");
    expect(String(error)).toContain(join(folder, "cache"));
  });

  it("refuses a GNER_PYTHON that is none", async () => {
    vi.stubEnv("GNER_PYTHON", join(folder, "none"));
    await expect(train("recipe.yaml")).rejects.toThrow(/none, which is no Python 3\.11/);
    vi.stubEnv("GNER_PYTHON", process.execPath);
    await expect(train("recipe.yaml")).rejects.toThrow(/no Python 3\.11 or newer/);
  });

  it.skipIf(noPython())("names the packages that GNER_PYTHON lacks", async () => {
    execFileSync(python, ["-m", "venv", "--without-pip", join(folder, "bare")]);
    vi.stubEnv("GNER_PYTHON", join(folder, "bare", "bin", "python"));
    await expect(train("recipe.yaml")).rejects.toThrow(/lacks torch, .*onnxruntime: run .* -m pip install/);
  });

  it.skipIf(noPython())("passes on that the trainer refuses a recipe", async () => {
    vi.stubEnv("GNER_PYTHON", python);
    await expect(train(join(folder, "none.yaml"))).rejects.toThrow("training did not start");
  });

  it.skipIf(noPython())("leaves a recipe that is no YAML to the trainer", async () => {
    vi.stubEnv("GNER_PYTHON", python);
    writeFileSync(join(folder, "alias.yaml"), "architecture: *none\n");
    await expect(train(join(folder, "alias.yaml"))).rejects.toThrow("training did not start");
  });
});

describe("gner model list", () => {
  it("refuses a folder without a model", async () => {
    const list = modelCommand(signal).parseAsync(["list", folder], { from: "user" });
    await expect(list).rejects.toThrow(/neither is a model folder nor holds one/);
  });
});
