import type { CorpusExample, CorpusFile, ExampleSettings, NameLabel } from "./corpora/reader.js";

/** Files of one split as one corpus: one after the other, with their examples numbered through. */
export function joinedCorpus(files: readonly CorpusFile[]): CorpusFile {
  const [only, ...more] = files;
  if (only !== undefined && more.length === 0) return only;
  return {
    collectLabels: (nameLabel) => collectLabels(files, nameLabel),
    examples: (settings) => examples(files, settings),
  };
}

async function collectLabels(files: readonly CorpusFile[], nameLabel: NameLabel): Promise<string[]> {
  const labels = new Set<string>();
  for (const file of files) for (const label of await file.collectLabels(nameLabel)) labels.add(label);
  return [...labels].sort();
}

async function* examples(
  files: readonly CorpusFile[],
  settings: ExampleSettings,
): AsyncGenerator<CorpusExample> {
  const { wants, onEnd, ...all } = settings;
  let before = 0;
  for (const file of files) {
    const first = before;
    let next = first;
    const own: ExampleSettings = {
      ...all,
      ...(wants === undefined ? {} : { wants: (index: number) => wants(first + index) }),
      onEnd: (count) => {
        before = first + count;
      },
    };
    for await (const example of file.examples(own)) {
      const index = example.index === undefined ? next++ : first + example.index;
      const numbered = { ...example, doc: { ...example.doc, id: `${settings.idPrefix}-${index}` } };
      yield wants === undefined ? numbered : { ...numbered, index };
    }
  }
  onEnd?.(before);
}
