import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { InputError, ModelError } from "../../core/errors.js";
import { type ModelManifest, modelManifest } from "./manifest.js";

/** The checked contents of a model folder. */
export interface ModelFolder {
  readonly path: string;
  readonly manifest: ModelManifest;
  /** `tokenizer.json` as parsed JSON. */
  readonly tokenizer: object;
  readonly encoder: Uint8Array;
  readonly decoder: Uint8Array;
}

/**
 * Reads a model folder and checks every file against the digests in its `gner.json`. Throws InputError where the
 * path is no model folder, ModelError where the folder is damaged.
 */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const manifest = await readModelManifest(path);
  const [tokenizer, encoder, decoder] = await Promise.all([
    readChecked(path, manifest.tokenizer),
    readChecked(path, manifest.graphs.encoder),
    readChecked(path, manifest.graphs.decoder),
  ]);
  return { path, manifest, tokenizer: parseTokenizer(path, manifest, tokenizer), encoder, decoder };
}

/** The checked `gner.json` of a model folder alone. Throws as `readModelFolder` does. */
export async function readModelManifest(path: string): Promise<ModelManifest> {
  return parseManifest(path, await readManifest(path));
}

async function readManifest(path: string): Promise<string> {
  try {
    return await readFile(join(path, "gner.json"), "utf8");
  } catch (cause) {
    throw new InputError(`${path} is no model folder: cannot read gner.json there`, { cause });
  }
}

function parseManifest(path: string, text: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelError(`${join(path, "gner.json")} is not JSON: fetch the model folder again`, { cause });
  }
  const checked = modelManifest.safeParse(json);
  if (!checked.success) {
    throw new ModelError(
      `${join(path, "gner.json")}: ${z.prettifyError(checked.error).replaceAll("\n", " ")}`,
    );
  }
  return checked.data;
}

function parseTokenizer(path: string, manifest: ModelManifest, bytes: Buffer): object {
  try {
    return z.looseObject({}).parse(JSON.parse(bytes.toString("utf8")));
  } catch (cause) {
    const file = join(path, manifest.tokenizer.file);
    throw new ModelError(`model file ${file} is not a JSON object: fetch the model folder again`, { cause });
  }
}

async function readChecked(
  path: string,
  { file, sha256 }: { file: string; sha256: string },
): Promise<Buffer> {
  const bytes = await readFile(join(path, file)).catch((cause: unknown) => {
    throw new ModelError(`model file ${join(path, file)} cannot be read: fetch the model folder again`, {
      cause,
    });
  });
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw new ModelError(
      `model file ${join(path, file)} is damaged (its SHA-256 differs): fetch the model folder again`,
    );
  }
  return bytes;
}
