import { readFileSync } from "node:fs";
import { InputError } from "../../core/errors.js";

/** A key to a server. It is only ever shown to that server. */
export class Key {
  readonly #text: string;

  constructor(text: string, source: string) {
    this.#text = text.trim();
    // A header could not carry it, and the error of one that tried would show it.
    if (!/^[\x21-\x7e]+$/.test(this.#text)) {
      throw new InputError(`the key in ${source} is empty, or holds characters that a key cannot have`);
    }
  }

  /** For the request alone. */
  reveal(): string {
    return this.#text;
  }

  /** A text from outside without the key, should it hold it. */
  redact(text: string): string {
    return text.replaceAll(this.#text, "[key]");
  }

  /** The length of the longest end of a text that is the beginning of the key. */
  longestPart(text: string): number {
    for (let length = Math.min(this.#text.length, text.length); length > 0; length--) {
      if (text.endsWith(this.#text.slice(0, length))) return length;
    }
    return 0;
  }

  toString(): string {
    return "[key]";
  }

  toJSON(): string {
    return "[key]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[key]";
  }
}

/** Where well-known keys may go: one that stands in the environment for another service must not leave for any server. */
const ownHosts: Readonly<Record<string, RegExp>> = {
  OPENAI_API_KEY: /(?:^|\.)openai\.com$/,
  HF_TOKEN: /(?:^|\.)(?:huggingface\.co|huggingface\.cloud|hf\.space)$/,
};

/**
 * The key for a server: from `keyFile`, else `GNER_API_KEY`, else `OPENAI_API_KEY` for OpenAI's own hosts over https
 * and `HF_TOKEN` for Hugging Face's. Null where there is none: many servers need none. Throws InputError where the file
 * cannot be read or holds no key.
 */
export function findKey(url: URL, keyFile?: string): Key | null {
  if (keyFile !== undefined) return new Key(readKeyFile(keyFile), keyFile);
  const own = process.env.GNER_API_KEY;
  if (own !== undefined && own !== "") return new Key(own, "GNER_API_KEY");
  for (const [name, hosts] of Object.entries(ownHosts)) {
    const value = process.env[name];
    if (value !== undefined && value !== "" && url.protocol === "https:" && hosts.test(url.hostname)) {
      return new Key(value, name);
    }
  }
  return null;
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new InputError(`the key file ${file} cannot be read`, { cause });
  }
}
