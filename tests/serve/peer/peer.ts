import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { python } from "../../support/python.js";
import { shared } from "../../support/shared.js";

/** What the peer's tokenizer is made of. */
export const peerTokenizer = "tokenizers/llama2/tokenizer.model";

/** `transformers serve` with a LLaMA of toy size. */
export class Peer {
  private constructor(
    /** Goes when the server stops; null where the model's folder is somebody else's. */
    private readonly ownFolder: string | null,
    /** The model's name: its folder, seen from where the server runs. A whole path would pass for a URL with some clients. */
    readonly model: string,
    /** Where the server's API begins. */
    readonly url: string,
    private readonly server: ChildProcess,
  ) {}

  /** Trains a model on these rows and serves it on the loopback. Takes about a minute. */
  static async start(rows: readonly { readonly prompt: string; readonly answer: string }[]): Promise<Peer> {
    const folder = mkdtempSync(join(tmpdir(), "gner-peer-"));
    const file = join(folder, "rows.jsonl");
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const script = join(import.meta.dirname, "train.py");
    await promisify(execFile)(python, [script, shared(peerTokenizer), file, folder], { env: environment });
    return Peer.spawn(folder, folder);
  }

  /** Serves the model of a folder. */
  static async serve(folder: string): Promise<Peer> {
    return Peer.spawn(folder, null);
  }

  private static async spawn(folder: string, ownFolder: string | null): Promise<Peer> {
    const port = await freePort();
    const server = spawn(
      python,
      [
        "-m",
        "transformers.cli.transformers",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        String(port),
        "--device",
        "cpu",
      ],
      { stdio: "ignore", env: environment, cwd: dirname(folder) },
    );
    const peer = new Peer(ownFolder, basename(folder), `http://127.0.0.1:${port}/v1`, server);
    await peer.ready();
    return peer;
  }

  async stop(): Promise<void> {
    if (this.server.exitCode === null) {
      const ended = once(this.server, "exit");
      this.server.kill("SIGKILL");
      await ended;
    }
    if (this.ownFolder !== null) rmSync(this.ownFolder, { recursive: true });
  }

  private async ready(): Promise<void> {
    const health = this.url.replace(/v1$/, "health");
    for (const began = performance.now(); performance.now() - began < 180_000; await sleep(500)) {
      if (this.server.exitCode !== null)
        throw new Error(`transformers serve ended with ${this.server.exitCode}`);
      const isUp = await fetch(health).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) return;
    }
    throw new Error("transformers serve did not come up");
  }
}

/** Nothing is fetched; one thread, as the machine is shared with other tests. */
const environment = { ...process.env, HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
