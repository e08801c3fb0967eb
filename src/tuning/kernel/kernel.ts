import { InputError } from "../../core/errors.js";
import { kernelCode } from "./code.js";
import { Arena, Region } from "./memory.js";

/** The part of it that is used here: it stands in the types of browsers alone. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** What `kernel/assembly` exports. Places are bytes of the kernel's memory. */
interface KernelCalls {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  resultsAt(): number;
  startFile(isWhitespace: boolean, needsBegin: boolean, comments: boolean): void;
  startBlock(): void;
  setWords(at: number, count: number): void;
  nextSentence(from: number, to: number, isEnd: boolean, isSkimmed: boolean): number;
  goOn(to: number, isEnd: boolean): number;
  addTag(start: number, end: number, entry: number, label: number, name: number, isBegin: boolean): void;
  foldWords(to: number): number;
  setFrame(
    beforeId: number,
    beforeRound: number,
    beforeLabels: number,
    beforeSentence: number,
    beforeTarget: number,
    behindTarget: number,
  ): void;
  setTags(at: number, largest: number, mentions: number): void;
  setLabels(at: number, order: number): void;
  setSeparator(size: number, length: number): void;
  setKey(at: number, size: number): void;
  setRows(at: number, end: number, records: number, recordCount: number): void;
  recordsBehind(): number;
  orderAll(count: number): void;
  shuffleAll(count: number, index: number, round: number): void;
  putRow(index: number, round: number, labels: number): boolean;
  putRows(
    from: number,
    to: number,
    isEnd: boolean,
    most: number,
    firstIndex: number,
    round: number,
    labels: number,
    isShuffled: boolean,
  ): number;
}

/** What a call leaves behind, by its place in `kernel/assembly/results.ts`. */
export const result = {
  start: 0,
  end: 1,
  line: 2,
  isPlain: 3,
  hasWords: 4,
  hasMentions: 5,
  words: 6,
  characters: 7,
  tagStart: 8,
  tagEnd: 9,
  tagLine: 10,
  needed: 11,
  reached: 12,
} as const;

const page = 1 << 16;
/** The kernel tells what it finds apart from places by the sign. */
const mostMemory = 2 ** 31 - page;
/** What is read or written behind the end of a piece of memory, at most. */
const spill = 32;

/** One that is larger is not kept for the next use. */
const keptMemory = 1 << 24;
const keptKernels = 4;
const spare: Kernel[] = [];

/**
 * What takes the most time of building rows, compiled to WebAssembly: finding the plain sentences among the bytes of a
 * column file, and writing their rows. Both share its memory: who makes rows of the sentences of a file uses one kernel
 * for both, and nobody else uses it meanwhile.
 */
export class Kernel {
  readonly calls: KernelCalls;
  /** All of its memory; others after `allocate`. */
  bytes: Buffer;
  numbers: Int32Array;
  /** Bytes of the file that is read. */
  readonly block = new Region(this);
  /** Words of a sentence. */
  readonly words = new Region(this);
  readonly tags = new Arena(this);
  readonly folded = new Region(this);
  /** Rows that are written. */
  readonly rows = new Region(this);
  readonly stamps = new Arena(this);
  private readonly resultsAt: number;
  /** What the kernel keeps for itself fits into the first page. */
  private used = page;

  private constructor() {
    this.calls = kernelCalls();
    const { buffer } = this.calls.memory;
    this.bytes = Buffer.from(buffer);
    this.numbers = new Int32Array(buffer);
    this.resultsAt = this.calls.resultsAt() / 4;
  }

  /** A kernel that nobody uses. Throws InputError where the system does not let the process have one. */
  static take(): Kernel {
    return spare.pop() ?? new Kernel();
  }

  /** Gives it back: it may serve others from now on. */
  release(): void {
    if (spare.includes(this)) throw new Error("a kernel was given back twice");
    if (spare.length < keptKernels && this.bytes.length <= keptMemory) spare.push(this);
  }

  result(field: number): number {
    return this.numbers[this.resultsAt + field] ?? 0;
  }

  /** A piece of memory that stays its own. Throws InputError where there is not so much. */
  allocate(size: number): number {
    const at = this.used;
    const end = Math.ceil((at + size + spill) / 16) * 16;
    if (end > mostMemory) throw tooLarge(size, null);
    if (end > this.bytes.length) this.grow(end - this.bytes.length, size);
    this.used = end;
    return at;
  }

  private grow(missing: number, size: number): void {
    const { memory } = this.calls;
    try {
      memory.grow(Math.ceil(missing / page));
    } catch (cause) {
      throw tooLarge(size, cause);
    }
    this.bytes = Buffer.from(memory.buffer);
    this.numbers = new Int32Array(memory.buffer);
  }
}

function tooLarge(size: number, cause: unknown): InputError {
  const mebibytes = Math.ceil(size / 2 ** 20);
  return new InputError(
    `no memory for a sentence or row of ${mebibytes} MiB: are there empty lines between the sentences?`,
    { cause },
  );
}

let compiled: object | null = null;

function kernelCalls(): KernelCalls {
  try {
    compiled ??= new WebAssembly.Module(Buffer.from(kernelCode, "base64"));
    return new WebAssembly.Instance(compiled).exports as KernelCalls;
  } catch (cause) {
    throw new InputError(
      "the system does not let this process reserve address space for WebAssembly: raise `ulimit -v`, or set NODE_OPTIONS=--disable-wasm-trap-handler",
      { cause },
    );
  }
}
