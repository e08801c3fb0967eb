import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What each layer may import besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  lcs: [],
  files: ["core"],
  codecs: ["core", "lcs"],
  tuning: ["core", "lcs", "codecs"],
  serve: ["core", "lcs", "codecs"],
  eval: ["core", "lcs", "files", "codecs", "tuning", "serve"],
  cli: ["core", "lcs", "files", "codecs", "tuning", "serve", "eval"],
  index: ["core", "lcs", "files", "codecs", "tuning", "serve", "eval"],
};

/** What each part of `serve` may import of the other parts. */
const insideServe: Readonly<Record<string, readonly string[]>> = {
  generate: [],
  onnx: ["generate"],
  remote: ["generate"],
  recognize: ["generate"],
  "gner.ts": ["generate", "onnx", "remote", "recognize"],
};

/** Layers that do no input or output and depend on no package. */
const pure = ["core", "lcs"];

function sources(): string[] {
  return ["src", "eval"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file)),
  );
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

/** The project's own files that a file imports, as paths from the root. */
function ownImports(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith("."))
    .map((name) => relative(root, resolve(root, dirname(file), name)).replace(/\.js$/, ".ts"));
}

function layerOf(file: string): string {
  const [top = "", second = ""] = file.split("/");
  return top === "eval" ? "eval" : second.replace(/\.ts$/, "");
}

describe("layers", () => {
  const files = sources();

  it("sees the sources", () => {
    expect(new Set(files.map(layerOf))).toEqual(new Set(Object.keys(allowed)));
    expect(ownImports("src/serve/gner.ts")).toContain("src/core/document.ts");
  });

  it.each(files)("%s imports only what its layer may", (file) => {
    const layer = layerOf(file);
    for (const target of ownImports(file)) {
      const other = layerOf(target);
      expect(files, `${file} imports ${target}`).toContain(target);
      expect([layer, ...(allowed[layer] ?? [])], `${file} imports ${target}`).toContain(other);
    }
    if (pure.includes(layer)) expect(importsOf(file).filter((name) => !name.startsWith("."))).toEqual([]);
  });

  it("keeps the parts of serve in order", () => {
    const partOf = (file: string) => file.split("/")[2] ?? "";
    for (const file of files.filter((name) => layerOf(name) === "serve")) {
      for (const target of ownImports(file).filter((name) => layerOf(name) === "serve")) {
        expect([partOf(file), ...(insideServe[partOf(file)] ?? [])], `${file} imports ${target}`).toContain(
          partOf(target),
        );
      }
    }
  });

  it("has no cycle", () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, "import cycle").not.toContain(file);
      if (done.has(file)) return;
      for (const target of ownImports(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
  });
});
