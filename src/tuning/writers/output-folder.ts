import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import type { BratDocument } from "./brat.js";
import { partialName, writeFault } from "./output-file.js";

/** A brat folder that takes its name only when all of it is written; until then it is named `.partial`. */
export class BratFolder {
  private constructor(
    private readonly path: string,
    private readonly overwrite: boolean,
  ) {}

  /** Throws InputError where the folder cannot be made, or where one to overwrite holds other files too. */
  static async create(path: string, overwrite: boolean): Promise<BratFolder> {
    await checkContent(path);
    try {
      if (overwrite) await rm(partialName(path), { recursive: true, force: true });
      await mkdir(partialName(path));
    } catch (cause) {
      throw writeFault(path, cause);
    }
    return new BratFolder(path, overwrite);
  }

  /** Adds a document under its name, or, where it has none or the name is taken, under its number; gives that name. */
  async add({ name, text, annotations }: BratDocument, number: number): Promise<string> {
    const numbered = String(number + 1).padStart(8, "0");
    const names = name === undefined ? [numbered, `document-${numbered}`] : [name, `${name}-${numbered}`];
    for (const chosen of names) {
      const file = join(partialName(this.path), chosen);
      if (!(await writeNew(`${file}.txt`, text, this.path))) continue;
      if (await writeNew(`${file}.ann`, annotations, this.path)) return chosen;
    }
    throw new InputError(
      `cannot write ${this.path}: its documents have the names ${names.join(" and ")} already`,
    );
  }

  async publish(): Promise<void> {
    const replaced = partialName(`${this.path}.replaced`);
    try {
      // A folder cannot be renamed over one that holds files.
      const hasOld = this.overwrite && existsSync(this.path);
      if (hasOld) {
        await rm(replaced, { recursive: true, force: true });
        await rename(this.path, replaced);
      }
      await rename(partialName(this.path), this.path);
      if (hasOld) await rm(replaced, { recursive: true, force: true });
    } catch (cause) {
      throw writeFault(this.path, cause);
    }
  }

  async discard(): Promise<void> {
    await rm(partialName(this.path), { recursive: true, force: true });
  }
}

/** To overwrite a folder must not remove what is not brat's. */
async function checkContent(path: string): Promise<void> {
  const names = await readdir(path).catch(() => []);
  const other = names.find((name) => !/\.(?:ann|txt)$/.test(name));
  if (other !== undefined)
    throw new InputError(`${path} holds ${other}, which is not brat's: name another folder`);
}

/** Whether the file was not there before. */
async function writeNew(file: string, content: string, path: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx");
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw writeFault(path, cause);
  }
}
