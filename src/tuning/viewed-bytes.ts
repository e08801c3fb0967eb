/** Some bytes, and a view to read or write four of them at once, in any place. */
export interface ViewedBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function viewed(bytes: Buffer): ViewedBytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}
