import type { Draft } from "./draft.js";
import { OutputFile } from "./output-file.js";
import { BratFolder } from "./output-folder.js";
import { ParquetRows } from "./parquet-rows.js";
import type { Target } from "./targets.js";

/** Writes documents of one format. The output takes its name with `publish`. */
export interface CorpusWriter {
  /**
   * Writes a document, unless the format cannot hold it at all; says whether it did. `accept` is called when the
   * draft knows its losses: what it throws ends the writing, and nothing is kept.
   */
  write(draft: Draft, accept: () => void): Promise<boolean>;
  publish(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** The writer of a target. Throws InputError where the output cannot be made. */
export async function corpusWriter(target: Target, path: string, overwrite: boolean): Promise<CorpusWriter> {
  switch (target.kind) {
    case "text":
      return textWriter(target, await OutputFile.create(path, overwrite));
    case "parquet":
      return parquetWriter(target, await OutputFile.create(path, overwrite));
    case "brat":
      return bratWriter(target, await BratFolder.create(path, overwrite));
  }
}

function textWriter(target: Extract<Target, { kind: "text" }>, file: OutputFile): CorpusWriter {
  const { head, between, tail, encode } = target;
  let before = head;
  return {
    async write(draft, accept) {
      const entry = encode(draft);
      accept();
      if (entry === null) return false;
      await file.write(before + entry);
      before = between;
      return true;
    },
    async publish() {
      // Without a document the head is still to come.
      await file.write((before === between ? "" : before) + tail);
      await file.publish();
    },
    discard: () => file.discard(),
  };
}

function parquetWriter(target: Extract<Target, { kind: "parquet" }>, file: OutputFile): CorpusWriter {
  const rows = new ParquetRows(file, target.columns);
  return {
    async write(draft, accept) {
      const row = target.encode(draft);
      accept();
      if (row === null) return false;
      await rows.add({ ...row }, draft.doc.text.length);
      return true;
    },
    async publish() {
      await rows.close();
      await file.publish();
    },
    discard: () => file.discard(),
  };
}

function bratWriter({ encode }: Extract<Target, { kind: "brat" }>, folder: BratFolder): CorpusWriter {
  return {
    async write(draft, accept) {
      const document = encode(draft);
      if (document !== null) {
        const name = await folder.add(document, draft.number);
        if (document.name !== undefined && name !== document.name)
          draft.lose("id", `its name ${document.name}`);
      }
      accept();
      return document !== null;
    },
    publish: () => folder.publish(),
    discard: () => folder.discard(),
  };
}
