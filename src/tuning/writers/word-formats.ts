import type { Encode } from "./draft.js";
import { contiguousMentions, flatMentions } from "./mentions.js";
import { encodeTags } from "./tags.js";
import { wordTextsOf } from "./word-texts.js";

/** GLiNER's training data, as its reader describes it. Absent types are `negatives`. */
export const encodeGliner: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "declared");
  const mentions = contiguousMentions(draft);
  const words = wordTextsOf(draft);
  if (words === null) return null;
  const { absent } = draft.doc;
  return {
    tokenized_text: words,
    ner: mentions.map(({ label, words: { start, end } }) => [start, end - 1, label]),
    ...(absent === undefined ? {} : { negatives: absent }),
  };
};

/** SpERT's data, without relations. */
export const encodeSpert: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("document", "absent", "declared");
  const mentions = contiguousMentions(draft);
  const tokens = wordTextsOf(draft);
  if (tokens === null) return null;
  return {
    tokens,
    entities: mentions.map(({ label, words: { start, end } }) => ({ type: label, start, end })),
    relations: [],
    ...named("orig_id", draft.doc.sourceId),
  };
};

/** `{tokens, entity_mentions}`, with the names of sentence and document. */
export const encodeTokenMentions: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("absent", "declared");
  const mentions = contiguousMentions(draft);
  const tokens = wordTextsOf(draft);
  if (tokens === null) return null;
  return {
    ...named("doc_id", draft.doc.document),
    ...named("sent_id", draft.doc.sourceId),
    tokens,
    entity_mentions: mentions.map(({ label, words: { start, end } }) => ({
      entity_type: label,
      start,
      end,
      text: tokens.slice(start, end).join(" "),
    })),
  };
};

/** DocRED's documents: one sentence of all words, each mention an entity of its own, no relations. */
export const encodeDocred: Encode<object> = (draft) => {
  draft.hasNoPlaceFor("document", "absent", "declared");
  const mentions = contiguousMentions(draft);
  const words = wordTextsOf(draft);
  if (words === null) return null;
  return {
    title: draft.doc.sourceId ?? `document ${draft.number + 1}`,
    sents: [words],
    vertexSet: mentions.map(({ label, words: { start, end } }) => [
      { name: words.slice(start, end).join(" "), type: label, sent_id: 0, pos: [start, end] },
    ]),
    labels: [],
  };
};

/** GNER's own data, without instructions. `labels` are those of the whole file, for documents without a set of theirs. */
export function gnerEncoder(labels: readonly string[]): Encode<object> {
  return (draft) => {
    draft.hasNoPlaceFor("document", "absent");
    const mentions = flatMentions(draft, contiguousMentions(draft));
    const words = wordTextsOf(draft);
    if (words === null) return null;
    const id = draft.doc.sourceId ?? String(draft.number);
    return {
      id,
      label_list: draft.doc.declared ?? labels,
      instance: { id, words, labels: encodeTags("bio", words.length, mentions) },
    };
  };
}

function named(field: string, name: string | undefined): Record<string, string> {
  return name === undefined ? {} : { [field]: name };
}
