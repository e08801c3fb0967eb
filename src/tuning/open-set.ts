import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { labelSet } from "../codecs/label-set.js";
import { excerpt, InputError } from "../core/errors.js";
import type { CorpusFormat } from "./corpora/corpus.js";
import { corpusFile, labelNaming } from "./corpora/corpus.js";
import { detectFormat } from "./corpora/detect.js";
import type { CorpusFile, NameLabel } from "./corpora/reader.js";
import { openSource, sourceSha256 } from "./corpora/source.js";
import type { HashThread } from "./hash-thread.js";
import { joinedCorpus } from "./joined-corpus.js";
import type { Plan, PlanSet, Split } from "./plan.js";
import { filesOf, splits } from "./plan.js";
import type { PlanFormat } from "./plan-set.js";
import { sourceName } from "./source-name.js";

/** A data set of the plan whose files are there and whose labels are known. */
export interface OpenSet {
  readonly name: string;
  readonly maxRows: number;
  /** As they are written in rows. */
  readonly labels: readonly string[];
  /** As they are named before that. */
  readonly namedLabels: readonly string[];
  /** Whether each sentence has types of its own and says nothing of the other types of the set. */
  readonly hasOpenTypes: boolean;
  readonly nameLabel: NameLabel;
  readonly sources: ReadonlyMap<Split, Source>;
}

/** One split of a set. */
export interface Source {
  readonly corpus: CorpusFile;
  /** Of the only file; of several files, SHA-256 of their hashes and names, in order. */
  readonly sha256: string;
  readonly files: readonly SourceFile[];
}

/** One file of a split. */
export interface SourceFile {
  /** As the plan has it; of an absolute path the file name alone. */
  readonly name: string;
  /** Where it stands on this machine. */
  readonly path: string;
  readonly sha256: string;
  /** As the plan says it, or as it was detected. */
  readonly format: CorpusFormat;
}

/** A file that is not hashed yet. */
type FoundFile = Omit<SourceFile, "sha256">;

/** The files of a set's splits, in order. */
type SetFiles = ReadonlyMap<Split, readonly SourceFile[]>;

/** What a set was opened from; plain data, which other threads can be sent. */
export interface OpenedFrom {
  readonly files: SetFiles;
  /** As they are named before they are written. */
  readonly labels: readonly string[];
}

export function openedFrom({ sources, namedLabels }: OpenSet): OpenedFrom {
  return { files: new Map([...sources].map(([split, { files }]) => [split, files])), labels: namedLabels };
}

/**
 * Opens the files of a plan and closes them; tells how many bytes they have. Throws InputError for one that cannot be
 * opened: it should show before the work on the files before it.
 */
export async function checkSources(plan: Plan): Promise<number> {
  const ofSets = plan.sets.flatMap((set) => splits.flatMap((split) => filesOf(set, split)));
  const heldOut = plan.heldOut.files.map(({ file }) => file);
  let bytes = 0;
  for (const path of [...ofSets, ...heldOut]) {
    const source = await openSource(resolve(plan.folder, path));
    try {
      bytes += (await source.stat()).size;
    } finally {
      await source.close();
    }
  }
  return bytes;
}

/**
 * Finds the labels and sources of a set; reads its files once to hash them, and once more where the plan does not give
 * the labels. Throws InputError for labels that cannot stand in rows, and what detection and the readers throw.
 *
 * @param hashing hashes the files meanwhile; null where this thread does.
 */
export async function openSet(
  plan: Plan,
  set: PlanSet,
  signal: AbortSignal | undefined,
  hashing: HashThread | null = null,
): Promise<OpenSet> {
  const found = new Map<Split, readonly FoundFile[]>();
  for (const split of splits) {
    signal?.throwIfAborted();
    const paths = filesOf(set, split);
    if (paths.length > 0) found.set(split, await findFiles(paths, plan.folder, set.format));
  }
  const hashed = hashFiles(found, hashing);
  const corpora = [...found.values()].map(corpusOf);
  const findLabels = async () => set.labels ?? labelsOf(corpora, labelNaming(set.labelNames), signal);
  const named = hashing === null ? hashed.then(findLabels) : findLabels();
  // Whoever hashes: a file that cannot be read is told of before a fault in the lines of another.
  named.catch(() => {});
  const files = await hashed;
  return openFiles(plan, set, { files, labels: await named });
}

