import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noBackTokenization } from "../../src/codecs/back-tokenize.js";
import { labelSet } from "../../src/codecs/label-set.js";
import { renderPrompt } from "../../src/codecs/prompt.js";
import type { TargetSchema } from "../../src/codecs/schemas/schema.js";
import { type SchemaName, targetSchema } from "../../src/codecs/schemas/schemas.js";
import { type Entity, flatEntity } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";

const names: SchemaName[] = [
  "bio",
  "bioes",
  "full",
  "entity-centric",
  { context: 1 },
  { context: 2 },
  { context: 5 },
];
const labels = ["city", "person", "film (movie)", "O type"];

/** A sentence in which `[New York]city` is an entity. */
function marked(text: string): { words: string[]; entities: Entity[] } {
  const words: string[] = [];
  const entities: Entity[] = [];
  let start = -1;
  for (const token of text.split(" ")) {
    if (token.startsWith("[") && start === -1) start = words.length;
    const end = /^(.*)\](\w+)$/.exec(token);
    words.push((end?.[1] ?? token).replace(/^\[/, ""));
    if (end?.[2] === undefined) continue;
    entities.push(flatEntity(end[2], start, words.length));
    start = -1;
  }
  return { words, entities };
}

function encode(name: SchemaName, text: string) {
  const { words, entities } = marked(text);
  return targetSchema(name).encode(words, entities);
}

function decode(name: SchemaName, sentence: string, generation: string) {
  const words = sentence.split(" ");
  const { entities, notes } = targetSchema(name).decode(
    words,
    generation,
    labelSet(labels),
    noBackTokenization,
  );
  const shown = entities.map(({ label, parts }) =>
    [label, ...parts.flatMap(({ start, end }) => [start, end])].join(" "),
  );
  return { entities: shown, notes: notes.map(({ kind }) => kind) };
}

describe("targets", () => {
  const sentence = "In [New York]city , [Ada]person met nobody that she knew from [Bonn]city";
  it.each<[SchemaName, string]>([
    [
      "bio",
      "In(O) New(B-city) York(I-city) ,(O) Ada(B-person) met(O) nobody(O) that(O) she(O) knew(O) from(O) Bonn(B-city)",
    ],
    [
      "bioes",
      "In(O) New(B-city) York(E-city) ,(O) Ada(S-person) met(O) nobody(O) that(O) she(O) knew(O) from(O) Bonn(S-city)",
    ],
    [
      "full",
      "In(O) New(city) York(city) ,(O) Ada(person) met(O) nobody(O) that(O) she(O) knew(O) from(O) Bonn(city)",
    ],
    ["entity-centric", "New York(city) Ada(person) Bonn(city)"],
    [{ context: 1 }, "In(O) New(city) York(city) ,(O) Ada(person) met(O) ... from(O) Bonn(city)"],
    [
      { context: 2 },
      "In(O) New(city) York(city) ,(O) Ada(person) met(O) nobody(O) ... knew(O) from(O) Bonn(city)",
    ],
  ])("of %j", (name, text) => {
    expect(encode(name, sentence)).toEqual({ text });
  });

  it.each<[SchemaName, string]>([
    ["bio", "No(O) one(O)"],
    ["bioes", "No(O) one(O)"],
    ["full", "No(O) one(O)"],
    ["entity-centric", "none"],
    [{ context: 2 }, "none"],
  ])("of %j without entities", (name, text) => {
    expect(encode(name, "No one")).toEqual({ text });
    expect(decode(name, "No one", text)).toEqual({ entities: [], notes: [] });
  });

  it.each<[SchemaName, string, string]>([
    ["entity-centric", "Bonn is not [Bonn]city", "at word 3 does not read back"],
    ["entity-centric", "[New York]city York and [York]city", "does not read back"],
    ["full", "[Ada]person [Eve]person met", "does not read back"],
    [{ context: 1 }, "[Ada]person [Eve]person met", "does not read back"],
    [{ context: 1 }, "in Bonn now and in [Bonn]city now", "does not read back"],
  ])("of %j refuse %j", (name, text, reason) => {
    expect(encode(name, text)).toEqual({ refused: expect.stringContaining(reason) });
  });

  it.each<[SchemaName, string]>([
    ["entity-centric", "[Bonn]city is [Bonn]city"],
    ["entity-centric", "Bonn was left by [Ada]person , then [Ada]person wrote"],
    ["entity-centric", "Bonn , then [Ada]person , then [Bonn]city"],
    [{ context: 1 }, "in Bonn then and in [Bonn]city now"],
    [{ context: 1 }, "Bonn is not [Bonn]city"],
    [{ context: 1 }, "from Bonn to Ulm , to [Bonn]city"],
    [{ context: 1 }, "[a]city b a b"],
    ["entity-centric", "the ( [(UN)]city f(x)"],
    ["entity-centric", "by [f(x) (y)]person f"],
    ["full", "[(O)]city (O) (city) a(O) [😀]person"],
    ["bioes", "[(O)]city (O) (S-city) a(O) [😀]person"],
    [{ context: 2 }, "... [...]city ... … (O) x ... [(O)]person ..."],
  ])("of %j give %j back", (name, text) => {
    const { words, entities } = marked(text);
    const target = encode(name, text);
    expect(target).toHaveProperty("text");
    const schema = targetSchema(name);
    const generation = "text" in target ? target.text : "";
    expect(schema.decode(words, generation, labelSet(labels), noBackTokenization).entities).toEqual(entities);
  });

  it("of entity-centric hold nested entities", () => {
    const words = "Bonn and the University of Bonn".split(" ");
    const nested = [flatEntity("school", 3, 6), flatEntity("city", 5, 6)];
    const { text } = { text: "", ...entityCentric.encode(words, nested) };
    expect(text).toBe("University of Bonn(school) Bonn(city)");
  });

  it.each(names)("of %j refuse what has parts, or lies outside the words", (name) => {
    const schema = targetSchema(name);
    const parts = [
      { start: 0, end: 1 },
      { start: 2, end: 3 },
    ];
    expect(schema.encode(["a", "b", "c"], [{ label: "city", parts }])).toHaveProperty("refused");
    expect(schema.encode(["a", "b", "c"], [flatEntity("city", 2, 4)])).toHaveProperty("refused");
    expect(schema.encode(["a", "b", "c"], [flatEntity("city", 1, 1)])).toHaveProperty("refused");
  });

  it("of a context need a length", () => {
    expect(() => targetSchema({ context: 0 })).toThrow(InputError);
  });
});

