import { resolve } from "node:path";
import type { CorpusFormat } from "./corpora/corpus.js";
import { detectFormat } from "./corpora/detect.js";
import { readEntries } from "./corpora/formats.js";
import { plainSentences } from "./corpora/plain-file.js";
import { isPlainFormat, PlainSentence } from "./corpora/plain-sentences.js";
import type { Annotated } from "./corpora/reader.js";
import { digestOf } from "./digest.js";
import { DigestSet, type SharedDigests } from "./digest-set.js";
import { Kernel } from "./kernel/kernel.js";
import type { OpenSet } from "./open-set.js";
import type { Plan } from "./plan.js";
import { filesOf } from "./plan.js";

/** The words of a text and the text they stand in. */
type Worded = Pick<Annotated, "text" | "words">;

/**
 * Texts that must not be trained on. Two texts are the same where their letters and digits are, whatever their case,
 * punctuation and white space. Of each text 8 bytes of a hash are kept.
 */
export class HeldOutTexts {
  /** @param digests those that texts were added to before, perhaps in another thread. */
  constructor(private readonly digests = new DigestSet()) {}

  /** What the same texts are made of in another thread. */
  get shared(): SharedDigests {
    return this.digests.shared;
  }

  add(text: Worded): void {
    this.digests.add(textDigest(text));
  }

  /**
   * The same for a plain sentence, from its bytes: they are ASCII and words hold no white space, so letters and digits can be
   * told by themselves.
   */
  addPlain(sentence: PlainSentence): void {
    this.digests.add(digestOf(sentence.folded()));
  }

  get isEmpty(): boolean {
    return this.digests.count === 0;
  }

  has(text: Worded): boolean {
    return !this.isEmpty && this.digests.has(textDigest(text));
  }

  hasPlain(sentence: PlainSentence): boolean {
    return !this.isEmpty && this.digests.has(digestOf(sentence.folded()));
  }
}

function textDigest({ text, words }: Worded): string {
  return digestOf(normalized(words.map(({ start, end }) => text.slice(start, end)).join(" ")));
}

/** A text of punctuation alone, such as an emoticon, is compared with its punctuation. */
function normalized(text: string): string {
  const folded = text.normalize("NFKC").toLowerCase();
  const letters = folded.replace(/[^\p{L}\p{M}\p{N}]+/gu, "");
  return letters === "" ? folded.replace(/\s+/g, "") : letters;
}

/**
 * Reads the texts that a plan keeps out of training: those of the splits that it holds out, in all of its sets, and
 * those of further files. Nothing is read for a plan without training. Throws what detection and the readers throw.
 */
export async function heldOutTexts(
  plan: Plan,
  sets: readonly OpenSet[],
  signal: AbortSignal | undefined,
): Promise<HeldOutTexts> {
  const texts = new HeldOutTexts();
  if (!plan.sets.some((set) => filesOf(set, "train").length > 0)) return texts;
  const { splits, files } = plan.heldOut;
  for (const set of sets) {
    for (const split of splits) {
      for (const file of set.sources.get(split)?.files ?? []) {
        await addFile(texts, file.path, file.format, signal);
      }
    }
  }
  for (const { file, format } of files) {
    const path = resolve(plan.folder, file);
    const found = format.kind === "auto" ? (await detectFormat(path)).format : format;
    await addFile(texts, path, found, signal);
  }
  return texts;
}

async function addFile(
  texts: HeldOutTexts,
  path: string,
  format: CorpusFormat,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!isPlainFormat(format)) {
    for await (const entry of readEntries(path, format)) {
      signal?.throwIfAborted();
      if (!("leftOut" in entry)) texts.add(entry);
    }
    return;
  }
  const kernel = Kernel.take();
  try {
    // Labels do not matter, but that they can be read.
    const [nameTag, wanted] = [() => 0, () => 1];
    for await (const sentences of plainSentences(kernel, path, format, nameTag, wanted)) {
      signal?.throwIfAborted();
      for (const sentence of sentences) {
        if (sentence instanceof PlainSentence) texts.addPlain(sentence);
        else if (sentence !== null && "words" in sentence) texts.add(sentence);
      }
    }
  } finally {
    kernel.release();
  }
}
