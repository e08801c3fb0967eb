/**
 * The tour behind `npm run quickstart`: a small corpus becomes instruction data, and the built-in model finds
 * entities of labels given on the spot, as a table and as a page. Every step is a command you can type yourself.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const command = join(root, "dist/src/cli/main.js");
const out = join(root, "out/quickstart");
const labels = "person,city,programming language,organization";
const text =
  "Grace Hopper worked on COBOL in Philadelphia, and Guido van Rossum began Python in Amsterdam, at the Centrum " +
  "Wiskunde & Informatica, long before Dropbox hired him in San Francisco.";

mkdirSync(out, { recursive: true });

step("A small corpus becomes instruction data");
gner("dataset", "build", "examples/plan.yaml", "-o", "out/quickstart/data", "--overwrite");
const [row = ""] = readFileSync(join(out, "data/train.jsonl"), "utf8").split("\n");
console.log(styleText("dim", `first row of out/quickstart/data/train.jsonl:\n${row}`));

step("The built-in model finds entities of labels given on the spot");
gner("extract", "--labels", labels, text);

step("The same as a page");
const page = gner("extract", "--labels", labels, "--format", "html", text);
const file = join(out, "entities.html");
writeFileSync(file, page);
console.log(`wrote ${relative(process.cwd(), file)}: open it in a browser`);

function step(title: string): void {
  console.log(`\n${styleText("bold", title)}`);
}

/** Runs a gner command; HTML comes back, anything else goes straight to the terminal. */
function gner(...args: string[]): string {
  const shown = args.map((arg) => (/[\s&,]/.test(arg) ? JSON.stringify(arg) : arg)).join(" ");
  console.log(styleText("dim", `$ npx gner ${shown}`));
  const captured = args.includes("html");
  const { status, stdout } = spawnSync(process.execPath, [command, ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", captured ? "pipe" : "inherit", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout ?? "";
}
