import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a test sees it. */
export interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The parsed JSON body. */
  readonly body: Record<string, unknown>;
  /** Whether the client broke the connection before the answer was whole. */
  aborted: boolean;
}

/** Answers one request; what it throws ends the connection. */
export type Handler = (seen: Seen, response: ServerResponse, number: number) => void | Promise<void>;

/** An HTTP server on the loopback that answers as a test says, request by request. */
export class TestServer {
  readonly requests: Seen[] = [];
  /** The most requests that were open at the same time. */
  mostOpen = 0;
  private open = 0;

  private constructor(
    private readonly server: Server,
    public handler: Handler,
  ) {}

  static async start(handler: Handler): Promise<TestServer> {
    const http = createServer((request, response) => void started.take(request, response));
    const started: TestServer = new TestServer(http, handler);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return started;
  }

  /** Where the API begins. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    return address.port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString();
    const seen: Seen = {
      path: request.url ?? "",
      headers: request.headers,
      body: text === "" ? {} : JSON.parse(text),
      aborted: false,
    };
    response.on("close", () => {
      this.open--;
      seen.aborted = !response.writableFinished;
    });
    this.requests.push(seen);
    try {
      await this.handler(seen, response, this.requests.length - 1);
    } catch {
      response.destroy();
    }
  }
}
