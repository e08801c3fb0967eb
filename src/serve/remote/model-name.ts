import { InputError } from "../../core/errors.js";

/** A remote model as it is named on a command line. */
export type RemoteModel =
  | { readonly kind: "openai"; readonly url: string; readonly model: string }
  | { readonly kind: "huggingface"; readonly url: string | null; readonly model: string | null };

/**
 * Reads `openai:URL#NAME`, `hf:NAME`, `hf:URL` and `hf:URL#NAME`; null for what is no remote model. Throws InputError
 * where a part is missing.
 */
export function parseRemoteModel(name: string): RemoteModel | null {
  if (name.startsWith("openai:")) {
    const { url, model } = urlAndName(name.slice("openai:".length));
    if (url === null || model === null) {
      throw new InputError(
        "a model of an OpenAI-compatible server is named openai:URL#NAME, such as openai:http://127.0.0.1:8000/v1#my-model",
      );
    }
    return { kind: "openai", url, model };
  }
  if (!name.startsWith("hf:")) return null;
  const { url, model } = urlAndName(name.slice("hf:".length));
  if (url === null && model === null) {
    throw new InputError("a Hugging Face model is named hf:OWNER/NAME, an endpoint hf:URL or hf:URL#NAME");
  }
  return { kind: "huggingface", url, model };
}

function urlAndName(text: string): { url: string | null; model: string | null } {
  if (!/^https?:\/\//i.test(text)) return { url: null, model: text === "" ? null : text };
  const mark = text.indexOf("#");
  const model = mark === -1 ? "" : text.slice(mark + 1);
  return { url: mark === -1 ? text : text.slice(0, mark), model: model === "" ? null : model };
}

/**
 * Checks the address of a server. Throws InputError for what is no HTTP address, and for one with a user name or
 * password in it: addresses are shown in messages and manifests.
 */
export function checkUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InputError("the server's address is no http or https URL");
  }
  if (url.username !== "" || url.password !== "") {
    throw new InputError(
      "the server's address must not hold a user name or password: give the key as GNER_API_KEY",
    );
  }
  return url;
}

/** An address for messages, without what may follow `?`. */
export function shownUrl(url: URL): string {
  return url.origin + url.pathname.replace(/\/+$/, "");
}
