import {
  type ChatMessage,
  instPrompt,
  type PromptExample,
  type PromptRequest,
  renderMessages,
  renderPrompt,
} from "../../codecs/prompt.js";

/** What a model reads: one text, or the turns of a chat that the server's own template joins. */
export type Prompt = string | readonly ChatMessage[];

/**
 * How a request is put to a model:
 *
 * - `compact`: the two lines of the built-in architecture;
 * - `plain`: the paper's instruction as one text, for sequence-to-sequence models;
 * - `inst`: the same between `[INST]` marks, as the paper's causal models are trained;
 * - `chat`: the same as a user's message;
 * - `few-shot`: messages for models that were never tuned for this, with examples or without.
 */
export type PromptForm = "compact" | "plain" | "inst" | "chat" | "few-shot";

/** A form, and what it shows besides the request. */
export interface PromptWording {
  readonly form: PromptForm;
  /** Form `few-shot`: what the model is shown before it is asked. Default: none. */
  readonly examples?: readonly PromptExample[];
}

/** The prompt of a request. The sentence stands last in every form, so that servers can keep what is before it. */
export function wordPrompt({ form, examples = [] }: PromptWording, request: PromptRequest): Prompt {
  switch (form) {
    case "compact":
      return renderPrompt("compact", request);
    case "plain":
      return renderPrompt("gner", request);
    case "inst":
      return instPrompt(renderPrompt("gner", request));
    case "chat":
      return renderMessages("gner", request);
    case "few-shot":
      return renderMessages("few-shot", { examples, ...request });
  }
}
