import { Command, Option } from "commander";
import { labelSet } from "../codecs/label-set.js";
import { type Document, wordTexts } from "../core/document.js";
import { InputError } from "../core/errors.js";
import { documentOfText } from "../core/words.js";
import { type Prompt, type PromptForm, wordPrompt } from "../serve/generate/prompt-form.js";
import { type LoadOptions, loadRecognizer } from "../serve/gner.js";
import type { Recognizer } from "../serve/recognize/recognizer.js";
import { remotePromptForms } from "../serve/remote/settings.js";
import { addLabelFlags, type LabelFlags, readLabels } from "./labels.js";
import { examplesOf, loadOptions, styleOf } from "./model-flags.js";
import { positiveInteger } from "./positive-numbers.js";
import { sourcesOf } from "./sources.js";

interface PromptFlags extends LabelFlags {
  readonly style?: PromptForm;
  readonly model?: string;
  readonly examples?: string;
  readonly inputTokens?: number;
  readonly tokenizer?: string;
  readonly json: boolean;
}

const forms: readonly PromptForm[] = ["plain", "inst", "chat", "compact", "few-shot"];

const examples = `
Examples:
  $ gner prompt --labels "person,city" "Ada Lovelace met Babbage in London."
  $ gner prompt --labels person,city --style inst note.txt
  $ gner prompt --labels person,city --style few-shot --examples sentences.jsonl "Ada met Babbage."
  $ gner prompt --labels person,city --model builtin long.txt --json

Styles: plain, the paper's instruction; inst, the same between [INST] marks; chat, the same as a message; compact, the
built-in model's two lines; few-shot, for chat models that were never tuned for this. A prompt of messages is printed as
JSON, any other as it is. With --model, the style and the windows of a long text are that model's; with --json, all
prompts of the text are one JSON list. Nothing is sent.`;

/** `gner prompt`: what would be sent to a model. */
export function promptCommand(signal: AbortSignal): Command {
  const command = new Command("prompt")
    .description("print exactly what would be sent to a model, and send nothing")
    .argument("[text-or-file]", "a text, a UTF-8 file, or - for standard input", "-");
  return addLabelFlags(command)
    .addOption(new Option("--style <name>", "wording; plain where no model is named").choices(forms))
    .option("--examples <file>", "few-shot: annotated sentences in any corpus format")
    .option("--model <model>", "as this model is asked: builtin, a folder, openai:URL#NAME, hf:NAME")
    .option("--input-tokens <n>", "of a server: tokens of a prompt", positiveInteger("--input-tokens"))
    .option("--tokenizer <file>", "of a server: the model's tokenizer.json, for exact counts")
    .option("--json", "print a JSON list of all prompts", false)
    .addHelpText("after", examples)
    .action(async (argument: string, flags: PromptFlags) => {
      const labels = await readLabels(flags);
      const text = await readOne(argument, signal);
      const prompts = await promptsFor(text, labels, flags);
      process.stdout.write(
        flags.json ? `${JSON.stringify(prompts, null, 2)}\n` : prompts.map(shown).join("\n\n"),
      );
      if (process.stdout.isTTY) process.stdout.write("\n");
      if (prompts.length > 1) {
        process.stderr.write(`gner: the text is read in ${prompts.length} windows, each with a prompt\n`);
      }
    });
}

async function readOne(argument: string, signal: AbortSignal): Promise<string> {
  for await (const document of sourcesOf([argument], false).documents(signal)) {
    if ("error" in document) throw document.error;
    return document.text;
  }
  throw new InputError(`${argument} holds no text`);
}

async function promptsFor(text: string, labels: readonly string[], flags: PromptFlags): Promise<Prompt[]> {
  const doc = documentOfText("text", text);
  if (doc.words.length === 0) throw new InputError("the text holds no word, so nothing would be sent");
  if (flags.model !== undefined)
    return modelPrompts(await loadRecognizer(await optionsOf(flags)), doc, labels);
  if (flags.inputTokens !== undefined || flags.tokenizer !== undefined) {
    throw new InputError("--input-tokens and --tokenizer are for servers: name one with --model");
  }
  const form = styleOf(flags) ?? "plain";
  const shownExamples = flags.examples === undefined ? [] : await examplesOf(flags.examples);
  const request = { words: wordTexts(doc), labels: labelSet(labels).shown };
  return [wordPrompt({ form, examples: shownExamples }, request)];
}

async function optionsOf({
  model = "builtin",
  style,
  examples: file,
  inputTokens,
  tokenizer,
}: PromptFlags): Promise<LoadOptions> {
  const remoteStyle = remotePromptForms.find((form) => form === style);
  if (style !== undefined && remoteStyle === undefined) {
    throw new InputError(
      `--style ${style} is no style of servers: leave out --model, or name ${remotePromptForms.join(", ")}`,
    );
  }
  return loadOptions({
    model,
    beams: 1,
    ...(remoteStyle === undefined ? {} : { style: remoteStyle }),
    ...(file === undefined ? {} : { examples: file }),
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
  });
}

async function modelPrompts(
  recognizer: Recognizer,
  doc: Document,
  labels: readonly string[],
): Promise<Prompt[]> {
  try {
    const prompts = recognizer.prompts?.(doc, labels);
    if (prompts === undefined) throw new InputError("this model is not asked by prompts");
    return prompts;
  } finally {
    await recognizer.close();
  }
}

function shown(prompt: Prompt): string {
  return typeof prompt === "string" ? prompt : `${JSON.stringify(prompt, null, 2)}\n`;
}
