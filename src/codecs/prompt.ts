import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Handlebars from "handlebars";
import { type Example, wordTexts } from "../core/document.js";
import { InputError } from "../core/errors.js";
import { encodeBio } from "./bio.js";
import { labelSet } from "./label-set.js";
import { type FrameFields, fillFrame, type PromptFrame, promptFrame } from "./prompt-frame.js";
import type { SchemaName } from "./schemas/schemas.js";
import { writeWordLabels } from "./word-label.js";

/**
 * How a request is worded. `gner`: the instruction of the paper's Figure 5, byte for byte as its released code has
 * it. `compact`: labels on one line, words on the next, for the built-in architecture. `few-shot`: for models that
 * were never tuned for this, with examples or without.
 */
export type PromptStyle = "gner" | "compact" | "few-shot";

/** One turn of a chat. */
export interface ChatMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** A sentence with its answer, for the `few-shot` style. */
export interface PromptExample {
  readonly words: readonly string[];
  /** What the sentence was annotated with, as written in the prompt. */
  readonly labels: readonly string[];
  /** The expected answer: `word(label)` items. */
  readonly answer: string;
}

/** What a prompt asks for. */
export interface PromptRequest {
  readonly words: readonly string[];
  /** In the order in which they are to stand in the prompt. */
  readonly labels: readonly string[];
  /** `gner` style: name of the data set, for its `Dataset:` line (supervised models); null leaves the line out. */
  readonly dataset?: string | null;
  /** `gner` style: what the answer is to look like, in words of its own for every schema but `bio`. Default `bio`. */
  readonly schema?: SchemaName;
  /** `gner` style: adds the extra class `else` behind the labels, as some released predictions have it. */
  readonly elseClass?: boolean;
  /** `few-shot` style: what the model is shown before it is asked. Default: none. */
  readonly examples?: readonly PromptExample[];
}

/** The prompt of a request as one text. In the `few-shot` style: its messages with an empty line between. */
export function renderPrompt(style: PromptStyle, request: PromptRequest): string {
  const { words, labels, dataset = null, elseClass = false, schema = "bio" } = request;
  if (style === "few-shot")
    return fewShotMessages(request)
      .map(({ content }) => content)
      .join("\n\n");
  const sentence = style === "compact" ? oneLined(words) : words.join(" ");
  const render = (fields: FrameFields) => {
    if (style === "compact") return compactTemplate({ ...fields });
    const asked = { ...fields, dataset, elseClass };
    return schema === "bio"
      ? gnerTemplate(asked)
      : schemaTemplate({ ...asked, instruction: instructionOf(schema) });
  };
  if (labels.length === 0) return render({ labels, sentence });
  const frame = frameOf(JSON.stringify([style, schema, elseClass, dataset]), render);
  return frame === null ? render({ labels, sentence }) : fillFrame(frame, labels, sentence);
}

const frames = new Map<string, PromptFrame | null>();
/** A plan has some dozens; whoever names a data set in every request shall not fill the memory. */
const keptFrames = 256;

function frameOf(key: string, render: (fields: FrameFields) => string): PromptFrame | null {
  const known = frames.get(key);
  if (known !== undefined) return known;
  const frame = promptFrame(render);
  if (frames.size < keptFrames) frames.set(key, frame);
  return frame;
}

/**
 * The prompt of a request for a model that chats; the last message is the user's and ends with the sentence, so that
 * all before it can be kept by a server from one request to the next. There is no system message: some chat templates
 * know none.
 */
export function renderMessages(style: PromptStyle, request: PromptRequest): ChatMessage[] {
  if (style === "few-shot") return fewShotMessages(request);
  return [{ role: "user", content: renderPrompt(style, request) }];
}

/** A prompt between LLaMA's instruction markers, as the paper's causal models are trained. */
export function instPrompt(prompt: string): string {
  instFrame ??= instTemplate({ prompt: promptMark }).split(promptMark);
  return instFrame.length === 2 ? instFrame.join(prompt) : instTemplate({ prompt });
}

const promptMark = "\ue000";
/** What stands before and behind a prompt; the template is rendered once to find it. */
let instFrame: string[] | undefined;

/**
 * An annotated sentence as an example for the `few-shot` style. Throws InputError for a sentence without words or labels
 * and for mentions that the `word(label)` form cannot hold (nested, overlapping, discontinuous).
 */
export function promptExample({ doc, labels, gold }: Example): PromptExample {
  const words = wordTexts(doc).map(oneLine);
  if (words.length === 0) throw new InputError(`example ${doc.id} has no words`);
  const set = labelSet(labels);
  const shown = (label: string) => set.shown[set.labels.indexOf(label)] ?? label;
  const entities = gold.map((entity) => ({ ...entity, label: shown(entity.label) }));
  return { words, labels: set.shown, answer: writeWordLabels(words, encodeBio(words.length, entities)) };
}

function fewShotMessages({ words, labels, examples = [] }: PromptRequest): ChatMessage[] {
  const questions = [...examples, { words, labels }].map((asked) =>
    fewShotQuestionTemplate({ labels: asked.labels, sentence: oneLined(asked.words) }),
  );
  return questions.flatMap((question, i): ChatMessage[] => {
    const content = i === 0 ? fewShotTemplate({ question }) : question;
    const answer = examples[i]?.answer;
    const asked: ChatMessage = { role: "user", content };
    return answer === undefined ? [asked] : [asked, { role: "assistant", content: answer }];
  });
}

/** Where labels or answers stand on lines of their own, no word may bring a line break. */
function oneLine(word: string): string {
  if (!/\s/.test(word)) return word;
  return word.replace(/\s+/g, " ");
}

function oneLined(words: readonly string[]): string {
  return words.map(oneLine).join(" ");
}

/** What an answer of a schema looks like. */
function instructionOf(schema: Exclude<SchemaName, "bio">): string {
  if (typeof schema !== "string") {
    return contextTemplate({ context: schema.context, isOne: schema.context === 1 });
  }
  return schemaInstructions[schema]({});
}

const gnerTemplate = loadTemplate("gner");
const schemaTemplate = loadTemplate("schema");
const contextTemplate = loadTemplate("schema-context");
const schemaInstructions = {
  bioes: loadTemplate("schema-bioes"),
  full: loadTemplate("schema-full"),
  "entity-centric": loadTemplate("schema-entity-centric"),
};
const compactTemplate = loadTemplate("compact");
const instTemplate = loadTemplate("inst");
const fewShotTemplate = loadTemplate("few-shot");
const fewShotQuestionTemplate = loadTemplate("few-shot-question");

type TemplateName =
  | "gner"
  | "compact"
  | "inst"
  | "few-shot"
  | "few-shot-question"
  | "schema"
  | `schema-${"bioes" | "full" | "entity-centric" | "context"}`;

/** `noEscape`: prompts are plain text, `AT&T` must not become `AT&amp;T`. `strict`: a missing field is a bug. */
function loadTemplate(name: TemplateName) {
  const file = createRequire(import.meta.url).resolve(`gner/prompts/${name}.hbs`);
  return Handlebars.compile<Record<string, unknown>>(readFileSync(file, "utf8"), {
    noEscape: true,
    strict: true,
  });
}