const entityCentric = targetSchema("entity-centric");

/** Few words, so that they repeat; some look like marks of the schemas. */
const word = fc.constantFrom(
  ..."Bonn York New a b (O) (city) x(O) ( ) , ... … f(x) (B-city) none [ 😀 東京 O 's e\u0301".split(" "),
);
const anyWord = fc.oneof(
  { weight: 8, arbitrary: word },
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
);

/** Flat entities of random lengths and labels. */
const sentence = fc.array(anyWord, { minLength: 1, maxLength: 14 }).chain((words) =>
  fc
    .array(
      fc.record({
        skip: fc.nat(4),
        length: fc.integer({ min: 1, max: 3 }),
        label: fc.constantFrom("city", "person"),
      }),
      { maxLength: 5 },
    )
    .map((draws) => {
      const entities: Entity[] = [];
      let at = 0;
      for (const { skip, length, label } of draws) {
        const start = at + skip;
        if (start + length > words.length) break;
        entities.push(flatEntity(label, start, start + length));
        at = start + length;
      }
      return { words, entities };
    }),
);

function keys(entities: readonly Entity[]): string[] {
  return entities.map(({ label, parts }) => JSON.stringify([label, parts])).sort();
}

describe.each(names)("%j", (name) => {
  const schema: TargetSchema = targetSchema(name);

  it("reads back what it writes, whatever else was asked for, and says why it does not write", () => {
    fc.assert(
      fc.property(sentence, ({ words, entities }) => {
        const target = schema.encode(words, entities);
        if ("refused" in target) return target.refused.length > 10;
        const read = schema.decode(words, target.text, labelSet(labels), noBackTokenization);
        expect(keys(read.entities)).toEqual(keys(entities));
        expect(read.notes.filter(({ kind }) => kind !== "ambiguous-place")).toEqual([]);
        const spelled = schema.wordsOf(target.text, labelSet(labels));
        if (spelled !== null) expect(spelled).toEqual(words);
        return true;
      }),
      { numRuns: 1500 },
    );
  });

  it("writes every sentence of different words without entities side by side", () => {
    const different = sentence.map(({ words, entities }) => ({
      words: words.map((_, i) => `w${i}`),
      entities: entities.filter((entity, i) => entities[i - 1]?.parts[0]?.end !== entity.parts[0]?.start),
    }));
    fc.assert(
      fc.property(different, ({ words, entities }) => {
        expect(schema.encode(words, entities)).toHaveProperty("text");
      }),
    );
  });

  it("reads anything, and finds only words of the sentence with labels that were asked for", () => {
    const piece = fc.oneof(
      word,
      fc.constantFrom(" ", "(city)", "(O)", "(S-person)", "(planet)", "...", "\n"),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 8 }),
        fc.array(piece, { maxLength: 30 }),
        (words, generation) => {
          const { entities } = schema.decode(
            words,
            generation.join(""),
            labelSet(labels),
            noBackTokenization,
          );
          for (const { label, parts } of entities) {
            expect(labels).toContain(label);
            for (const { start, end } of parts) {
              expect(start).toBeGreaterThanOrEqual(0);
              expect(end).toBeGreaterThan(start);
              expect(end).toBeLessThanOrEqual(words.length);
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe("prompts", () => {
  it.each(names.filter((name) => name !== "bio"))("of %j say what an answer looks like", (schema) => {
    const request = { words: ["Ada", "&", "Bob"], labels: ["city", "person"], schema };
    const [instruction, asked, ...more] = renderPrompt("gner", request).split("\n\n");
    expect(asked).toBe("Use only these entity types: city, person.\nSentence: Ada & Bob");
    expect(more).toEqual([]);
    expect(instruction).toContain("\nOutput format is: ");
    const asksForNone = instruction?.includes("write: none") ?? false;
    expect(asksForNone).toBe(JSON.stringify(targetSchema(schema).encode(["a"], [])) === '{"text":"none"}');
    const full = renderPrompt("gner", { ...request, dataset: "a set", elseClass: true });
    expect(full).toContain("types: city, person, else.\nDataset: a set.\nSentence: ");
  });

  it("of contexts say how long these are", () => {
    const asked = (context: number) =>
      renderPrompt("gner", { words: ["a"], labels: ["b"], schema: { context } });
    expect(asked(1)).toContain(" the word on either side of each");
    expect(asked(4)).toContain(" up to 4 words on either side of each");
  });
});

describe("predictions", () => {
  const sentence = "In New York , Ada met Bob in Bonn";
  it.each<[SchemaName, string, string[], string[]]>([
    [
      "bio",
      "In(O) New(B-city) York(I-city) ,(O) Ada(B-person) met(O) Bob(O) in(O) Bonn(O)",
      ["city 1 3", "person 4 5"],
      [],
    ],
    [
      "full",
      "In(O) New(City) York(City) ,(O) Adda(persn) met(O) Bob(O) in(O) Bonn(planet)",
      ["city 1 3", "person 4 5"],
      ["near-word", "near-label", "near-label", "invented-label"],
    ],
    ["full", "In(O), New(city), York(city), Ada(person)", ["city 1 3", "person 4 5"], ["lost-words"]],
    [
      "bioes",
      "In(O) New(B-city) York(I-city) ,(O) Ada(E-person) met(O) Bob(S-person) in(O) Bonn(O)",
      ["city 1 3", "person 4 5", "person 6 7"],
      ["orphan-inside"],
    ],
    ["entity-centric", "new york(city), ada(Person)", ["city 1 3", "person 4 5"], ["near-label"]],
    ["entity-centric", "Bonn(city) Ada(person)", ["city 8 9", "person 4 5"], ["out-of-order"]],
    ["entity-centric", "New Yorkk(city) Ulm(city)", ["city 1 3"], ["near-word", "added-words"]],
    ["entity-centric", "the New York(city) NewYork(city)", ["city 1 3"], ["near-word", "added-words"]],
    [
      "entity-centric",
      "Here they are:\n- New York(city)\n- Bonn(city)",
      ["city 1 3", "city 8 9"],
      ["untagged-text", "near-word", "near-word"],
    ],
    ["entity-centric", "Bonn(city) Bonn(city)", ["city 8 9"], ["added-words"]],
    ["entity-centric", "Bonn(planet)", [], ["invented-label"]],
    ["entity-centric", "None.", [], []],
    ["entity-centric", "nothing to find", [], ["trailing-text"]],
    [{ context: 1 }, "In(O) New(city) York(city) ,(O) ... in(O) Bonn(city)", ["city 1 3", "city 8 9"], []],
    [{ context: 1 }, "In(O) New(city) York(city) in(O) Bonn(city)", ["city 1 3", "city 8 9"], ["near-word"]],
    [{ context: 1 }, "New(city) York(city)", ["city 1 3"], []],
  ])("of %j: %s", (name, generation, entities, notes) => {
    expect(decode(name, sentence, generation)).toEqual({ entities, notes });
  });

  it("that could be at several places say so", () => {
    expect(decode("entity-centric", "Bonn or Bonn", "Bonn(city)")).toEqual({
      entities: ["city 0 1"],
      notes: ["ambiguous-place"],
    });
    expect(decode({ context: 1 }, "in Bonn or in Bonn", "in(O) Bonn(city)")).toEqual({
      entities: ["city 4 5"],
      notes: [],
    });
  });

  it("are compared as a tokenizer spells the sentence", () => {
    const spell = (words: readonly string[]) => words.map((word) => word.replace("é", "<unk>"));
    const schema = targetSchema("entity-centric");
    const { entities } = schema.decode(["in", "Orléans"], "Orl<unk>ans(city)", labelSet(labels), spell);
    expect(entities).toEqual([flatEntity("city", 1, 2)]);
  });
});
