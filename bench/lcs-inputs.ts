/** A source and a generation of it, as separate strings, which is how a parser hands them over. */
export type Pair = readonly [source: string[], generated: string[]];

/** A seeded generator (xorshift32): uniform in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const VOCABULARY = 20_000;

/** Made-up words whose frequency falls with their rank as in running text (Zipf); frequent words are short. */
export class Language {
  private readonly words: string[] = [];

  constructor(private readonly random: () => number) {
    for (let rank = 0; rank < VOCABULARY; rank++) {
      const length = 1 + Math.floor(Math.sqrt(rank) / 12 + random() * 7);
      const codes = Array.from({ length }, () => 97 + Math.floor(random() * 26));
      this.words.push(String.fromCharCode(...codes));
    }
  }

  word(): string {
    const rank = Math.floor(VOCABULARY ** this.random()) - 1;
    return this.words[rank] ?? "";
  }

  text(length: number): string[] {
    return Array.from({ length }, () => this.word());
  }

  /** A copy with this share of the words left out, replaced or preceded by another one, a third each. */
  copy(source: readonly string[], edits: number): string[] {
    return separate(
      source.flatMap((word) => {
        if (this.random() >= edits) return [word];
        const kind = this.random() * 3;
        return kind < 1 ? [] : kind < 2 ? [this.word()] : [this.word(), word];
      }),
    );
  }

  pairs(count: number, length: () => number, edits: () => number): Pair[] {
    return Array.from({ length: count }, () => {
      const source = separate(this.text(length()));
      return [source, this.copy(source, edits())];
    });
  }
}

/** The same words as strings of their own, cut from one text: equal words no longer share memory. */
export function separate(words: readonly string[]): string[] {
  const text = words.join(" ");
  let start = 0;
  return words.map((word) => {
    const cut = text.slice(start, start + word.length);
    start += word.length + 1;
    return cut;
  });
}
