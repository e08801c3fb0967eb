import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Example } from "../../src/core/document.js";
import { documentOfWords, flatEntity } from "../../src/core/document.js";
import { Random } from "../../src/tuning/random.js";
import type { SamplingSettings } from "../../src/tuning/sampling.js";
import { foreignLabels, promptLabels } from "../../src/tuning/sampling.js";

const set = ["a", "b", "c", "d", "e"];
const foreign = ["x", "y", "z"];
const plain: SamplingSettings = { shuffle: false, absent: "all", foreign: 0 };

function example(...present: readonly string[]): Example {
  const words = present.length > 0 ? [...present] : ["none"];
  return {
    doc: documentOfWords("id", words),
    labels: set,
    gold: present.map((label, i) => flatEntity(label, i, i + 1)),
  };
}

/** With numbers alone; ranges have tests of their own. */
const settings = fc.record({
  shuffle: fc.boolean(),
  absent: fc.oneof(fc.constant("all" as const), fc.nat(8)),
  foreign: fc.nat(5),
});

describe("labels of a prompt", () => {
  it("are the set's, in its order, without shuffling", () => {
    expect(promptLabels(example("c"), foreign, plain, new Random("s"))).toEqual(set);
  });

  it("hold every label of the mentions, the asked number of others, and no repeats", () => {
    fc.assert(
      fc.property(fc.subarray(set), settings, fc.string(), (present, given, seed) => {
        const labels = promptLabels(example(...present), foreign, given, new Random(seed));
        expect(labels).toEqual(expect.arrayContaining(present));
        expect(new Set(labels).size).toBe(labels.length);
        const own = labels.filter((label) => set.includes(label));
        const others = labels.filter((label) => foreign.includes(label));
        expect(own.length + others.length).toBe(labels.length);
        expect(others.length).toBe(Math.min(given.foreign, foreign.length));
        const absent = given.absent === "all" ? Infinity : given.absent;
        const expected = present.length + Math.min(absent, set.length - present.length);
        // A prompt without any label asks for nothing.
        expect(own.length).toBe(expected + others.length === 0 ? 1 : expected);
      }),
    );
  });

  it("prefer absent ones that the annotation names, and ask for no name outside the set", () => {
    const names = fc.subarray([...set, "unheard"]);
    fc.assert(
      fc.property(fc.subarray(set), names, settings, fc.string(), (present, named, given, seed) => {
        const absent = named.filter((label) => !present.includes(label));
        const labels = promptLabels({ ...example(...present), absent }, [], given, new Random(seed));
        const others = labels.filter((label) => !present.includes(label));
        expect(others).not.toContain("unheard");
        // A prompt without any label asks for nothing: it gets one, whatever was asked for.
        const least = present.length === 0 ? 1 : 0;
        const wanted = given.absent === "all" ? Infinity : Math.max(least, given.absent);
        expect(others.length).toBe(Math.min(wanted, set.length - present.length));
        const preferred = absent.filter((label) => label !== "unheard");
        const taken = others.filter((label) => preferred.includes(label));
        expect(taken.length).toBe(Math.min(wanted, preferred.length));
      }),
    );
  });

  it("are of as many absent and foreign ones as a range allows, and every number comes", () => {
    const ranged: SamplingSettings = {
      shuffle: true,
      absent: { min: 1, max: 3 },
      foreign: { min: 0, max: 2 },
    };
    const lists = Array.from({ length: 300 }, (_, i) =>
      promptLabels(example("a"), foreign, ranged, new Random("s", i)),
    );
    const numbers = lists.map((list) => [
      list.filter((label) => set.includes(label)).length - 1,
      list.filter((label) => foreign.includes(label)).length,
    ]);
    expect(new Set(numbers.map(([own]) => own))).toEqual(new Set([1, 2, 3]));
    expect(new Set(numbers.map(([, other]) => other))).toEqual(new Set([0, 1, 2]));
  });

  it("never go beyond their limit but for labels of mentions; known absent ones stay first", () => {
    const limits = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(fc.subarray(set), fc.subarray(set), limits, settings, fc.string(), (...drawn) => {
        const [present, named, maxLabels, given, seed] = drawn;
        const absent = named.filter((label) => !present.includes(label));
        const limited = { ...given, maxLabels };
        const labels = promptLabels({ ...example(...present), absent }, foreign, limited, new Random(seed));
        const unlimited = promptLabels({ ...example(...present), absent }, foreign, given, new Random(seed));
        expect(labels).toEqual(expect.arrayContaining(present));
        const room = Math.max(maxLabels, present.length);
        expect(labels.length).toBe(Math.min(room, unlimited.length));
        const others = labels.filter((label) => !present.includes(label));
        const preferred = unlimited.filter((label) => absent.includes(label));
        expect(others.filter((label) => absent.includes(label)).length).toBe(
          Math.min(others.length, preferred.length),
        );
      }),
    );
  });

  it("never hold a dropped label, nor a foreign one that is filtered out", () => {
    const others = ["Film awards", "prize", "THING", "award of a city", "list of rivers"];
    const many: SamplingSettings = {
      ...plain,
      foreign: 9,
      foreignWithout: { sharedWords: true, labels: ["thing", "person"] },
    };
    const present: Example = { ...example("a"), labels: ["a", "b", "award", "river"] };
    const gold = [flatEntity("award", 0, 1)];
    const asked = (dropped: readonly string[]) =>
      promptLabels({ ...present, gold }, others, many, new Random("s"), dropped);
    expect(asked([]).toSorted()).toEqual(["a", "award", "b", "list of rivers", "prize", "river"]);
    expect(asked(["river", "prize"]).toSorted()).toEqual(["a", "award", "b"]);
  });

  it("are a foreign one where a sentence has no label of its own to ask for", () => {
    const bare: Example = { ...example(), labels: [] };
    const labels = promptLabels(bare, foreign, { ...plain, absent: 0 }, new Random("s"));
    expect(labels.length).toBe(1);
    expect(foreign).toEqual(expect.arrayContaining(labels));
    expect(promptLabels(bare, [], plain, new Random("s"))).toEqual([]);
  });

  it("are a permutation of the unshuffled ones when shuffled", () => {
    fc.assert(
      fc.property(fc.subarray(set), settings, fc.string(), (present, given, seed) => {
        const ordered = promptLabels(
          example(...present),
          foreign,
          { ...given, shuffle: false },
          new Random(seed),
        );
        const shuffled = promptLabels(
          example(...present),
          foreign,
          { ...given, shuffle: true },
          new Random(seed),
        );
        expect([...shuffled].sort()).toEqual([...ordered].sort());
      }),
    );
  });

  it("come in many orders and with different absent labels from row to row", () => {
    const sampled: SamplingSettings = { shuffle: true, absent: 2, foreign: 1 };
    const lists = Array.from({ length: 200 }, (_, i) =>
      promptLabels(example("a"), foreign, sampled, new Random("s", i)),
    );
    expect(new Set(lists.flat())).toEqual(new Set([...set, ...foreign]));
    expect(new Set(lists.map((list) => list.indexOf("a")))).toEqual(new Set([0, 1, 2, 3]));
  });
});

it("foreign labels are those of other sets that do not look like an own one", () => {
  expect(
    foreignLabels(
      ["person", "Film"],
      [
        ["film", "dish"],
        ["Dish", "Person", "river"],
      ],
    ),
  ).toEqual(["dish", "river"]);
});
