/**
 * gner: generative named entity recognition. Entities of any label set with exact offsets, instruction data for
 * fine-tuning, evaluation.
 */
export { type BackTokenize, backTokenizer, noBackTokenization } from "./codecs/back-tokenize.js";
export { type BioTag, decodeBio, encodeBio } from "./codecs/bio.js";
export { type LabelSet, labelSet } from "./codecs/label-set.js";
export {
  type ChatMessage,
  instPrompt,
  type PromptExample,
  type PromptRequest,
  type PromptStyle,
  promptExample,
  renderMessages,
  renderPrompt,
} from "./codecs/prompt.js";
export { type ReadGeneration, readGeneration } from "./codecs/read-generation.js";
export { type RestoredTags, restoreTags, restoreTagsAsPaper } from "./codecs/restore-tags.js";
export { parseWordLabels, type TaggedWord, writeWordLabels } from "./codecs/word-label.js";
export {
  type Chars,
  type Document,
  documentOfWords,
  type Entity,
  type Example,
  type Words,
} from "./core/document.js";
export { BackendError, FormatError, InputError, ModelError } from "./core/errors.js";
export type { Note, NoteKind } from "./core/notes.js";
export { splitSentences } from "./core/sentences.js";
export { documentOfText, splitWords } from "./core/words.js";
export {
  type AlgorithmName,
  type Alignment,
  type AlignmentCondition,
  algorithmNames,
  alignWords,
  longestCommonSubsequence,
} from "./lcs/index.js";
export type { Prompt, PromptForm, PromptWording } from "./serve/generate/prompt-form.js";
export type { Stop, StopRule } from "./serve/generate/stop-rule.js";
export type {
  Completion,
  GeneratedToken,
  GenerationOptions,
  GenerationRequest,
  GeneratorLimits,
  TextGenerator,
} from "./serve/generate/text-generator.js";
export type { Usage } from "./serve/generate/usage.js";
export { WordLabelStopRule } from "./serve/generate/word-label-stop-rule.js";
export {
  type ExtractEachOptions,
  type ExtractedEntity,
  type Extraction,
  type ExtractOptions,
  type ExtractOutcome,
  Gner,
  type LoadOptions,
} from "./serve/gner.js";
export { OnnxGenerator } from "./serve/onnx/onnx-generator.js";
export { GnerRecognizer } from "./serve/recognize/gner-recognizer.js";
export { type Outcome, type RecognizeEachOptions, recognizeEach } from "./serve/recognize/recognize-each.js";
export type { Recognition, RecognitionOptions, Recognizer } from "./serve/recognize/recognizer.js";
export { type HuggingFaceOptions, huggingfaceGenerator } from "./serve/remote/huggingface.js";
export { openaiGenerator } from "./serve/remote/openai.js";
export type { RemoteOptions, RemotePromptForm, RemoteSettings } from "./serve/remote/settings.js";
