import { excerpt } from "../../core/errors.js";
import { annotateSurfaces } from "../corpora/occurrences.js";
import type { Draft, Encode } from "./draft.js";
import type { CharMention } from "./mentions.js";
import { charMentions, contiguousMentions } from "./mentions.js";

/** The turns of a document: its text, then a question for each type and the answer, a JSON list of mentions. */
interface Conversation {
  readonly id?: string;
  readonly conversations: readonly { readonly from: "human" | "gpt"; readonly value: string }[];
}

/**
 * A conversation of Universal-NER and Pile-NER. Mentions stand there by their words alone: where those words stand at
 * places that are no mentions, a reader will find mentions there.
 */
export const encodeConversation: Encode<Conversation> = (draft) => {
  draft.hasNoPlaceFor("document", "declared");
  const { sourceId, text, absent = [] } = draft.doc;
  const mentions = charMentions(draft, contiguousMentions(draft));
  const asked = Map.groupBy(mentions, ({ label }) => label);
  const answers = [...asked].map(([label, found]): [string, string[]] => {
    return [label, [...new Set(found.map(({ start, end }) => text.slice(start, end)))]];
  });
  checkPlaces(draft, mentions, answers);
  return {
    ...(sourceId === undefined ? {} : { id: sourceId }),
    conversations: [
      { from: "human", value: `Text: ${text}` },
      { from: "gpt", value: "I've read this text." },
      ...[...answers, ...absent.map((type): [string, string[]] => [type, []])].flatMap(
        ([type, surfaces]) =>
          [
            { from: "human", value: `What describes ${type} in the text?` },
            { from: "gpt", value: JSON.stringify(surfaces) },
          ] as const,
      ),
    ],
  };
};

/** Reads the answers as their reader does, and notes what it finds otherwise. */
function checkPlaces(
  draft: Draft,
  mentions: readonly CharMention[],
  answers: readonly (readonly [string, readonly string[]])[],
): void {
  const { text, line } = draft.doc;
  const surfaces = answers.flatMap(([label, found]) => found.map((surface) => ({ label, surface })));
  const read = annotateSurfaces({ file: "", line }, text, surfaces);
  const found = read.mentions.map(({ label, parts }) => {
    const { start, end } = parts[0] ?? { start: 0, end: 0 };
    return keyOf({ label, start: read.words[start]?.start ?? 0, end: read.words[end - 1]?.end ?? 0 });
  });
  const asked = mentions.map(keyOf);
  for (const { label, start, end } of uncounted(mentions, found)) {
    draft.lose(
      "places",
      `the ${excerpt(label)} ${excerpt(text.slice(start, end))} at ${start} is not found again`,
    );
  }
  const extra = found.length - (asked.length - uncounted(mentions, found).length);
  if (extra > 0)
    draft.lose("places", `its mentions' words stand at ${extra} other ${extra === 1 ? "place" : "places"}`);
}

/** The mentions that are not among the found, each found one counted once. */
function uncounted(mentions: readonly CharMention[], found: readonly string[]): CharMention[] {
  const left = new Map<string, number>();
  for (const key of found) left.set(key, (left.get(key) ?? 0) + 1);
  return mentions.filter((mention) => {
    const key = keyOf(mention);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

function keyOf({ label, start, end }: CharMention): string {
  return JSON.stringify([label, start, end]);
}
