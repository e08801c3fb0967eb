import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type SchemaName, targetSchema } from "../codecs/schemas/schemas.js";
import { FormatError, InputError } from "../core/errors.js";
import { countFaults, OutputCounts } from "./check-counts.js";
import { CheckedFile } from "./check-file.js";
import { keysOf, readAnyRow, readRow } from "./check-forms.js";
import type { CheckedManifest } from "./check-manifest.js";
import { manifestName, readManifest } from "./check-manifest.js";
import type { CheckFaultKind, RowSettings } from "./check-row.js";
import { checkFaultKinds, checkRow } from "./check-row.js";
import { IdSet } from "./id-set.js";
import type { OutputName } from "./output/shards.js";
import { isOutputFile, isPartialFile, outputNames } from "./output/shards.js";
import type { RowForm } from "./rows.js";

/** Something that is wrong. */
export interface CheckFault {
  readonly kind: CheckFaultKind;
  /** The file's name; of what is wrong with all of them, the manifest's. */
  readonly file: string;
  /** 1-based; 0 for a file as a whole. */
  readonly line: number;
  readonly message: string;
}

export interface CheckReport {
  readonly form: RowForm | null;
  readonly schema: SchemaName;
  /** Whether there was a manifest to compare with. */
  readonly hasManifest: boolean;
  readonly files: readonly { readonly file: string; readonly rows: number }[];
  readonly rows: number;
  /** Entities that targets decode to. */
  readonly mentions: number;
  /** How many there are of each kind; kinds that there are none of are left out. */
  readonly faultCounts: Partial<Record<CheckFaultKind, number>>;
  /** The first 100. */
  readonly faults: readonly CheckFault[];
}

export interface CheckOptions {
  /** Schema of rows that have no manifest beside them. Default `bio`. */
  readonly schema?: SchemaName;
  readonly signal?: AbortSignal;
  /** Called now and then, with the number of rows that are done. */
  readonly onProgress?: (progress: { readonly file: string; readonly rows: number }) => void;
}

/** A folder with a million bad rows must not fill the memory with them. */
const listedFaults = 100;

/**
 * Checks a data set that `buildDataset` wrote, a folder or one of its files: that the target of every row decodes to
 * entities of labels and words of its prompt, and is what these entities are written as; that ids are of one row each;
 * that files, rows and mentions are those of `manifest.json`. Streamed: memory does not grow with the rows, but for 16 to 32 bytes
 * an id. A file without a manifest beside it is checked row by row. Throws InputError for a path that cannot be read and
 * a folder without a manifest, FormatError for a manifest that is none.
 */
export async function checkDataset(path: string, options: CheckOptions = {}): Promise<CheckReport> {
  const isFolder = await isFolderAt(path);
  const folder = isFolder ? path : dirname(path);
  const manifest = await readManifest(folder);
  if (isFolder && manifest === null) {
    throw new InputError(
      `${path} holds no ${manifestName}: name a folder that dataset build finished, or a file`,
    );
  }
  const check = new Check(folder, manifest, options);
  if (isFolder) await check.folder();
  else await check.file(basename(path));
  return check.report;
}

async function isFolderAt(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new InputError(`no such file or folder: ${path}`, { cause });
  }
}

type ListedFile = NonNullable<CheckedManifest["outputs"][OutputName]>["files"][number];

class Check {
  private readonly faults: CheckFault[] = [];
  private readonly faultCounts = new Map<CheckFaultKind, number>();
  private readonly files: { file: string; rows: number }[] = [];
  private readonly ids = new IdSet();
  private readonly listed: ReadonlyMap<string, { output: OutputName; listed: ListedFile }>;
  private readonly settings: RowSettings;
  private readonly counts = new Map<OutputName, OutputCounts>();
  private form: RowForm | null;
  private rows = 0;
  private mentions = 0;

  constructor(
    private readonly path: string,
    private readonly manifest: CheckedManifest | null,
    private readonly options: CheckOptions,
  ) {
    this.form = manifest?.plan.form ?? null;
    this.settings = {
      schema: manifest?.plan.schema ?? options.schema ?? "bio",
      style: manifest?.plan.style ?? null,
    };
    // A schema that does not exist is the caller's fault, not the rows'.
    targetSchema(this.settings.schema);
    const outputs = outputNames.flatMap((output) =>
      (manifest?.outputs[output]?.files ?? []).map((listed) => [listed.file, { output, listed }] as const),
    );
    this.listed = new Map(outputs);
  }

