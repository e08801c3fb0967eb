import type { Tokenizer } from "@huggingface/tokenizers";
import { openTokenizer } from "../../codecs/tokenizer.js";
import { ModelError } from "../../core/errors.js";
import type { ModelManifest } from "./manifest.js";

/** A model's tokenizer. Throws ModelError where its `tokenizer.json` cannot be used. */
export function modelTokenizer(
  tokenizerJson: object,
  manifest: ModelManifest,
): {
  readonly tokenizer: Tokenizer;
  /** Ids that mean something to the model itself, as `</s>` does: text that spells one must not become one. */
  readonly special: ReadonlySet<number>;
} {
  try {
    const tokenizer = openTokenizer(tokenizerJson);
    return { tokenizer, special: new Set(tokenizer.get_added_tokens_decoder().keys()) };
  } catch (cause) {
    throw new ModelError(`${manifest.tokenizer.file} of model ${manifest.name} cannot be used`, { cause });
  }
}
