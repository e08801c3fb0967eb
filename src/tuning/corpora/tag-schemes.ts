import { decodeBio, labelOfTag } from "../../codecs/bio.js";
import type { Entity } from "../../core/document.js";
import { flatEntity } from "../../core/document.js";
import { excerpt, InputError } from "../../core/errors.js";

/**
 * How tags spell mentions. `bio`: `B-` starts every mention (BIO2, IOB2). `iob1`: `I-` starts one too, `B-` only where
 * it follows another of its label. `bioes`: mentions end in `E-` or `L-`, and those of one word are `S-`, `U-` or `W-`;
 * inner words are `I-` or `M-` (BIOES, BILOU, BMES). `io`: labels without a prefix, `O` outside.
 */
export const tagSchemes = ["bio", "iob1", "bioes", "io"] as const;
export type TagScheme = (typeof tagSchemes)[number];

/** The label of a tag, null outside of mentions. Throws InputError for a tag outside the scheme. */
export function labelInScheme(scheme: TagScheme, tag: string): string | null {
  switch (scheme) {
    case "bio":
    case "iob1":
      return labelOfTag(tag);
    case "bioes":
      if (tag === "O") return null;
      if (/^[BIMELSUW]-./s.test(tag)) return tag.slice(2);
      throw new InputError(`${excerpt(tag)} is no BIOES tag: expected O, or B-, I-, E- or S- and a label`);
    case "io":
      if (tag === "O") return null;
      if (tag !== "") return tag;
      throw new InputError("the tag is empty: expected O or a label");
  }
}

/** The mentions of a tag sequence, and the indices of tags that do not follow the scheme where they stand. */
export interface DecodedTags {
  readonly mentions: readonly Entity[];
  readonly breaks: readonly number[];
}

/**
 * Decodes tags that `labelInScheme` takes. A tag that continues or ends nothing starts a mention, and a mention that
 * is never ended ends before the next tag that is not its own; both are breaks of the scheme.
 */
export function decodeTags(scheme: TagScheme, tags: readonly string[]): DecodedTags {
  switch (scheme) {
    case "bio":
      return { mentions: decodeBio(tags), breaks: orphans(tags) };
    case "iob1":
      return { mentions: decodeBio(tags), breaks: [] };
    case "bioes":
      return decodeBioes(tags);
    case "io":
      return { mentions: decodeBio(tags.map((tag) => (tag === "O" ? tag : `I-${tag}`))), breaks: [] };
  }
}

/** Each `I-` that continues nothing of its own label. */
function orphans(tags: readonly string[]): number[] {
  const found: number[] = [];
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i] ?? "O";
    if (tag === "O" || !tag.startsWith("I-") || tag === tags[i - 1]) continue;
    const before = tags[i - 1] ?? "O";
    if (before === "O" || before.slice(2) !== tag.slice(2)) found.push(i);
  }
  return found;
}

type Role = "outside" | "begin" | "inside" | "end" | "single";

const roles: ReadonlyMap<string, Role> = new Map([
  ["B", "begin"],
  ["I", "inside"],
  ["M", "inside"],
  ["E", "end"],
  ["L", "end"],
  ["S", "single"],
  ["U", "single"],
  ["W", "single"],
]);

function decodeBioes(tags: readonly string[]): DecodedTags {
  const mentions: Entity[] = [];
  const breaks: number[] = [];
  let open: { readonly label: string; readonly start: number } | null = null;
  for (const [i, tag] of [...tags, "O"].entries()) {
    const role: Role = tag === "O" ? "outside" : (roles.get(tag.charAt(0)) ?? "outside");
    const label: string = tag.slice(2);
    const continues: boolean = (role === "inside" || role === "end") && open?.label === label;
    if (!continues) {
      if (open !== null) {
        mentions.push(flatEntity(open.label, open.start, i));
        breaks.push(i - 1);
        open = null;
      }
      if (role === "inside" || role === "end") breaks.push(i);
      if (role !== "outside") open = { label, start: i };
    }
    if (open !== null && (role === "end" || role === "single")) {
      mentions.push(flatEntity(open.label, open.start, i + 1));
      open = null;
    }
  }
  return { mentions, breaks };
}

/** The scheme that sequences of tags look like. Between `bio` and `iob1` the more frequent start of mentions decides. */
export function likelyScheme(sequences: readonly (readonly string[])[]): TagScheme {
  let begin = 0;
  let orphan = 0;
  for (const tags of sequences) {
    if (tags.some((tag) => tag !== "O" && !/^[BIMELSUW]-./s.test(tag))) return "io";
    if (tags.some((tag) => /^[ELSUWM]-/.test(tag))) return "bioes";
    begin += tags.filter((tag) => tag.startsWith("B-")).length;
    orphan += orphans(tags).length;
  }
  return orphan > begin ? "iob1" : "bio";
}
