import { type PromptExample, promptExample } from "../codecs/prompt.js";
import { atPlace, InputError } from "../core/errors.js";
import { corpusFile } from "../tuning/corpora/corpus.js";
import { detectFormat } from "../tuning/corpora/detect.js";

/**
 * The sentences of an annotated file of any format that is known, as examples of a few-shot prompt; what is not
 * annotated there in a way that the answers can show (overlapping mentions) is a FormatError with its line.
 */
export async function readExamples(path: string): Promise<PromptExample[]> {
  const { format } = await detectFormat(path);
  const corpus = corpusFile(path, format);
  const nameLabel = (label: string) => label;
  const labels = await corpus.collectLabels(nameLabel);
  if (labels.length === 0) throw new InputError(`--examples: ${path} has no entity in any of its sentences`);
  const examples: PromptExample[] = [];
  for await (const example of corpus.examples({ idPrefix: "example", labels, nameLabel })) {
    examples.push(atPlace(path, example.line, () => promptExample(example)));
  }
  return examples;
}
