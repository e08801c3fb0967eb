/** How many words at the start make a beginning that can be told from the rest. */
const headWords = 4;

/**
 * Follows a copy through the words of its source. It goes on where the next word comes, and behind a gap only where two
 * words in a row stand further on: one word alone may be a slip.
 */
export class SourcePointer {
  /** Words that make the beginning; 0 where the source is too short, or begins so more than once. */
  readonly headLength: number;
  private readonly spellings: readonly (readonly string[])[];
  private next = 0;
  private previous: string | null = null;
  /** Words of the beginning that were just generated. */
  private headMatched = 0;
  private beginnings = 0;
  private items = 0;

  constructor(words: readonly string[], spelled: readonly string[]) {
    this.spellings = words.map((word, i) => [
      ...new Set([word.toLowerCase(), (spelled[i] ?? word).toLowerCase()]),
    ]);
    const head = Math.min(headWords, words.length);
    this.headLength = head >= 3 && !this.hasHeadAgain(head) ? head : 0;
  }

  /** Takes the next generated word; true once the last source word was copied. */
  push(generated: string): boolean {
    const word = lastWord(generated);
    if (this.isWord(this.next, word)) this.next++;
    else if (this.previous !== null) this.next = this.behindGap(this.previous, word);
    this.previous = word;
    return this.next >= this.spellings.length;
  }

  /** Whether the next word of the source begins with, or is, what has been generated: then no tag of it has come. */
  isWithinWord(generated: string): boolean {
    const word = lastWord(generated);
    return this.spellings[this.next]?.some((spelling) => spelling.startsWith(word)) ?? false;
  }

  /** Takes the next generated word; true where it completes the beginning of the source for the second time. */
  startsAgain(generated: string): boolean {
    this.items++;
    if (this.headLength === 0) return false;
    const word = lastWord(generated);
    if (!this.isWord(this.headMatched, word)) this.headMatched = 0;
    if (this.isWord(this.headMatched, word)) this.headMatched++;
    if (this.headMatched < this.headLength) return false;
    this.headMatched = 0;
    this.beginnings++;
    // Less than half of the words is no answer that could be left.
    return this.beginnings > 1 && this.items - this.headLength >= this.spellings.length / 2;
  }

  private isWord(index: number, word: string): boolean {
    return this.spellings[index]?.includes(word) ?? false;
  }

  private behindGap(first: string, second: string): number {
    const furthest = Math.min(this.next + 8, this.spellings.length - 2);
    for (let i = this.next; i <= furthest; i++) {
      if (this.isWord(i, first) && this.isWord(i + 1, second)) return i + 2;
    }
    return this.next;
  }

  private hasHeadAgain(head: number): boolean {
    for (let i = 1; i + head <= this.spellings.length; i++) {
      const isHead = Array.from({ length: head }, (_, k) => this.spellings[k] ?? []).every((spellings, k) =>
        spellings.some((spelling) => this.isWord(i + k, spelling)),
      );
      if (isHead) return true;
    }
    return false;
  }
}

/** Before the first word of an answer may stand a preamble, before any a comma. */
function lastWord(text: string): string {
  return (text.trimEnd().split(/\s+/u).at(-1) ?? "").toLowerCase();
}
