import { realpath, stat } from "node:fs/promises";
import { FormatError, InputError } from "../../core/errors.js";
import { corpusFile, LabelNames, labelNaming } from "../corpora/corpus.js";
import type { CorpusFormat } from "../corpora/formats.js";
import { readEntries } from "../corpora/formats.js";
import type { Annotated, Remark } from "../corpora/reader.js";
import type { RemarkCount } from "../remark-counts.js";
import { RemarkCounter } from "../remark-counts.js";
import { corpusWriter } from "./corpus-writer.js";
import type { Loss, LossKind } from "./draft.js";
import { Draft, fileOf, isGrave } from "./draft.js";
import { needsLabels, targetOf } from "./targets.js";

/** What to convert into what. */
export interface ConversionSettings {
  /** A file, or a folder for brat. */
  readonly input: string;
  readonly from: CorpusFormat;
  readonly output: string;
  readonly to: CorpusFormat;
  /** Whether what the format cannot hold is left out and counted, instead of ending the conversion. */
  readonly lossy: boolean;
  /** Whether to replace the output that is there. */
  readonly overwrite: boolean;
  /** What labels are to be called; those not named keep their names. A label with null ends the conversion. */
  readonly labelNames?: Readonly<Record<string, string | null>>;
  readonly signal?: AbortSignal;
  /** Called now and then with the number of documents so far. */
  readonly onProgress?: (documents: number) => void;
  /** Awaited for every loss that is accepted. */
  readonly onLoss?: (loss: ConversionLoss) => Promise<void>;
}

/** A loss, or what reading left out or had to settle. */
export type ConversionLoss =
  | Loss
  | (Remark & { readonly kind: "left out" | "settled"; readonly file?: string });

/** How often something was lost, and where first. */
export interface LossCount {
  readonly kind: LossKind;
  readonly count: number;
  /** Whether it is annotation or text. */
  readonly isGrave: boolean;
  /** The first three. */
  readonly first: readonly Loss[];
}

/** What a conversion did. */
export interface Conversion {
  /** Documents or sentences that were read, and those of them that were written. */
  readonly documents: { readonly read: number; readonly written: number };
  readonly mentions: { readonly read: number; readonly written: number };
  readonly losses: readonly LossCount[];
  /** Entries of the file that are no example, such as rejected annotations. */
  readonly leftOut: readonly RemarkCount[];
  /** What the reader had to settle. */
  readonly remarks: readonly RemarkCount[];
  /** Label names that were given and do not occur. */
  readonly unusedNames: readonly string[];
}

/**
 * Converts a corpus, document by document. The output takes its name when it is whole. Throws InputError for an output
 * that is there and not to be replaced, FormatError as the reader does and, with the place in the input, for what the
 * output's format cannot hold unless `lossy`; then nothing is written.
 */