  async folder(): Promise<void> {
    const names = new Set(await readdir(this.path));
    for (const name of this.listed.keys()) {
      if (names.has(name)) await this.file(name);
      else this.tell("file", name, 0, `it is missing: ${manifestName} lists it`);
    }
    for (const name of [...names].sort()) {
      const isStray = isPartialFile(name) || (isOutputFile(name) && !this.listed.has(name));
      if (isStray) this.tell("file", name, 0, `${manifestName} does not list it`);
    }
    // Rows that could not be read are faults already, and would be missed here once more.
    if (this.manifest === null || this.faultCounts.size > 0) return;
    for (const message of countFaults(this.manifest, this.counts))
      this.tell("counts", manifestName, 0, message);
  }

  async file(name: string): Promise<void> {
    const { signal, onProgress } = this.options;
    const entry = this.listed.get(name);
    if (this.manifest !== null && entry === undefined)
      this.tell("file", name, 0, `${manifestName} does not list it`);
    const counts = this.countsOf(entry?.output);
    const file = new CheckedFile(join(this.path, name));
    let rows = 0;
    let keys: string | null = null;
    try {
      for await (const { first, lines } of file.lines(signal)) {
        for (const [i, line] of lines.entries()) keys = this.line(name, first + i, line, keys, counts);
        rows += lines.length;
        this.rows += lines.length;
        onProgress?.({ file: name, rows: this.rows });
      }
    } catch (error) {
      signal?.throwIfAborted();
      this.unreadable(name, error);
      return;
    } finally {
      this.files.push({ file: name, rows });
    }
    if (entry === undefined) return;
    const { listed } = entry;
    const { bytes, sha256 } = file.digest;
    if (rows !== listed.rows)
      this.tell("file", name, 0, `${rows} rows, but ${manifestName} says ${listed.rows}`);
    if (bytes !== listed.bytes || sha256 !== listed.sha256) {
      this.tell("file", name, 0, `its bytes are not those that ${manifestName} has the hash of`);
    }
  }

  get report(): CheckReport {
    return {
      form: this.form,
      schema: this.settings.schema,
      hasManifest: this.manifest !== null,
      files: this.files,
      rows: this.rows,
      mentions: this.mentions,
      faultCounts: Object.fromEntries(
        checkFaultKinds.flatMap((kind) => {
          const count = this.faultCounts.get(kind);
          return count === undefined ? [] : [[kind, count] as const];
        }),
      ),
      faults: this.faults,
    };
  }

  /** Gives the keys that the file's rows have. */
  private line(
    file: string,
    line: number,
    text: string,
    keys: string | null,
    counts: OutputCounts,
  ): string | null {
    const tell = (kind: CheckFaultKind, message: string) => this.tell(kind, file, line, message);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      tell("row", "not JSON");
      return keys;
    }
    this.form ??= readAnyRow(value)?.form ?? null;
    if (this.form === null) {
      tell("row", "a row of no known form");
      return keys;
    }
    const row = readRow(this.form, value);
    if ("fault" in row) {
      tell("row", row.fault);
      return keys;
    }
    const found = keysOf(value);
    if (keys !== null && found !== keys)
      tell("row", `its keys are ${found}, those of the rows before ${keys}`);
    if (row.id !== null && !this.ids.add(row.id))
      tell("duplicate-id", `id ${JSON.stringify(row.id)} is of an earlier row`);
    const checked = checkRow(row, this.settings);
    if ("faults" in checked) {
      for (const { kind, message } of checked.faults) tell(kind, message);
    } else {
      counts.add(checked.entities.map(({ label }) => label));
      this.mentions += checked.entities.length;
    }
    return keys ?? found;
  }

  private countsOf(output: OutputName | undefined): OutputCounts {
    const counts = (output === undefined ? undefined : this.counts.get(output)) ?? new OutputCounts();
    if (output !== undefined) this.counts.set(output, counts);
    return counts;
  }

  private unreadable(name: string, error: unknown): void {
    if (error instanceof FormatError) this.tell("file", name, error.line, "not UTF-8: the rest is not read");
    else if (error instanceof Error && "code" in error) {
      this.tell("file", name, 0, `it cannot be read to its end: ${error.message}`);
    } else throw error;
  }

  private tell(kind: CheckFaultKind, file: string, line: number, message: string): void {
    this.faultCounts.set(kind, (this.faultCounts.get(kind) ?? 0) + 1);
    if (this.faults.length < listedFaults) this.faults.push({ kind, file, line, message });
  }
}
