import { describe, expect, it } from "vitest";
import { addCounts, noCounts } from "../../eval/counts.js";
import type { EvalSet } from "../../eval/load.js";
import { paperCounts, paperScores } from "../../eval/paper.js";
import type { Prediction, PredictionRow } from "../../eval/predictions.js";
import { type EvalOptions, type EvalProgress, evaluate, type KeptPredictions } from "../../eval/run.js";
import { strictCounts, strictScores } from "../../eval/strict.js";
import type { Entity, Example } from "../../src/core/document.js";
import { flatEntity } from "../../src/core/document.js";
import { BackendError, InputError, ModelError } from "../../src/core/errors.js";
import { citySentences, ReplayRecognizer } from "./replay-recognizer.js";

const cities = { dataset: "cities", labels: ["city", "person"], examples: citySentences("c", 40) };
const towns = { dataset: "towns", labels: ["city", "person"], examples: citySentences("t", 5) };
const all = [...cities.examples, ...towns.examples];

/** The number behind the dash of a sentence's id. */
const numberOf = (id: string) => Number(id.split("-")[1]);

describe("evaluate", () => {
  it("gives a perfect recognizer 1 and 1", async () => {
    const { datasets, average } = await evaluate(new ReplayRecognizer(all), [cities, towns]);
    expect(datasets.map(({ dataset, sentences }) => [dataset, sentences])).toEqual([
      ["cities", 40],
      ["towns", 5],
    ]);
    for (const { strict, paper, errors, notes } of datasets) {
      expect(strict).toEqual({ precision: 1, recall: 1, f1: 1 });
      expect(paper?.f1).toBeCloseTo(1, 8);
      expect([errors, notes]).toEqual([[], {}]);
    }
    expect(average.strict).toBe(1);
    expect(average.paper).toBeCloseTo(1, 8);
  });

  it("scores faults as counts over all sentences say, by label too", async () => {
    // Every second sentence loses its city, every fourth has a person that is too short.
    const faulty = new ReplayRecognizer(all, (gold, { id }) => ({
      entities: gold.flatMap((entity): Entity[] => {
        if (entity.label === "city" && numberOf(id) % 2 === 0) return [];
        return entity.label === "person" && numberOf(id) % 4 === 0 ? [flatEntity("person", 0, 1)] : [entity];
      }),
      notes: [],
    }));
    const { datasets } = await evaluate(faulty, [cities]);
    const [result] = datasets;
    expect(result?.strict).toEqual(strictScores({ correct: 50, predicted: 60, gold: 80 }));
    expect(result?.paper).toEqual(paperScores({ correct: 50, predicted: 60, gold: 80 }));
    expect(
      result?.labels.map(({ label, correct, predicted, gold }) => [label, correct, predicted, gold]),
    ).toEqual([
      ["city", 20, 20, 40],
      ["person", 30, 40, 40],
    ]);
  });

  it("averages the F1 of the sets, not their sentences", async () => {
    const half = new ReplayRecognizer(all, (gold, { id }) => ({
      entities: id.startsWith("t") ? [] : gold,
      notes: [],
    }));
    const { average } = await evaluate(half, [cities, towns]);
    expect(average.strict).toBe(0.5);
  });

  it.each([new InputError("a word of 50,000 characters"), new ModelError("the graph gave NaN")])(
    "keeps the other sentences when one throws $name",
    async (error) => {
      const recognizer = new ReplayRecognizer(all, (gold, { id }) => {
        if (id === "c-17") throw error;
        return { entities: gold, notes: [] };
      });
      const { datasets } = await evaluate(recognizer, [cities, towns]);
      expect(datasets[0]?.errors).toEqual([{ id: "c-17", message: error.message }]);
      expect(datasets[0]?.strict).toEqual(strictScores({ correct: 78, predicted: 78, gold: 80 }));
      expect(datasets[1]?.strict.f1).toBe(1);
    },
  );

  it("ends at options that no sentence can be asked with, and at labels", async () => {
    const refusing = new ReplayRecognizer(all, () => {
      throw new InputError("numBeams is 99: the model takes 1 to 8");
    });
    const rows: PredictionRow[] = [];
    const run = evaluate(refusing, [cities, towns], {
      numBeams: 99,
      onRow: (row) => {
        rows.push(row);
      },
    });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow("numBeams is 99");
    expect(rows).toEqual([]);
    // The first sentence, and one word.
    expect(refusing.calls).toEqual([1, 1]);
  });

  it("goes on where sentences are refused for what they are, with options checked each time", async () => {
    const recognizer = new ReplayRecognizer(all, (gold, { id }) => {
      if (id.startsWith("t-")) throw new InputError("a word is too long");
      return { entities: gold, notes: [] };
    });
    const { datasets } = await evaluate(recognizer, [towns, cities]);
    expect(datasets.map(({ errors }) => errors.length)).toEqual([5, 0]);
    expect(recognizer.calls).toHaveLength(5 + 5 + 40);
  });

  it("ends at any other error", async () => {
    const down = new ReplayRecognizer(all, () => {
      throw new BackendError("503", true);
    });
    await expect(evaluate(down, [cities])).rejects.toThrow(BackendError);
  });

  it("ends at a recognizer that loses documents", async () => {
    const losing = new ReplayRecognizer(all);
    losing.recognize = async () => [];
    await expect(evaluate(losing, [towns])).rejects.toThrow("gave 0 results for 1 document");
  });

  it("counts notes by kind", async () => {
    const recognizer = new ReplayRecognizer(all, (gold, { id }) => ({
      entities: gold,
      notes: numberOf(id) < 2 ? [{ kind: "lost-words", message: "1 word was lost" }] : [],
    }));
    const { datasets } = await evaluate(recognizer, [towns]);
    expect(datasets[0]?.notes).toEqual({ "lost-words": 2 });
  });

  it("has no paper score for nested entities, and says why", async () => {
    const nested = citySentences("n", 2).map((example, i) =>
      i === 0 ? example : { ...example, gold: [...example.gold, flatEntity("person", 0, 1)] },
    );
    const set = { dataset: "nested", labels: ["city", "person"], examples: nested };
    const { datasets, average } = await evaluate(new ReplayRecognizer(nested), [set]);
    expect(datasets[0]?.paper).toBeNull();
    expect(datasets[0]?.paperUndefined).toMatch(/^n-1: BIO cannot hold overlapping mentions/);
    expect(datasets[0]?.strict.f1).toBe(1);
    expect(average).toEqual({ paper: null, strict: 1 });
  });

  it("passes the beam width on and tells how far it is", async () => {
    const recognizer = new ReplayRecognizer(all);
    const progress: EvalProgress[] = [];
    await evaluate(recognizer, [cities, towns], { numBeams: 4, onProgress: (step) => progress.push(step) });
    expect(new Set(recognizer.beams)).toEqual(new Set([4]));
    expect(progress.at(-1)).toEqual({ dataset: "towns", done: 5, total: 5 });
    expect(progress.filter(({ dataset }) => dataset === "cities").map(({ done }) => done)).toEqual(
      cities.examples.map((_, i) => i + 1),
    );
  });

  it("stops at an abort with its reason", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const recognizer = new ReplayRecognizer(all);
    const run = evaluate(recognizer, [cities, towns], {
      signal: abort.signal,
      onProgress: () => abort.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    expect(recognizer.calls.length).toBeLessThan(4);
  });

  it("takes an error while being aborted for the abort", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const recognizer = new ReplayRecognizer(all, () => {
      abort.abort(reason);
      throw new ModelError("the session was closed");
    });
    await expect(evaluate(recognizer, [cities], { signal: abort.signal })).rejects.toBe(reason);
    expect(recognizer.calls).toEqual([1]);
  });

  it("gives the same whatever runs at the same time, and goes on from what was kept", async () => {
    const order: string[] = [];
    const predictions = new Map<string, Prediction>();
    const key = ({ dataset }: EvalSet, { doc }: Example) => `${dataset} ${doc.id}`;
    const kept: KeptPredictions = {
      read: async (set, example) => predictions.get(key(set, example)) ?? null,
      add: async (set, example, prediction) => {
        predictions.set(key(set, example), prediction);
      },
    };
    const answers: ConstructorParameters<typeof ReplayRecognizer>[1] = (gold, { id }) => {
      if (id === "c-17") throw new ModelError("NaN");
      return { entities: numberOf(id) % 3 === 0 ? [] : gold, notes: [] };
    };
    const results = async (options: EvalOptions, recognizer = new ReplayRecognizer(all, answers)) => {
      const { datasets } = await evaluate(recognizer, [cities, towns], options);
      return datasets.map((result) => ({ ...result, seconds: 0 }));
    };
    const plain = await results({});
    const onRow = ({ id }: PredictionRow) => {
      order.push(id);
    };
    expect(await results({ concurrency: 7, onRow, kept })).toEqual(plain);
    expect(order).toEqual(all.map(({ doc }) => doc.id));
    // What failed is not kept.
    expect(predictions.size).toBe(44);
    predictions.delete("cities c-3");
    const resumed = new ReplayRecognizer(all, answers);
    expect(await results({ concurrency: 3, kept }, resumed)).toEqual(plain);
    expect(resumed.calls).toHaveLength(2);
  });

  it("refuses no data sets", async () => {
    await expect(evaluate(new ReplayRecognizer([]), [])).rejects.toThrow(InputError);
  });
});

