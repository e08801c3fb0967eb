import { codePointOffsets } from "./code-points.js";
import type { Draft, Encode } from "./draft.js";
import { charMentions, contiguousMentions, spelledMentions } from "./mentions.js";
import { fileText, spacedText } from "./word-texts.js";

/** A document of PubTator, with the blank line behind it. What stands before the first line feed is the title. */
export const encodePubtator: Encode<string> = (draft) => {
  draft.hasNoPlaceFor("document", "absent", "declared");
  const spelled = spelledMentions(draft, contiguousMentions(draft), (label) => /^[^\t\r\n]+$/.test(label));
  const mentions = charMentions(draft, spelled);
  const id = documentId(draft);
  const text = spacedText(draft, /(?<=\n.*)\n|\r(?=\n|$)/gs);
  const offset = codePointOffsets(text);
  const [title = "", abstract] = text.split("\n");
  const lines = mentions.map(({ label, start, end }) => {
    const surface = text.slice(start, end).replace(/\s/g, " ");
    return `${id}\t${offset(start)}\t${offset(end)}\t${surface}\t${label}\n`;
  });
  const head = abstract === undefined ? `${id}|t|${title}\n` : `${id}|t|${title}\n${id}|a|${abstract}\n`;
  return fileText(draft, `${head}${lines.join("")}\n`);
};

function documentId(draft: Draft): string {
  const { sourceId } = draft.doc;
  if (sourceId !== undefined && /^[^|\t\r\n]+$/.test(sourceId)) return sourceId;
  if (sourceId !== undefined) draft.lose("id", `its name ${sourceId}`);
  return String(draft.number + 1);
}
