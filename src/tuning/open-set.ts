import { resolve } from "node:path";
import { labelSet } from "../codecs/label-set.js";
import { excerpt, InputError } from "../core/errors.js";
import { corpusFile, labelNaming } from "./corpora/corpus.js";
import type { CorpusFile, NameLabel } from "./corpora/reader.js";
import { openSource, sourceSha256 } from "./corpora/source.js";
import { sourceName } from "./manifest.js";
import type { Plan, PlanSet, Split } from "./plan.js";
import { splits } from "./plan.js";

/** A data set of the plan whose files are there and whose labels are known. */
export interface OpenSet {
  readonly name: string;
  readonly maxRows: number;
  /** As they are written in rows. */
  readonly labels: readonly string[];
  readonly nameLabel: NameLabel;
  readonly sources: ReadonlyMap<Split, Source>;
}

/** One split of a set. */
export interface Source {
  readonly corpus: CorpusFile;
  readonly name: string;
  readonly sha256: string;
}

/** Throws InputError for a file that cannot be opened: it should show before the work on the files before it. */
export async function checkSources(plan: Plan): Promise<void> {
  for (const { files } of plan.sets) {
    for (const split of splits) {
      const path = files[split];
      if (path !== undefined) await (await openSource(resolve(plan.folder, path))).close();
    }
  }
}

/**
 * Finds the labels and sources of a set; reads its files once where the plan does not give the labels. Throws
 * InputError for labels that cannot stand in rows, and what the readers throw.
 */
export async function openSet(plan: Plan, set: PlanSet, signal: AbortSignal | undefined): Promise<OpenSet> {
  const sources = new Map<Split, Source>();
  for (const split of splits) {
    const path = set.files[split];
    if (path === undefined) continue;
    const file = resolve(plan.folder, path);
    sources.set(split, {
      corpus: corpusFile(file, set.format),
      name: sourceName(path),
      sha256: await sourceSha256(file),
    });
  }
  const named = labelNaming(set.labelNames);
  const labels = set.labels ?? (await labelsOf(sources, named, signal));
  const written = writtenLabels(set.name, labels);
  if (plan.elseClass && written.has("else")) {
    throw new InputError(`set ${excerpt(set.name)} has a label "else" of its own: leave out elseClass`);
  }
  return {
    name: set.name,
    maxRows: set.maxRows ?? Infinity,
    labels: [...written.values()],
    nameLabel: (fileLabel) => {
      const label = named(fileLabel);
      return written.get(label) ?? label;
    },
    sources,
  };
}

async function labelsOf(
  sources: ReadonlyMap<Split, Source>,
  nameLabel: NameLabel,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const labels = new Set<string>();
  for (const { corpus } of sources.values()) {
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
