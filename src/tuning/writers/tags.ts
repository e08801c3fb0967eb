import type { TagScheme } from "../corpora/tag-schemes.js";
import type { Draft } from "./draft.js";
import type { WordMention } from "./mentions.js";
import { contiguousMentions, flatMentions, separateMentions, spelledMentions } from "./mentions.js";

/** The tags of a document in one layer. Loses the mentions that the scheme or `canSpell` leaves no room for. */
export function flatTags(draft: Draft, scheme: TagScheme, canSpell: (label: string) => boolean): string[] {
  const flat = flatMentions(draft, spelledMentions(draft, contiguousMentions(draft), canSpell));
  const mentions = scheme === "io" ? separateMentions(draft, flat) : flat;
  return encodeTags(scheme, draft.doc.words.length, mentions);
}

/** Tags of mentions that share no word. In `io` none may stand directly behind another of its label. */
export function encodeTags(scheme: TagScheme, wordCount: number, mentions: readonly WordMention[]): string[] {
  const tags: string[] = Array<string>(wordCount).fill("O");
  const endOf = new Map<number, string>();
  for (const { label, words } of mentions) endOf.set(words.end, label);
  for (const { label, words } of mentions) {
    for (let i = words.start; i < words.end; i++) {
      tags[i] = tag(scheme, label, i === words.start, i === words.end - 1, endOf.get(i) === label);
    }
  }
  return tags;
}

function tag(
  scheme: TagScheme,
  label: string,
  isFirst: boolean,
  isLast: boolean,
  followsOwn: boolean,
): string {
  switch (scheme) {
    case "bio":
      return `${isFirst ? "B" : "I"}-${label}`;
    case "iob1":
      return `${isFirst && followsOwn ? "B" : "I"}-${label}`;
    case "bioes":
      if (isFirst) return `${isLast ? "S" : "B"}-${label}`;
      return `${isLast ? "E" : "I"}-${label}`;
    case "io":
      return label;
  }
}
