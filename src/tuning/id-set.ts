import { hash } from "node:crypto";
import { DigestSet } from "./digest-set.js";

/**
 * Tells whether an id was added before, by 64 bits of its hash, in 16 to 32 bytes an id: among a million ids, two are
 * taken for the same with a chance of about 1 to 40 million.
 */
export class IdSet {
  private readonly digests = new DigestSet();

  /** False where it is there already. */
  add(id: string): boolean {
    return this.digests.add(hash("sha1", id, "binary"));
  }
}
