import { deterministicModel } from "./deterministic-model.js";
import type { Handler } from "./server.js";

/** An error with these words, as OpenAI's API has it. */
export const status =
  (code: number, headers: Record<string, string> = {}, message = "so it is"): Handler =>
  (_, response) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { message } }));
  };

/** A stream of these events, and its end. */
export const events =
  (...lines: string[]): Handler =>
  (_, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.end(lines.map((line) => `data: ${line}\n\n`).join(""));
  };

/** A chunk of a completion. */
export const piece = (text: string, finish: string | null = null) =>
  JSON.stringify({ choices: [{ text, finish_reason: finish }] });

/** This body with this content type. */
export const typed =
  (type: string, body: string): Handler =>
  (_, response) => {
    response.setHeader("content-type", type);
    response.end(body);
  };

/** A whole answer, and a connection that stays open behind it. */
export const lingering: Handler = (_, response) => {
  response.setHeader("content-type", "text/event-stream");
  response.write(`data: ${piece("Ada(B-person)", "stop")}\n\ndata: [DONE]\n\n`);
};

/** Not even headers. */
export const silent: Handler = () => {};

/** Headers and a first piece, then nothing more. */
export const stalling: Handler = (_, response) => {
  response.setHeader("content-type", "text/event-stream");
  response.write(`data: ${piece("Ada(")}\n\n`);
};

/** A byte now and then, so that the connection never rests. */
export const trickling: Handler = (_, response) => {
  response.setHeader("content-type", "text/event-stream");
  const timer = setInterval(() => response.write(":\n"), 20);
  response.on("close", () => clearInterval(timer));
};

export const resetting: Handler = async (_, response) => {
  response.setHeader("content-type", "text/event-stream");
  response.write(`data: ${piece("Ada(B-person)")}\n\n`);
  setTimeout(() => response.socket?.resetAndDestroy(), 20);
};

/** Pieces without end, as fast as they are taken. */
export const endless =
  (text: () => string): Handler =>
  async (_, response) => {
    response.setHeader("content-type", "text/event-stream");
    while (!response.destroyed) {
      if (response.write(`data: ${piece(text())}\n\n`)) await new Promise(setImmediate);
      else await Promise.race([once(response, "drain"), once(response, "close")]);
    }
  };

/** One line of 100 MB. */
export const huge: Handler = async (_, response) => {
  response.setHeader("content-type", "text/event-stream");
  response.write('data: {"choices":[{"text":"');
  const megabyte = Buffer.alloc(2 ** 20, "x");
  for (let i = 0; i < 100 && !response.destroyed; i++) {
    if (!response.write(megabyte)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end('"}]}\n\n');
};

function once(emitter: NodeJS.EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => emitter.once(event, () => resolve()));
}

/** Faults for so many requests, then answers. */
export const first =
  (count: number, fault: Handler): Handler =>
  (seen, response, number) =>
    (number < count ? fault : deterministicModel)(seen, response, number);

/** An error with a code of its own. */
export function quotaError(code: string): Handler {
  return (_, response) => {
    response.writeHead(429, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "pay first", code } }));
  };
}

/** An error in plain text. */
export function plainError(text: string): Handler {
  return (_, response) => {
    response.writeHead(500, { "content-type": "text/plain" });
    response.end(text);
  };
}
