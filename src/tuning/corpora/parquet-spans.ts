import { z } from "zod";
import { faults } from "./json-reader.js";
import type { Span } from "./text-spans.js";

/** A mention by characters whose label may still be a number. */
export interface NumberedSpan extends Omit<Span, "label"> {
  readonly label: string | number;
}

const label = z.union([z.string().min(1), z.int()]);
const pair = z.tuple([z.int(), z.int()]).transform(([start, end]) => ({ start, end }));

/** Tools name the same fields differently; the first of each that is there counts. */
const span = z
  .object({
    start: z.int().optional(),
    start_offset: z.int().optional(),
    start_position: z.int().optional(),
    begin: z.int().optional(),
    end: z.int().optional(),
    end_offset: z.int().optional(),
    end_position: z.int().optional(),
    /** Fragments. */
    offsets: z.array(pair).min(1).optional(),
    label: label.optional(),
    type: label.optional(),
    entity_type: label.optional(),
    entity_group: label.optional(),
    tag: label.optional(),
    text: z.union([z.string(), z.array(z.string())]).optional(),
    entity: z.string().optional(),
    value: z.string().optional(),
    word: z.string().optional(),
  })
  .transform((fields, context): NumberedSpan => {
    const start = fields.start ?? fields.start_offset ?? fields.start_position ?? fields.begin;
    const end = fields.end ?? fields.end_offset ?? fields.end_position;
    const name = fields.label ?? fields.type ?? fields.entity_type ?? fields.entity_group ?? fields.tag;
    const parts = start !== undefined && end !== undefined ? [{ start, end }] : fields.offsets;
    if (parts === undefined || name === undefined) {
      context.addIssue({ code: "custom", message: "expected start, end (or offsets) and label" });
      return z.NEVER;
    }
    const text = fields.text ?? fields.entity ?? fields.value ?? fields.word;
    return { label: name, parts, surface: Array.isArray(text) ? text.join(" ") : text };
  });

const spans = z.array(span);
const lists = z.record(z.string(), z.array(z.unknown()));

/**
 * The spans of a cell: a list of structs, a struct of lists (as Hugging Face stored lists of structs for long), or
 * either as JSON. For anything else a string that says what is wrong.
 */
export function parquetSpans(cell: unknown): readonly NumberedSpan[] | string {
  const value = typeof cell === "string" ? parsed(cell) : cell;
  const columns = lists.safeParse(value);
  const checked = spans.safeParse(columns.success ? transposed(columns.data) : value);
  return checked.success ? checked.data : faults(checked.error);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** A missing cell of a list is a missing field of its span. */
function transposed(columns: Readonly<Record<string, readonly unknown[]>>): unknown[] {
  const length = Math.max(0, ...Object.values(columns).map((list) => list.length));
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(
      Object.entries(columns).flatMap(([key, list]) => (list[i] === null ? [] : [[key, list[i]]])),
    ),
  );
}
