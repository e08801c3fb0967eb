import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it } from "vitest";

const index = pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), "../dist/src/index.js")).href;

/** The addresses of all modules that a process loads, with their packages, which runs this. */
function loadedBy(script: string): string[] {
  const watched = `
    import { registerHooks } from "node:module";
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    ${script}
    process.stdout.write(JSON.stringify(urls));`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", watched], {
    encoding: "utf8",
  });
  return JSON.parse(printed);
}

const clients = /node_modules\/(?:openai|@huggingface\/inference)\//;

it("loads the clients of servers with the first question only", () => {
  const load = `const { openaiGenerator, huggingfaceGenerator } = await import(${JSON.stringify(index)});
    const options = { url: "http://127.0.0.1:9/v1", model: "m", retries: 0 };`;
  const made = loadedBy(`${load} openaiGenerator(options); huggingfaceGenerator(options);`);
  expect(made.some((url) => url.includes("node_modules/zod/"))).toBe(true);
  expect(made.filter((url) => clients.test(url))).toEqual([]);
  for (const [generator, client] of [
    ["openaiGenerator", "node_modules/openai/"],
    ["huggingfaceGenerator", "node_modules/@huggingface/inference/"],
  ] as const) {
    const asked = loadedBy(
      `${load} await ${generator}(options).generate([{ prompt: "Ada" }]).catch(() => {});`,
    );
    expect(asked.some((url) => url.includes(client))).toBe(true);
  }
});