describe("prediction rows", () => {
  const faulty = new ReplayRecognizer(all, (gold, { id }) => {
    if (id === "c-3") throw new InputError("refused");
    return { entities: numberOf(id) % 3 === 0 ? gold.slice(1) : gold, notes: [] };
  });

  it("hold all that scoring needs", async () => {
    const rows: PredictionRow[] = [];
    const { datasets } = await evaluate(faulty, [cities, towns], {
      onRow: (row) => {
        rows.push(JSON.parse(JSON.stringify(row)) as PredictionRow);
      },
    });
    expect(rows.map(({ id }) => id)).toEqual(all.map(({ doc }) => doc.id));
    expect(rows.filter(({ error }) => error !== null).map(({ id, error }) => [id, error])).toEqual([
      ["c-3", "refused"],
    ]);
    for (const result of datasets) {
      const own = rows.filter(({ dataset }) => dataset === result.dataset);
      const strict = own
        .map(({ gold, predicted }) => strictCounts(gold, predicted))
        .reduce(addCounts, noCounts);
      const paper = own
        .map(({ words, goldTags, predictedTags }) => paperCounts(words, goldTags ?? [], predictedTags ?? []))
        .reduce(addCounts, noCounts);
      expect(strictScores(strict)).toEqual(result.strict);
      expect(paperScores(paper)).toEqual(result.paper);
    }
  });

  it("have no tags for what BIO cannot hold, but the entities", async () => {
    const nested = citySentences("n", 1);
    const inner = flatEntity("person", 0, 1);
    const recognizer = new ReplayRecognizer(nested, (gold) => ({ entities: [...gold, inner], notes: [] }));
    const rows: PredictionRow[] = [];
    await evaluate(recognizer, [{ dataset: "nested", labels: ["city", "person"], examples: nested }], {
      onRow: (row) => {
        rows.push(row);
      },
    });
    expect(rows[0]?.goldTags).toEqual(["B-person", "I-person", "O", "O", "B-city", "O"]);
    expect(rows[0]?.predictedTags).toBeNull();
    expect(rows[0]?.predicted).toContainEqual(inner);
  });
});
