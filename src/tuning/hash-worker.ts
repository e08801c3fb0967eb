import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { parentPort } from "node:worker_threads";

/** What the thread is asked for: the hash of a file's bytes, or of all the bytes so far under a number. */
export type HashOrder = { readonly file: string } | { readonly stream: number; readonly bytes: Uint8Array };

/** SHA-256 in hex, in the order of the questions; null for a file that cannot be read. */
export type HashAnswer = string | null;

/** As `hashFile` in corpora/source.ts: this module imports no other, so that a thread starts quickly, and from its source. */
const readAtOnce = 1 << 20;

if (parentPort !== null) {
  const port = parentPort;
  const streams = new Map<number, Hash>();
  port.on("message", (order: HashOrder) => {
    const answer: HashAnswer = "file" in order ? hashOfFile(order.file) : hashSoFar(streams, order);
    port.postMessage(answer);
  });
}

function hashSoFar(streams: Map<number, Hash>, order: { stream: number; bytes: Uint8Array }): string {
  const hash = streams.get(order.stream) ?? createHash("sha256");
  streams.set(order.stream, hash);
  return hash.update(order.bytes).copy().digest("hex");
}

function hashOfFile(file: string): string | null {
  try {
    const hash = createHash("sha256");
    const bytes = Buffer.allocUnsafe(readAtOnce);
    const descriptor = openSync(file, "r");
    try {
      for (;;) {
        const count = readSync(descriptor, bytes, 0, readAtOnce, null);
        if (count === 0) return hash.digest("hex");
        hash.update(bytes.subarray(0, count));
      }
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
