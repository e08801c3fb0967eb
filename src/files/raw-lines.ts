const lineFeed = 0x0a;

/** The bytes of a line without its line feed, and whether it has one: only the last may have none. */
export interface RawLine {
  readonly bytes: Buffer;
  readonly ends: boolean;
}

/** The lines of bytes that come in chunks, however these are cut. A chunk must keep its bytes until its last line is whole. */
export async function* rawLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      yield { bytes: Buffer.concat([...rest, chunk.subarray(start, end)]), ends: true };
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), ends: false };
}