async function hashFiles(
  found: ReadonlyMap<Split, readonly FoundFile[]>,
  hashing: HashThread | null,
): Promise<SetFiles> {
  const files = new Map<Split, readonly SourceFile[]>();
  for (const [split, ofSplit] of found) {
    const hashed: SourceFile[] = [];
    for (const file of ofSplit) {
      // What another thread cannot read, such as a folder, this one can, or it says why not.
      const sha256 = (await hashing?.ofFile(file.path)) ?? (await sourceSha256(file.path));
      hashed.push({ ...file, sha256 });
    }
    files.set(split, hashed);
  }
  return files;
}

/** As `openSet`, of a set that was opened before: its files are not read again. */
export function openFiles(plan: Plan, set: PlanSet, { files, labels }: OpenedFrom): OpenSet {
  const sources = new Map([...files].map(([split, found]) => [split, sourceOf(found)] as const));
  const named = labelNaming(set.labelNames);
  const hasOpenTypes = set.labelSet === undefined ? areOpenTypes(sources) : set.labelSet === "open";
  const written = hasOpenTypes ? writtenTypes(labels) : writtenLabels(set.name, labels);
  const unique = [...new Set(written.values())];
  if (plan.elseClass && unique.includes("else")) {
    throw new InputError(`set ${excerpt(set.name)} has a label "else" of its own: leave out elseClass`);
  }
  return {
    name: set.name,
    maxRows: set.maxRows ?? Infinity,
    labels: unique,
    namedLabels: labels,
    hasOpenTypes,
    nameLabel: (fileLabel) => {
      const label = named(fileLabel);
      return written.get(label) ?? (hasOpenTypes ? writtenType(label, written) : label);
    },
    sources,
  };
}

async function findFiles(paths: readonly string[], folder: string, format: PlanFormat): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (const path of paths) {
    const file = resolve(folder, path);
    const found = format.kind === "auto" ? (await detectFormat(file)).format : format;
    files.push({ name: sourceName(path), path: file, format: found });
  }
  return files;
}

function sourceOf(files: readonly SourceFile[]): Source {
  const [only, ...more] = files;
  const sha256 = only !== undefined && more.length === 0 ? only.sha256 : sha256Of(files);
  return { corpus: corpusOf(files), sha256, files };
}

function corpusOf(files: readonly FoundFile[]): CorpusFile {
  return joinedCorpus(files.map(({ path, format }) => corpusFile(path, format)));
}

function sha256Of(files: readonly SourceFile[]): string {
  const hash = createHash("sha256");
  for (const { name, sha256 } of files) hash.update(`${sha256}  ${name}\n`);
  return hash.digest("hex");
}

function areOpenTypes(sources: ReadonlyMap<Split, Source>): boolean {
  return [...sources.values()].every(({ files }) =>
    files.every(({ format }) => format.kind === "open-types"),
  );
}

async function labelsOf(
  corpora: readonly CorpusFile[],
  nameLabel: NameLabel,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const labels = new Set<string>();
  for (const corpus of corpora) {
    signal?.throwIfAborted();
    for (const label of await corpus.collectLabels(nameLabel)) labels.add(label);
  }
  return [...labels].sort();
}

/** Rows and requests write labels the same way: a model must meet the labels that it was trained on. */
function writtenLabels(set: string, labels: readonly string[]): Map<string, string> {
  try {
    const { labels: unique, shown } = labelSet(labels);
    return new Map(unique.map((label, i) => [label, shown[i] ?? label]));
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`set ${excerpt(set)}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Among thousands of free types some differ in case alone. They are one type, written as the last of them in order. */
function writtenTypes(types: readonly string[]): Map<string, string> {
  const shown = types.map((type) => [type, shownType(type)] as const);
  const spelling = new Map(shown.map(([, text]) => [text.toLowerCase(), text]));
  return new Map(shown.map(([type, text]) => [type, spelling.get(text.toLowerCase()) ?? text]));
}

/** A type that only stands among absent ones. */
function writtenType(type: string, written: ReadonlyMap<string, string>): string {
  const shown = shownType(type);
  return written.get(shown) ?? written.get(shown.toLowerCase()) ?? shown;
}

function shownType(type: string): string {
  return labelSet([type]).shown[0] ?? type;
}
