import { type Command, Option } from "commander";
import type { PromptExample } from "../codecs/prompt.js";
import { excerpt, InputError } from "../core/errors.js";
import type { LoadOptions } from "../serve/gner.js";
import { type RemotePromptForm, type RemoteSettings, remotePromptForms } from "../serve/remote/settings.js";
import { positiveInteger } from "./positive-numbers.js";

/** Flags that say which model answers, and how it is asked. */
export interface ModelFlags {
  readonly model: string;
  readonly beams: number;
  readonly concurrency?: number;
  readonly style?: RemotePromptForm;
  readonly examples?: string;
  readonly timeout?: number;
  readonly retries?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly tokenizer?: string;
  readonly keyFile?: string;
}

export const modelHelp = `
MODEL is builtin, a model folder, openai:URL#NAME (a server that speaks OpenAI's protocol, such as vLLM, llama.cpp
or TGI; URL is where its API begins: openai:http://127.0.0.1:8000/v1#my-model), hf:NAME (Hugging Face's inference
providers) or hf:URL (an endpoint). --style to --key-file are for these servers. Styles: inst and plain (completions)
and chat ask in the paper's words, for models tuned with them; few-shot asks any chat model, with the sentences of
--examples or none.`;

/** Adds them to a command. */
export function addModelFlags(command: Command): Command {
  return command
    .option("--model <model>", "which model answers, see below", "builtin")
    .option("--beams <n>", "beam width; 1 is greedy", positiveInteger("--beams"), 1)
    .option(
      "--concurrency <n>",
      "texts at the same time (8 for servers, else 1)",
      positiveInteger("--concurrency"),
    )
    .addOption(new Option("--style <name>", "how a server is asked").choices(remotePromptForms))
    .option(
      "--examples <file>",
      "few-shot: annotated sentences in any corpus format, such as {text, entities} rows",
    )
    .option("--timeout <seconds>", "for one request", positiveInteger("--timeout"))
    .option("--retries <n>", "repetitions of a failed request", wholeNumber("--retries"))
    .option("--input-tokens <n>", "tokens of a prompt", positiveInteger("--input-tokens"))
    .option("--output-tokens <n>", "tokens of an answer", positiveInteger("--output-tokens"))
    .option("--tokenizer <file>", "the model's tokenizer.json: exact counts, back-tokenization")
    .option("--key-file <file>", "file that holds the server's key");
}

function wholeNumber(flag: string) {
  const positive = positiveInteger(flag);
  return (value: string) => (value === "0" ? 0 : positive(value));
}

const remoteModel = /^(?:openai|hf):/;

/** Texts at the same time: a server shares its work between them, this machine's cores are busy with one. */
export function concurrencyOf({ model, concurrency }: ModelFlags): number {
  return concurrency ?? (remoteModel.test(model) ? 8 : 1);
}

/** What `loadRecognizer` needs. Throws InputError for flags that the model would not heed. */
export async function loadOptions(flags: ModelFlags): Promise<LoadOptions> {
  const { model, examples, timeout, retries, inputTokens, outputTokens, tokenizer, keyFile } = flags;
  const promptForm = styleOf(flags);
  const settings: Record<string, unknown> = {
    "--style": flags.style,
    "--examples": examples,
    "--timeout": timeout,
    "--retries": retries,
    "--input-tokens": inputTokens,
    "--output-tokens": outputTokens,
    "--tokenizer": tokenizer,
    "--key-file": keyFile,
  };
  if (!remoteModel.test(model)) {
    const given = Object.keys(settings).find((name) => settings[name] !== undefined);
    if (given === undefined) return { model };
    throw new InputError(`${given} is for servers (openai:..., hf:...), not for the model ${excerpt(model)}`);
  }
  const remote: RemoteSettings = {
    concurrency: concurrencyOf(flags),
    ...(promptForm === undefined ? {} : { promptForm }),
    ...(examples === undefined ? {} : { examples: await examplesOf(examples) }),
    ...(timeout === undefined ? {} : { timeout: timeout * 1000 }),
    ...(retries === undefined ? {} : { retries }),
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(tokenizer === undefined ? {} : { tokenizerFile: tokenizer }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
  return { model, remote };
}

/** What results depend on besides texts and labels: a run with other settings gives other rows. No key is in it. */
export function modelSettings(
  { model, beams }: ModelFlags,
  { remote }: LoadOptions,
): Record<string, unknown> {
  return {
    // What stands behind the ? of an address may be a key.
    model: remote === undefined ? model : model.replace(/^([^#?]*)\?[^#]*/, "$1"),
    beams,
    style: remote?.promptForm,
    examples: remote?.examples,
    inputTokens: remote?.inputTokens,
    outputTokens: remote?.outputTokens,
    tokenizer: remote?.tokenizerFile,
  };
}

/** The style that is asked for, or that --examples stand for. Throws InputError where the two do not go together. */
export function styleOf<Style extends string>({
  style,
  examples,
}: {
  readonly style?: Style;
  readonly examples?: string;
}): Style | "few-shot" | undefined {
  if (examples === undefined) return style;
  if (style === undefined || style === "few-shot") return "few-shot";
  throw new InputError(`--examples are for --style few-shot, not for ${style}`);
}

/** The sentences of --examples. All that reads corpora is loaded only for them: it takes as long as all else. */
export async function examplesOf(file: string): Promise<PromptExample[]> {
  const { readExamples } = await import("./few-shot-examples.js");
  return readExamples(file);
}
