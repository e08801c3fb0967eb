import { InputError } from "../../core/errors.js";
import type { ParquetFormat, ParquetTags } from "../corpora/parquet-format.js";
import { encodeConversation } from "./conversations.js";
import type { Encode } from "./draft.js";
import type { ParquetColumn } from "./parquet-rows.js";
import { flatTags } from "./tags.js";
import { parquetSpansEncoder } from "./text-formats.js";
import { wordTextsOf } from "./word-texts.js";

/** How rows of a Parquet file are made of documents. */
export interface ParquetLayout {
  readonly columns: readonly ParquetColumn[];
  readonly encode: Encode<object>;
}

const idColumns: readonly ParquetColumn[] = [
  { name: "id", type: "string" },
  { name: "doc_id", type: "string" },
];

/** Tags are written as text. Throws InputError for rows of other formats and for columns that have one name. */
export function parquetLayout(format: ParquetFormat): ParquetLayout {
  switch (format.rows) {
    case "tags":
      return distinct({
        columns: [
          ...idColumns,
          { name: format.wordsColumn, type: "strings" },
          { name: format.tagsColumn, type: "strings" },
        ],
        encode: wellFormed(tagRowEncoder(format)),
      });
    case "spans": {
      const fields = [
        ["start", "int"],
        ["end", "int"],
        ["label", "string"],
      ] as const;
      return distinct({
        columns: [
          ...idColumns,
          { name: format.textColumn, type: "string" },
          { name: format.spansColumn, type: "structs", fields },
        ],
        encode: wellFormed(parquetSpansEncoder(format.textColumn, format.spansColumn)),
      });
    }
    case "conversations": {
      const fields = [
        ["from", "string"],
        ["value", "string"],
      ] as const;
      return {
        columns: [
          { name: "id", type: "string" },
          { name: "conversations", type: "structs", fields },
        ],
        encode: wellFormed(encodeConversation),
      };
    }
    default:
      throw new InputError(
        `Parquet with rows of ${format.rows} can be read but not written: name tags, spans or conversations`,
      );
  }
}

function distinct(layout: ParquetLayout): ParquetLayout {
  const names = layout.columns.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined)
    throw new InputError(`Parquet would have two columns ${repeated}: name another`);
  return layout;
}

/** Parquet holds UTF-8, and its writer would replace what is none. */
function wellFormed(encode: Encode<object>): Encode<object> {
  return (draft) => {
    const row = encode(draft);
    const { text, mentions } = draft.doc;
    if (row === null || [text, ...mentions.map(({ label }) => label)].every((part) => part.isWellFormed()))
      return row;
    draft.lose("word", "half a character cannot be written");
    return null;
  };
}

function tagRowEncoder({ wordsColumn, tagsColumn, scheme }: ParquetTags): Encode<object> {
  return (draft) => {
    draft.hasNoPlaceFor("absent", "declared");
    const canSpell = (label: string) => label !== "" && (scheme !== "io" || label !== "O");
    const tags = flatTags(draft, scheme, canSpell);
    const words = wordTextsOf(draft);
    if (words === null) return null;
    return {
      id: draft.doc.sourceId ?? null,
      doc_id: draft.doc.document ?? null,
      [wordsColumn]: words,
      [tagsColumn]: tags,
    };
  };
}
