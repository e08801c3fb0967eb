import { basename } from "node:path";
import type { Chars } from "../../core/document.js";
import type { Annotated } from "../corpora/reader.js";
import { excerptAround } from "./excerpts.js";
import type { Inspection, Suspicion, SuspicionKind } from "./inspection.js";
import { suspicionKinds } from "./inspection.js";

/** Of each kind so many suspicions are kept and all are counted: a file may hold nothing else. */
export const keptSuspicions = 1000;

/** Suspicions as they come, by kind. */
export class Suspicions {
  private readonly counts = new Map<SuspicionKind, number>();
  private readonly kept = new Map<SuspicionKind, Suspicion[]>();

  /** Takes a suspicion, which is made only where it is to be kept. */
  add(kind: SuspicionKind, make: () => Omit<Suspicion, "kind">): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const rows = this.kept.get(kind) ?? [];
    if (rows.length >= keptSuspicions) return;
    rows.push({ kind, ...make() });
    this.kept.set(kind, rows);
  }

  /** Takes a kind's suspicions at once: those to show, and how many there are in all. */
  addAll(kind: SuspicionKind, rows: readonly Omit<Suspicion, "kind">[], count: number): void {
    if (count === 0) return;
    this.counts.set(kind, count);
    this.kept.set(
      kind,
      rows.slice(0, keptSuspicions).map((row) => ({ kind, ...row })),
    );
  }

  result(): Pick<Inspection, "suspicious" | "suspiciousCounts"> {
    const counts = suspicionKinds.flatMap((kind) => {
      const count = this.counts.get(kind);
      return count === undefined ? [] : [[kind, count] as const];
    });
    return {
      suspiciousCounts: Object.fromEntries(counts),
      suspicious: suspicionKinds.flatMap((kind) => this.kept.get(kind) ?? []),
    };
  }
}

/** A suspicion about an example, number `example`, at a place of its text. */
export function suspicionAt(
  entry: Annotated,
  example: number,
  {
    line,
    reason,
    marked,
  }: { readonly line: number; readonly reason: string; readonly marked?: Chars | undefined },
): Omit<Suspicion, "kind"> {
  const file = entry.file === undefined ? {} : { file: basename(entry.file) };
  return { ...file, line, example, reason, ...excerptAround(entry.text, marked) };
}
