import { renderPrompt } from "../codecs/prompt.js";
import type { Plan } from "./plan.js";
import { rowOf } from "./rows.js";

/** The JSON of rows around what differs from one to the next. */
export interface RowFrame {
  /** Up to the id; null where rows have none. */
  readonly beforeId: string | null;
  readonly beforeLabels: string;
  /** Between two labels. */
  readonly separator: string;
  readonly beforeSentence: string;
  readonly beforeTarget: string;
  readonly end: string;
  /** Of each text of a row. */
  readonly lengths: readonly TextLength[];
}

/** How long a text is, in characters: `base`, and the labels, the sentence and the target so many times. */
export interface TextLength {
  readonly text: string;
  readonly base: number;
  readonly labels: number;
  readonly sentence: number;
  readonly target: number;
}

/** Characters for private use: no template holds them. */
const marks = { id: "\ue000", first: "\ue001", second: "\ue002", sentence: "\ue003", target: "\ue004" };

/**
 * The frame of a set's rows, found by making one with marks for what differs. Null for rows of another shape: other
 * schemas than `bio`, and forms that also hold the words one by one.
 */
export function rowFrame(plan: Plan, dataset: string, split: string): RowFrame | null {
  const { style, schema, datasetLine, elseClass, form } = plan;
  if (schema !== "bio" || form === "gner") return null;
  const prompt = renderPrompt(style, {
    words: [marks.sentence],
    labels: [marks.first, marks.second],
    dataset: datasetLine ? dataset : null,
    elseClass,
    schema,
  });
  const origin = { dataset, split, words: [], entities: [], labels: [] };
  const row = rowOf(form, { ...origin, id: marks.id, prompt, target: marks.target });
  const json = JSON.stringify(row);
  const [beforeId, behindId] = json.includes(marks.id) ? parted(json, marks.id) : [null, json];
  const [beforeLabels, behindFirst] = parted(behindId, marks.first);
  const [separator, behindSecond] = parted(behindFirst, marks.second);
  const [beforeSentence, behindSentence] = parted(behindSecond, marks.sentence);
  const [beforeTarget, end] = parted(behindSentence, marks.target);
  const frame = { beforeLabels, separator, beforeSentence, beforeTarget, end };
  // Where a mark is missing, comes twice or in another order, some text still holds one.
  const texts = [beforeId ?? "", ...Object.values(frame)];
  if (texts.some((text) => Object.values(marks).some((mark) => text.includes(mark)))) return null;
  const lengths = Object.entries(row)
    .filter(([key]) => key !== "id")
    .map(([key, value]) => textLength(key, textsIn(value).join("")));
  return { beforeId, ...frame, lengths };
}

/** What stands before a mark and behind it; a text without it as if the mark stood there, so that it shows. */
function parted(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [mark, text] : [text.slice(0, at), text.slice(at + 1)];
}

function textLength(text: string, marked: string): TextLength {
  const times = (mark: string) => marked.split(mark).length - 1;
  const count = Object.values(marks).reduce((sum, mark) => sum + times(mark), 0);
  // The separator between the two labels counts with the labels.
  const between = times(marks.first) === 0 ? 0 : separatorLength(marked);
  return {
    text,
    base: marked.length - count - between,
    labels: times(marks.first),
    sentence: times(marks.sentence),
    target: times(marks.target),
  };
}

function separatorLength(marked: string): number {
  return marked.indexOf(marks.second) - marked.indexOf(marks.first) - 1;
}

/** All texts in a value, such as a list of messages. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
