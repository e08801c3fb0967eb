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

const settings: fc.Arbitrary<SamplingSettings> = fc.record({
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
    fc.assert(
      fc.property(
        fc.subarray(set),
        fc.subarray([...set, "q"]),
        settings,
        fc.string(),
        (present, named, given, seed) => {
          const absent = named.filter((label) => !present.includes(label));
          const labels = promptLabels({ ...example(...present), absent }, [], given, new Random(seed));
          const others = labels.filter((label) => !present.includes(label));
          expect(others).not.toContain("q");
          const preferred = absent.filter((label) => label !== "q");
          // A prompt without any label asks for nothing: one is drawn then, whatever was asked for.
          if (given.absent === 0) return;
          const wanted = given.absent === "all" ? Infinity : given.absent;
          expect(others.length).toBe(Math.min(wanted, set.length - present.length));
          expect(others.filter((label) => preferred.includes(label)).length).toBe(
            Math.min(wanted, preferred.length),
          );
        },
      ),
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
