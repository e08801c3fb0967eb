import { atPlace, excerpt, FormatError, InputError } from "../../core/errors.js";
import { columnLabels } from "./columns.js";
import type { CorpusFormat } from "./formats.js";
import { readEntries } from "./formats.js";
import { plainLabels } from "./plain-file.js";
import { isPlainFormat } from "./plain-sentences.js";
import type {
  Annotated,
  CorpusExample,
  CorpusFile,
  ExampleSettings,
  NameLabel,
  Provenance,
} from "./reader.js";
import { Wanted } from "./wanted.js";

export type { CorpusFormat } from "./formats.js";

/** The reader of a file, or, for brat, of a folder. Both its passes throw FormatError for a file without any example. */
export function corpusFile(file: string, format: CorpusFormat): CorpusFile {
  return {
    collectLabels: (nameLabel) => collectLabels(file, format, nameLabel),
    examples: (settings) => examples(file, format, settings),
  };
}

async function collectLabels(file: string, format: CorpusFormat, nameLabel: NameLabel): Promise<string[]> {
  const names = new LabelNames(file, nameLabel);
  if (format.kind === "columns") {
    const labels = isPlainFormat(format) ? await plainLabels(file, format) : await columnLabels(file, format);
    if (labels === null) throw noExample(file);
    for (const [label, line] of labels) names.of(label, {}, line);
    return names.all();
  }
  let isEmpty = true;
  for await (const entry of readEntries(file, format)) {
    if ("leftOut" in entry) continue;
    isEmpty = false;
    for (const { label, line } of entry.mentions) names.of(label, entry, line);
    for (const label of entry.declared ?? []) names.of(label, entry);
  }
  if (isEmpty) throw noExample(file);
  return names.all();
}

async function* examples(
  file: string,
  format: CorpusFormat,
  settings: ExampleSettings,
): AsyncGenerator<CorpusExample> {
  const { onLeftOut, onEnd, wants } = settings;
  const maker = new ExampleMaker(file, settings);
  const wanted = wants === undefined ? undefined : new Wanted(wants);
  let next = 0;
  for await (const entry of readEntries(file, format, wanted)) {
    if ("leftOut" in entry) {
      onLeftOut?.(entry);
      continue;
    }
    const index = entry.index ?? next++;
    const example = maker.example(entry, index);
    yield wants === undefined ? example : Object.assign(example, { index });
  }
  onEnd?.(Math.max(next, wanted?.count ?? 0));
}

/** Makes examples of what a reader finds in a file. */
export class ExampleMaker {
  private readonly names: LabelNames;
  private readonly absentNames: LabelNames;

  constructor(
    file: string,
    private readonly settings: Pick<ExampleSettings, "idPrefix" | "labels" | "nameLabel">,
  ) {
    const { labels, nameLabel } = settings;
    const allowed = new Set(labels);
    this.names = new LabelNames(file, (fileLabel) => {
      const label = nameLabel(fileLabel);
      if (!allowed.has(label)) throw new InputError(`label ${excerpt(label)} is not one of the set's labels`);
      return label;
    });
    this.absentNames = new LabelNames(file, nameLabel);
  }

  /** Throws FormatError for a label that is refused. */
  example(entry: Annotated, index: number): CorpusExample {
    const { text, words, mentions } = entry;
    const { idPrefix, labels } = this.settings;
    const gold = mentions.map(({ label, parts, line }) => ({
      label: this.names.of(label, entry, line),
      parts,
    }));
    const doc = { id: `${idPrefix}-${index}`, text, words };
    return Object.assign({ doc, labels, gold }, provenance(entry, this.absentNames));
  }
}

/** Absent types are named as labels are, but need not be among the set's. */
function provenance(entry: Annotated, names: LabelNames): Provenance {
  const { line, sourceId, document, absent, remarks } = entry;
  if (sourceId === undefined && document === undefined && absent === undefined && remarks === undefined) {
    return { line };
  }
  return {
    line,
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(document === undefined ? {} : { document }),
    ...(absent === undefined ? {} : { absent: absent.map((type) => names.of(type, entry)) }),
    ...(remarks === undefined ? {} : { remarks }),
  };
}

function noExample(file: string): FormatError {
  return new FormatError(file, 0, "holds no sentence");
}

/** Names each label once: a corpus repeats a few dozen of them. */
export class LabelNames {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly file: string,
    private readonly nameLabel: NameLabel,
  ) {}

  /** Throws FormatError with the line of the first mention of a label that is refused. */
  of(fileLabel: string, entry: Partial<Annotated>, line = entry.line ?? 0): string {
    const known = this.known.get(fileLabel);
    if (known !== undefined) return known;
    const name = atPlace(entry.file ?? this.file, line, () => this.nameLabel(fileLabel));
    this.known.set(fileLabel, name);
    return name;
  }

  /** In code unit order, without repeats. */
  all(): string[] {
    return [...new Set(this.known.values())].sort();
  }
}

/**
 * Names labels by a table (`programlang` -> `programming language`). A label that is not in the table keeps its
 * name; one with null must not occur, and asking for its name throws InputError.
 */
export function labelNaming(names: Readonly<Record<string, string | null>>): NameLabel {
  const table = new Map(Object.entries(names));
  return (fileLabel) => {
    const name = table.get(fileLabel);
    if (name === null) throw new InputError(`label ${excerpt(fileLabel)} is refused: its label name is null`);
    return name ?? fileLabel;
  };
}
