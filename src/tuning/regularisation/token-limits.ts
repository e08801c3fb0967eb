import { resolve } from "node:path";
import { instPrompt } from "../../codecs/prompt.js";
import { leavesWordsOut, type SchemaName } from "../../codecs/schemas/schemas.js";
import type { CountTokens } from "../../codecs/token-counter.js";
import { tokenCounter } from "../../codecs/token-counter.js";
import { readTokenizer } from "../../codecs/tokenizer.js";
import type { TokenSettings } from "../plan-sampling.js";
import type { RowForm } from "../rows.js";

/** How many tokens the texts of a row are. `total` is of both joined, as causal models read them. */
export interface TokenNumbers {
  readonly input: number;
  readonly target: number;
  readonly total: number;
}

/**
 * Counts the tokens of rows and says which rows are too long. A chat template adds tokens of its own, which are not
 * known here.
 */
export class TokenLimits {
  constructor(
    private readonly limits: TokenSettings,
    private readonly countTokens: CountTokens,
    private readonly form: RowForm,
    private readonly schema: SchemaName,
  ) {}

  /** Whether there is any: without, tokens are counted only. */
  get areSet(): boolean {
    const { maxInput, maxTarget, maxTotal } = this.limits;
    return maxInput !== undefined || maxTarget !== undefined || maxTotal !== undefined;
  }

  /** Whether the words alone are too many: the prompt holds all of them, and in most schemas the target does. */
  areTooMany(words: readonly string[]): boolean {
    const { maxInput = Infinity, maxTarget = Infinity, maxTotal = Infinity } = this.limits;
    const limit = Math.min(maxInput, leavesWordsOut(this.schema) ? Infinity : maxTarget, maxTotal);
    return limit < Infinity && this.countTokens(words.join(" ")) > limit;
  }

  count({ prompt, target }: { readonly prompt: string; readonly target: string }): TokenNumbers {
    const input = this.form === "llama" ? instPrompt(prompt) : prompt;
    const needsTotal = this.limits.maxTotal !== undefined;
    const [inputs, targets] = [this.countTokens(input), this.countTokens(target)];
    return {
      input: inputs,
      target: targets,
      total: needsTotal ? this.countTokens(`${input} ${target}`) : inputs + targets,
    };
  }

  /** By what a row is too long, in words; null for one that is not. */
  excess({ input, target, total }: TokenNumbers): string | null {
    const { maxInput = Infinity, maxTarget = Infinity, maxTotal = Infinity } = this.limits;
    if (input > maxInput) return `the prompt has ${input} tokens, at most ${maxInput} are allowed`;
    if (target > maxTarget) return `the target has ${target} tokens, at most ${maxTarget} are allowed`;
    if (total > maxTotal) return `prompt and target have ${total} tokens, at most ${maxTotal} are allowed`;
    return null;
  }
}

/** Reads the tokenizer of a plan. Throws InputError for a file that is none. */
export function openTokenLimits(
  settings: TokenSettings,
  plan: { readonly folder: string; readonly form: RowForm; readonly schema: SchemaName },
): TokenLimits {
  const { json, tokenizer } = readTokenizer(resolve(plan.folder, settings.tokenizer));
  return new TokenLimits(settings, tokenCounter(json, tokenizer), plan.form, plan.schema);
}