export async function convertCorpus(settings: ConversionSettings): Promise<Conversion> {
  const { input, from, to, signal } = settings;
  await checkOutput(settings);
  // A link stays what it is: the file behind it is replaced.
  const output = await realpath(settings.output).catch(() => settings.output);
  const { labelNames = {} } = settings;
  const nameLabel = labelNaming(labelNames);
  signal?.throwIfAborted();
  const labels = needsLabels(to) ? await corpusFile(input, from).collectLabels(nameLabel) : [];
  signal?.throwIfAborted();
  const target = targetOf(to, labels);
  const used = new Set<string>();
  const names = new LabelNames(input, (label) => {
    used.add(label);
    return nameLabel(label);
  });
  const writer = await corpusWriter(target, output, settings.overwrite);
  try {
    const counter = new ConversionCounter(settings);
    for await (const entry of readEntries(input, from)) {
      signal?.throwIfAborted();
      if ("leftOut" in entry) {
        await counter.leaveOut(entry.line, entry.leftOut);
        continue;
      }
      const draft = new Draft(renamed(entry, names), counter.documents.read);
      await counter.read(draft.doc);
      const isWritten = await writer.write(draft, () => counter.accept(draft));
      await counter.wrote(draft, isWritten);
    }
    if (counter.documents.read === 0) throw new FormatError(input, 0, "holds no sentence");
    signal?.throwIfAborted();
    await writer.publish();
    const unusedNames = Object.keys(labelNames).filter((label) => !used.has(label));
    return { ...counter.result(), unusedNames };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function checkOutput({ input, output, overwrite, to }: ConversionSettings): Promise<void> {
  if (output.endsWith(".gz") && (to.kind === "brat" || to.kind === "parquet")) {
    throw new InputError(`${output}: ${to.kind} cannot be packed with gzip`);
  }
  const found = await stat(output).catch(() => null);
  if (found === null) return;
  if (to.kind === "brat" ? !found.isDirectory() : !found.isFile()) {
    throw new InputError(
      `${output} is there and is no ${to.kind === "brat" ? "folder" : "file"}: name another`,
    );
  }
  if (!overwrite) throw new InputError(`${output} is there already: name another, or --overwrite it`);
  if ((await realpath(output)) === (await realpath(input).catch(() => input))) {
    throw new InputError(`${output} is the input: name another output`);
  }
}

function renamed(entry: Annotated, names: LabelNames): Annotated {
  const { mentions, absent, declared } = entry;
  const rename = (label: string) => names.of(label, entry);
  return {
    ...entry,
    mentions: mentions.map((mention) => ({
      ...mention,
      label: names.of(mention.label, entry, mention.line),
    })),
    ...(absent === undefined ? {} : { absent: absent.map(rename) }),
    ...(declared === undefined ? {} : { declared: declared.map(rename) }),
  };
}

const progressEvery = 500;
const shown = 3;

class ConversionCounter {
  readonly documents = { read: 0, written: 0 };
  private readonly mentions = { read: 0, written: 0 };
  private readonly losses = new Map<LossKind, { count: number; readonly first: Loss[] }>();
  private readonly leftOut = new RemarkCounter();
  private readonly remarks = new RemarkCounter();

  constructor(private readonly settings: ConversionSettings) {}

  async leaveOut(line: number, message: string): Promise<void> {
    this.leftOut.add({ line, message });
    await this.settings.onLoss?.({ kind: "left out", line, message });
  }

  async read(entry: Annotated): Promise<void> {
    const { mentions, remarks = [], sourceId } = entry;
    this.documents.read++;
    this.mentions.read += mentions.length;
    for (const remark of remarks) {
      this.remarks.add({ ...(sourceId === undefined ? {} : { id: sourceId }), ...remark });
      await this.settings.onLoss?.({ kind: "settled", ...fileOf(entry), ...remark });
    }
    if (this.documents.read % progressEvery === 0) this.settings.onProgress?.(this.documents.read);
  }

  /** Throws FormatError for a loss that was not asked for. */
  accept({ doc, losses }: Draft): void {
    for (const loss of losses) {
      const known = this.losses.get(loss.kind) ?? { count: 0, first: [] };
      known.count++;
      if (known.first.length < shown) known.first.push(loss);
      this.losses.set(loss.kind, known);
    }
    const grave = losses.find(isGrave);
    if (grave === undefined || this.settings.lossy) return;
    const { input, to } = this.settings;
    const reason = `${to.kind} cannot hold this: ${grave.message}; --lossy leaves it out and lists it`;
    throw new FormatError(doc.file ?? input, grave.line, reason);
  }

  async wrote({ doc, losses }: Draft, isWritten: boolean): Promise<void> {
    for (const loss of losses) await this.settings.onLoss?.(loss);
    if (!isWritten) return;
    this.documents.written++;
    this.mentions.written += doc.mentions.length - losses.filter(isMention).length;
  }

  result(): Omit<Conversion, "unusedNames"> {
    const losses = [...this.losses].map(([kind, { count, first }]) => {
      const [loss] = first;
      return { kind, count, isGrave: loss !== undefined && isGrave(loss), first };
    });
    return {
      documents: this.documents,
      mentions: this.mentions,
      losses,
      leftOut: this.leftOut.counts(),
      remarks: this.remarks.counts(),
    };
  }
}

/** Losses of one mention each. */
function isMention({ kind }: Loss): boolean {
  return kind === "fragments" || kind === "overlap" || kind === "adjacent" || kind === "label";
}
