import type { TagScheme } from "../corpora/tag-schemes.js";
import type { WordMention } from "./mentions.js";

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
