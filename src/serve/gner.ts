import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Document, Entity } from "../core/document.js";
import { partChars } from "../core/document.js";
import { type BackendError, InputError, type ModelError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { documentOfText } from "../core/words.js";
import type { TextGenerator } from "./generate/text-generator.js";
import type { Usage } from "./generate/usage.js";
import { OnnxGenerator } from "./onnx/onnx-generator.js";
import { GnerRecognizer } from "./recognize/gner-recognizer.js";
import { type RecognizeEachOptions, recognizeEach } from "./recognize/recognize-each.js";
import type { Recognition, RecognitionOptions, Recognizer } from "./recognize/recognizer.js";
import { huggingfaceGenerator } from "./remote/huggingface.js";
import { parseRemoteModel, type RemoteModel } from "./remote/model-name.js";
import { openaiGenerator } from "./remote/openai.js";
import type { RemoteSettings } from "./remote/settings.js";

/** A mention with its place in the text: UTF-16, half-open, `text.slice(start, end)` is `entity.text`, always. */
export interface ExtractedEntity {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly text: string;
  /** Probability that the model gives to this mention, 0 to 1; null where the backend offers none. */
  readonly score: number | null;
  /** Only for discontinuous mentions: the places of their parts; `start` and `end` then span all of them. */
  readonly parts?: readonly { readonly start: number; readonly end: number }[];
}

/** What was found in one text. */
export interface Extraction {
  readonly text: string;
  readonly entities: readonly ExtractedEntity[];
  readonly notes: readonly Note[];
}

/** Which model, and how it runs. */
export interface LoadOptions {
  /**
   * - `builtin` (the default) or the path of a model folder;
   * - `openai:URL#NAME`: model NAME of an OpenAI-compatible server whose API begins at URL;
   * - `hf:NAME`: a model behind Hugging Face's inference providers; `hf:URL` or `hf:URL#NAME`: a dedicated endpoint.
   */
  readonly model?: string;
  /** Model folders: threads of one model run. Default 1, see OnnxOptions. */
  readonly threads?: number;
  /** Remote models: how they are asked. */
  readonly remote?: RemoteSettings;
}

/** How entities are searched for, and what stops it. */
export interface ExtractOptions extends RecognitionOptions {
  readonly signal?: AbortSignal;
}

/** The same for many texts. */
export interface ExtractEachOptions extends RecognizeEachOptions {
  readonly signal?: AbortSignal;
}

/** What came of one of many texts: what was found in it, or why nothing could be. */
export type ExtractOutcome<Item> =
  | { readonly item: Item; readonly extraction: Extraction }
  | { readonly item: Item; readonly error: InputError | ModelError | BackendError };

/**
 * Zero-shot named entity recognition:
 *
 * ```ts
 * const gner = await Gner.load();
 * const { entities } = await gner.extract("Ada met Babbage in London.", ["person", "city"]);
 * await gner.close();
 * ```
 */
export class Gner {
  private constructor(readonly recognizer: Recognizer) {}

  /** Loads a model. Throws InputError where there is none at that path, ModelError where it is damaged. */
  static async load(options: LoadOptions = {}): Promise<Gner> {
    return new Gner(await loadRecognizer(options));
  }

  /**
   * Entities of these labels in a text. A text over the model's limit is read in windows, which a note says.
   * Throws InputError for labels that cannot be asked for, and the signal's reason once it is aborted.
   */
  async extract(text: string, labels: readonly string[], options: ExtractOptions = {}): Promise<Extraction> {
    const [extraction] = await this.extractAll([text], labels, options);
    if (extraction === undefined) throw new RangeError("one text gave no extraction");
    return extraction;
  }

  /** The same for many texts, in order; each result equals that of `extract` alone. */
  async extractAll(
    texts: readonly string[],
    labels: readonly string[],
    { signal, ...options }: ExtractOptions = {},
  ): Promise<Extraction[]> {
    checkStrings("texts", texts);
    checkStrings("labels", labels);
    const docs = texts.map((text, i) => documentOfText(String(i), text));
    const recognitions = await this.recognizer.recognize(docs, labels, options, signal);
    return docs.map((doc, i) => toExtraction(doc, recognitions[i] ?? { entities: [], notes: [] }));
  }

  /**
   * Entities of any number of texts, streamed in order, `concurrency` of them searched at a time (default 1). A text
   * that fails is an outcome with its error and does not stop the others; see `recognizeEach` for what does.
   */
  async *extractEach<Item extends { readonly text: string }>(
    items: AsyncIterable<Item> | Iterable<Item>,
    labels: readonly string[],
    { signal, ...options }: ExtractEachOptions = {},
  ): AsyncGenerator<ExtractOutcome<Item>> {
    checkStrings("labels", labels);
    for await (const outcome of recognizeEach(this.recognizer, toDocuments(items), labels, options, signal)) {
      const { item } = outcome.doc;
      if ("error" in outcome) yield { item, error: outcome.error };
      else yield { item, extraction: toExtraction(outcome.doc, outcome.recognition) };
    }
  }

  /** What the model has used so far; undefined where nothing counts it. */
  get usage(): Usage | undefined {
    return this.recognizer.usage;
  }

  /** Frees the model. */
  close(): Promise<void> {
    return this.recognizer.close();
  }
}

/** The recognizer of a model, for callers that bring documents of their own, as evaluation does. */
export async function loadRecognizer({
  model = "builtin",
  threads = 1,
  remote = {},
}: LoadOptions = {}): Promise<Recognizer> {
  if (model === "") throw new InputError(`no model named: give "builtin" or the path of a model folder`);
  const named = parseRemoteModel(model);
  if (named !== null) return new GnerRecognizer(remoteGenerator(named, remote));
  const path = model === "builtin" ? builtinModelPath() : model;
  const generator = await OnnxGenerator.load(path, { threads });
  return new GnerRecognizer(generator, generator.manifest.scoreTemperature);
}

function remoteGenerator(named: RemoteModel, settings: RemoteSettings): TextGenerator {
  if (named.kind === "openai") return openaiGenerator({ ...settings, url: named.url, model: named.model });
  return huggingfaceGenerator({
    ...settings,
    ...(named.url === null ? {} : { url: named.url }),
    ...(named.model === null ? {} : { model: named.model }),
  });
}

/** Where the model that comes with the package stands. */
export function builtinModelPath(): string {
  const packageFile = createRequire(import.meta.url).resolve("gner/package.json");
  return join(dirname(packageFile), "models", "builtin");
}

const strings = z.array(z.string());

/** A string where a list belongs would be read letter by letter. */
function checkStrings(name: "texts" | "labels", values: unknown): void {
  if (!strings.safeParse(values).success) throw new InputError(`${name} must be strings in an array`);
}

async function* toDocuments<Item extends { readonly text: string }>(
  items: AsyncIterable<Item> | Iterable<Item>,
): AsyncGenerator<Document & { readonly item: Item }> {
  let index = 0;
  for await (const item of items) yield { ...documentOfText(String(index++), item.text), item };
}

/** The entities of a recognition with their places in the text. */
export function toExtraction(doc: Document, { entities, notes }: Recognition): Extraction {
  return { text: doc.text, entities: entities.map((entity) => locate(doc, entity)), notes };
}

function locate(doc: Document, { label, parts, score }: Entity): ExtractedEntity {
  const places = parts.map((part) => partChars(doc, part));
  const start = Math.min(...places.map((place) => place.start));
  const end = Math.max(...places.map((place) => place.end));
  const entity = { start, end, label, text: doc.text.slice(start, end), score: score ?? null };
  return places.length > 1 ? { ...entity, parts: places } : entity;
}
