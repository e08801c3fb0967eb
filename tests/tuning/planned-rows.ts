import { eligibleExamples, rulesOf } from "../../src/tuning/draws.js";
import { heldOutTexts } from "../../src/tuning/held-out-texts.js";
import { openSet } from "../../src/tuning/open-set.js";
import type { Plan, Split } from "../../src/tuning/plan.js";
import type { MadeRow } from "../../src/tuning/row-maker.js";
import { drawExamples, RowMaker } from "../../src/tuning/row-maker.js";
import { selectionOf } from "../../src/tuning/selection.js";

/** What the plan makes of one split of all its sets, without writing it. */
export async function plannedRows(plan: Plan, split: Split = "train"): Promise<MadeRow[]> {
  const sets = await Promise.all(plan.sets.map((set) => openSet(plan, set, undefined)));
  const maker = new RowMaker(plan, sets);
  const heldOut = await heldOutTexts(plan, sets, undefined);
  const rows: MadeRow[] = [];
  for (const set of sets) {
    const rules = rulesOf(plan, set, split, heldOut);
    const selection = await selectionOf(plan, set, split, () =>
      eligibleExamples(set, split, rules, undefined),
    );
    for await (const draw of drawExamples(plan, set, split, heldOut, selection, () => {})) {
      if (draw.isDrawn) rows.push(...maker.rows(set, split, draw));
    }
  }
  return rows;
}
