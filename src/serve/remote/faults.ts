import { BackendError, InputError } from "../../core/errors.js";
import type { Key } from "./key.js";

/** What a server or the way to it did wrong. */
export class RemoteFault extends BackendError {
  /** The HTTP status, where the server answered with one. */
  readonly status: number | null;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | null;

  constructor(message: string, { retryable, status = null, retryAfter = null }: FaultOptions) {
    // Without a cause: the clients' errors may hold headers, and so the key.
    super(message, retryable);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Statuses that may pass by themselves. */
const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]);

/** Errors on the way to a server that will not pass by themselves. */
const lasting = /^(?:ENOTFOUND|ERR_INVALID_URL|ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_)/;

interface FaultOptions {
  readonly retryable: boolean;
  readonly status?: number | null;
  readonly retryAfter?: number | null;
}

/** A server, for messages, and the key that it is sent. All faults are made here, so that none can show the key. */
export class Place {
  constructor(
    /** The server's address. */
    readonly server: string,
    readonly key: Key | null,
  ) {}

  /** A fault of this server: `what` says which. What comes from outside must have gone through `quote`. */
  fault(what: string, options: FaultOptions): RemoteFault {
    return new RemoteFault(this.redact(`${this.server} ${what}`), options);
  }

  /** At most so many characters of a server's words, on one line. The key goes first: half of it must not stay. */
  quote(text: string, most = 200): string {
    const clean = this.redact(text)
      .replace(/[\s\p{C}]+/gu, " ")
      .trim();
    return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean;
  }

  /** A text that was cut off, without the end of it that may be a part of the key. */
  withoutPartOfKey(text: string): string {
    const part = this.key?.longestPart(text) ?? 0;
    return text.slice(0, text.length - part);
  }

  private redact(text: string): string {
    return this.key === null ? text : this.key.redact(text);
  }
}

/** An HTTP answer that is no success. `body`: the beginning of what it said. */
export interface Refusal {
  readonly status: number;
  readonly retryAfter: number | null;
  readonly location: string | null;
  readonly body: string;
}

/** What such an answer means. */
export function faultOfStatus(place: Place, { status, retryAfter, location, body }: Refusal): RemoteFault {
  const { words, code } = ownWords(body);
  const said = words === "" ? "" : `: ${place.quote(words)}`;
  const fault = (what: string, retryable: boolean) => place.fault(what, { retryable, status, retryAfter });
  if (status >= 300 && status < 400) {
    const target = place.quote(location ?? "nowhere");
    return fault(`redirects to ${target} (${status}): give the address itself`, false);
  }
  if (status === 401 || status === 403) {
    const hint = place.key === null ? "give a key as GNER_API_KEY" : "the key is not the right one";
    return fault(`refuses the request (${status}): ${hint}${said}`, false);
  }
  if (status === 404) return fault(`has no such model, or no API at this address (404)${said}`, false);
  if (status === 429 && code === "insufficient_quota") return fault(`has no quota left (429)${said}`, false);
  if (status === 429) return fault(`has too many requests (429)${said}`, true);
  if (passing.has(status) || status >= 500) return fault(`failed (${status})${said}`, true);
  return fault(`refuses the request (${status})${said}`, false);
}

/** An error that a client or the network threw, as one of ours. */
export function faultOf(place: Place, error: unknown): BackendError | InputError {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth++) {
    if (cause instanceof BackendError || cause instanceof InputError) return cause;
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : null;
    if (code !== null && isNetworkCode(code)) {
      return place.fault(`cannot be reached, or broke off (${code})`, { retryable: !lasting.test(code) });
    }
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SyntaxError) return place.fault("sent what is no JSON", { retryable: true });
  if (error instanceof TypeError && /terminated|aborted/.test(message)) {
    return place.fault("broke off its answer", { retryable: true });
  }
  // The Hugging Face client's words for a bad question, and for an answer in one piece.
  if (error instanceof Error && /^(?:InputError|RoutingError|HubApiError)$/.test(error.name)) {
    return place.fault(`cannot be asked: ${place.quote(message)}`, { retryable: false });
  }
  if (/event stream content type/.test(message)) {
    return place.fault("does not stream its answers: is this the address of its API?", { retryable: false });
  }
  // What a server reports amid an answer comes as an error of the client; one of the network says more in its cause.
  return place.fault(`failed: ${place.quote(innermost(error))}`, { retryable: true });
}

function innermost(error: unknown): string {
  let inner = error;
  for (let depth = 0; inner instanceof Error && inner.cause instanceof Error && depth < 6; depth++)
    inner = inner.cause;
  return inner instanceof Error ? inner.message : String(inner);
}

function isNetworkCode(code: string): boolean {
  return lasting.test(code) || /^(?:E[A-Z]{3,}|EAI_[A-Z]+|UND_ERR_[A-Z_]+|HPE_[A-Z_]+)$/.test(code);
}

/** What servers say about an error, in the places where they put it. */
function ownWords(body: string): { words: string; code: string | null } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { words: body.trimStart().startsWith("<") ? "" : body, code: null };
  }
  const error = field(parsed, "error");
  const code = field(error, "code") ?? field(error, "type") ?? field(parsed, "code");
  const candidates = [field(error, "message"), error, field(parsed, "detail"), field(parsed, "message")];
  const words = candidates.find((candidate) => typeof candidate === "string");
  const other = candidates.find((candidate) => candidate !== undefined && candidate !== null);
  return {
    words: typeof words === "string" ? words : other === undefined ? "" : JSON.stringify(other),
    code: typeof code === "string" ? code : null,
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
