/** Which sentences of a file are wanted. Readers that can pass over the others unread, and number all of them. */
export class Wanted {
  private passed = 0;

  constructor(private readonly wants: (index: number) => boolean) {}

  /** How many sentences came so far, wanted or not. */
  get count(): number {
    return this.passed;
  }

  has(index: number): boolean {
    return this.wants(index);
  }

  /** Numbers the next sentence. */
  next(): number {
    return this.passed++;
  }
}

/**
 * What `read` makes of the lines that hold a sentence each: of those that are not blank, and, where not all are wanted, of
 * the wanted ones, with their numbers.
 */
export function* wantedLines<Entry extends object>(
  lines: readonly string[],
  wanted: Wanted | undefined,
  read: (line: string, i: number) => Entry,
): Generator<Entry & { readonly index?: number }> {
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    if (wanted === undefined) yield read(line, i);
    else {
      const index = wanted.next();
      if (wanted.has(index)) yield { ...read(line, i), index };
    }
  }
}
