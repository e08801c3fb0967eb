/**
 * What a remote generator costs beside a bare loop over the same client, and whether it keeps memory: 256 requests at a
 * time to a stub on the loopback, in a process of its own, that answers at once.
 *
 *   node --expose-gc dist/bench/remote.js
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import OpenAI from "openai";
import { openaiGenerator } from "../src/index.js";
import { WordLabelStopRule } from "../src/serve/generate/word-label-stop-rule.js";
import { median } from "./measure.js";

const concurrency = 256;
const requestsPerRun = 4096;
const runs = 7;
const manyRequests = 100_000;

const words = "Grace Hopper worked on COBOL in Philadelphia before the war ended .".split(" ");
const answer = words.map((word, i) => `${word}(${i < 2 ? "B-person" : "O"})`).join(" ");
const prompt = `[INST] Sentence: ${words.join(" ")} [/INST]`;

if (process.argv[2] === "stub") await serve();
else await measure();

/** The same answer to every request, in a chunk for each word. */
async function serve(): Promise<void> {
  const chunk = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;
  const id = { id: "x", object: "text_completion", created: 0, model: "stub" };
  const body = [
    ...answer
      .split(/(?= )/)
      .map((text) => chunk({ ...id, choices: [{ index: 0, text, logprobs: null, finish_reason: null }] })),
    chunk({ ...id, choices: [{ index: 0, text: "", logprobs: null, finish_reason: "stop" }] }),
    chunk({ ...id, choices: [], usage: { prompt_tokens: 40, completion_tokens: 50, total_tokens: 90 } }),
    "data: [DONE]\n\n",
  ].join("");
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "text/event-stream");
      response.end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address !== null && typeof address === "object") process.send?.(address.port);
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** Milliseconds a request: of the clock and of this process's processor time. */
async function costOf(work: () => Promise<void>): Promise<Cost> {
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  return { wall: wall / requestsPerRun, cpu: (user + system) / 1000 / requestsPerRun };
}

async function measure(): Promise<void> {
  const stub = fork(process.argv[1] ?? "", ["stub"]);
  const [port] = await once(stub, "message");
  const url = `http://127.0.0.1:${port}/v1`;
  try {
    await compare(url);
    await watchMemory(url);
  } finally {
    stub.kill();
  }
}

async function compare(url: string): Promise<void> {
  const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });
  let left = 0;
  const worker = async () => {
    while (left-- > 0) {
      const stream = await client.completions.create({
        model: "stub",
        prompt,
        max_tokens: 2048,
        temperature: 0,
        logprobs: 1,
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = "";
      for await (const { choices } of stream) text += choices[0]?.text ?? "";
      if (text !== answer) throw new Error(`not the answer: ${text}`);
    }
  };
  const bare = async () => {
    left = requestsPerRun;
    await Promise.all(Array.from({ length: concurrency }, worker));
  };
  const generator = openaiGenerator({ url, model: "stub", concurrency });
  const requests = Array.from({ length: requestsPerRun }, () => ({
    prompt,
    stopRule: () => new WordLabelStopRule(words),
  }));
  const ours = async () => {
    const completions = await generator.generate(requests);
    if (completions.some(({ text }) => text !== answer)) throw new Error("not the answer");
  };
  const costs: { bare: Cost; ours: Cost }[] = [];
  for (let run = -1; run < runs; run++) {
    // In turns, so that what else the machine does weighs on both.
    const cost = { bare: await costOf(bare), ours: await costOf(ours) };
    if (run >= 0) costs.push(cost);
  }
  console.log(
    `${concurrency} at a time, ${requestsPerRun} requests a run, median of ${runs} runs, ms a request:`,
  );
  for (const [name, value] of [
    ["clock", (cost: Cost) => cost.wall],
    ["processor", (cost: Cost) => cost.cpu],
  ] as const) {
    const bareTime = median(costs.map((cost) => value(cost.bare)));
    const ourTime = median(costs.map((cost) => value(cost.ours)));
    const added = median(costs.map((cost) => value(cost.ours) - value(cost.bare)));
    console.log(
      `  ${name}: bare client ${bareTime.toFixed(3)}, generator ${ourTime.toFixed(3)}, added ${added.toFixed(3)}`,
    );
  }
  await generator.close();
}

async function watchMemory(url: string): Promise<void> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("run with --expose-gc");
  const generator = openaiGenerator({ url, model: "stub", concurrency });
  const requests = Array.from({ length: 1000 }, () => ({
    prompt,
    stopRule: () => new WordLabelStopRule(words),
  }));
  console.log(`${manyRequests} requests, MB after each tenth of them (heap in use, resident):`);
  for (let done = 0; done < manyRequests; done += requests.length) {
    await generator.generate(requests);
    if ((done + requests.length) % (manyRequests / 10) !== 0) continue;
    gc();
    const { heapUsed, rss } = process.memoryUsage();
    console.log(
      `  ${done + requests.length}: ${(heapUsed / 2 ** 20).toFixed(1)}, ${(rss / 2 ** 20).toFixed(0)}`,
    );
  }
  await generator.close();
}
