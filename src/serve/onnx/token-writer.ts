import type { ModelManifest } from "./manifest.js";
import type { PieceTokenizer } from "./piece-tokenizer.js";

/** Writes one generated sequence as text, token by token; the end token is not to be passed. */
export class TokenWriter {
  private previousPiece: number | null = null;
  private isBehindTag = false;

  constructor(
    private readonly tokenizer: PieceTokenizer,
    private readonly manifest: ModelManifest,
  ) {}

  /** What the next token adds to the text. */
  write(token: number): string {
    const special = this.manifest.output.tokens[token];
    // A tag is followed by a space: `word(O) next`.
    const space = this.isBehindTag && special === undefined ? " " : "";
    const written = special ?? space + this.tokenizer.pieceText(token, this.previousPiece);
    this.previousPiece = special === undefined ? token : null;
    this.isBehindTag = special?.endsWith(")") ?? false;
    return written;
  }
}
