import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Document, documentOfWords } from "../../src/core/document.js";
import { BackendError, InputError, ModelError } from "../../src/core/errors.js";
import { inOrder } from "../../src/serve/recognize/in-order.js";
import { recognizeEach } from "../../src/serve/recognize/recognize-each.js";
import type { Recognizer } from "../../src/serve/recognize/recognizer.js";

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((done) => setImmediate(done));
};

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("inOrder", () => {
  it("gives results in the order of the items, never more at once than it may, whatever takes how long", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 5 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (delays, concurrency, isSlowSource) => {
          let running = 0;
          let most = 0;
          async function* source() {
            for (const [i, delay] of delays.entries()) {
              if (isSlowSource) await turns(delays.length - i > 3 ? 1 : 0);
              yield { i, delay };
            }
          }
          const work = async ({ i, delay }: { i: number; delay: number }) => {
            most = Math.max(most, ++running);
            await turns(delay);
            running--;
            return i;
          };
          expect(await collect(inOrder(source(), concurrency, work))).toEqual(delays.map((_, i) => i));
          expect(most).toBeLessThanOrEqual(concurrency);
          if (delays.length >= concurrency && !isSlowSource && delays.every((delay) => delay > 2)) {
            expect(most).toBe(concurrency);
          }
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it("gives a result before the next item comes", async () => {
    let release = () => {};
    async function* source() {
      yield 1;
      await new Promise<void>((done) => {
        release = done;
      });
      yield 2;
    }
    const results = inOrder(source(), 4, async (item) => item);
    expect((await results.next()).value).toBe(1);
    release();
    expect((await results.next()).value).toBe(2);
    expect((await results.next()).done).toBe(true);
  });

  it("takes only as many items as there is room for behind a slow one", async () => {
    let taken = 0;
    function* source() {
      for (;;) yield taken++;
    }
    const results = inOrder(source(), 2, async (item, signal) => {
      if (item > 0) return item;
      return await new Promise<number>((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("slow one stopped")));
      });
    });
    const first = results.next();
    first.catch(() => {});
    await turns(500);
    expect(taken).toBeLessThan(40);
    await Promise.race([results.return(undefined), turns(5)]);
  });

  it("gives what comes before a failure, of work or source, and stops the rest", async () => {
    const began: number[] = [];
    const stopped: number[] = [];
    const failing = inOrder([0, 1, 2, 3, 4, 5], 3, async (item, signal) => {
      began.push(item);
      if (item < 2) return item;
      if (item > 2) signal.addEventListener("abort", () => stopped.push(item));
      await turns(item === 2 ? 2 : 5);
      if (item === 2) throw new Error("two");
      return item;
    });
    const seen: number[] = [];
    const run = (async () => {
      for await (const item of failing) seen.push(item);
    })();
    await expect(run).rejects.toThrow("two");
    expect(seen).toEqual([0, 1]);
    // Three at a time: the last one had not begun when the third failed.
    expect(began).toEqual([0, 1, 2, 3, 4]);
    expect(stopped).toEqual([3, 4]);
    async function* source() {
      yield 1;
      yield 2;
      throw new Error("torn");
    }
    const results: number[] = [];
    const torn = (async () => {
      const late = async (value: number) => {
        await turns(3);
        return value;
      };
      for await (const item of inOrder(source(), 2, late)) results.push(item);
    })();
    await expect(torn).rejects.toThrow("torn");
    expect(results).toEqual([1, 2]);
  });

  it("ends with the signal's reason", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const run = collect(
      inOrder(
        Array.from({ length: 100 }, (_, i) => i),
        3,
        async (item, signal) => {
          if (item === 10) abort.abort(reason);
          await turns(2);
          signal.throwIfAborted();
          return item;
        },
        abort.signal,
      ),
    );
    await expect(run).rejects.toBe(reason);
  });
});

describe("recognizeEach", () => {
  const docs = Array.from({ length: 20 }, (_, i) => documentOfWords(`d${i}`, ["Ada", `w${i}`]));

  function recognizer(answer: (doc: Document) => void): Recognizer & { asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      async recognize(given) {
        await turns(given[0]?.id.length ?? 0);
        for (const doc of given) {
          asked.push(doc.id);
          answer(doc);
        }
        return given.map(() => ({ entities: [], notes: [] }));
      },
      close: async () => {},
    };
  }

  it.each([new InputError("a word too long"), new ModelError("NaN"), new BackendError("400", false)])(
    "goes on behind a document that fails with $name",
    async (error) => {
      const failing = recognizer(({ id }) => {
        if (id === "d3" || id === "d4") throw error;
      });
      const outcomes = await collect(recognizeEach(failing, docs, ["person"], { concurrency: 4 }));
      expect(outcomes.map(({ doc }) => doc.id)).toEqual(docs.map(({ id }) => id));
      expect(outcomes.flatMap((one) => ("error" in one ? [[one.doc.id, one.error]] : []))).toEqual([
        ["d3", error],
        ["d4", error],
      ]);
    },
  );

  it.each([new InputError("labels look the same"), new BackendError("401", false)])(
    "ends where even a single word fails with $name",
    async (error) => {
      const failing = recognizer(() => {
        throw error;
      });
      await expect(collect(recognizeEach(failing, docs, ["person"], { concurrency: 4 }))).rejects.toBe(error);
      expect(failing.asked.length).toBeLessThan(10);
    },
  );

  it("goes on where a server fails now and then, for a single word too, and ends where it answers nothing more", async () => {
    let isDown = false;
    const error = new BackendError("503", true);
    const flaky = recognizer(({ id }) => {
      if (isDown || id === "d3" || id === "one-word") throw error;
      if (id === "d12") isDown = true;
    });
    const seen: string[] = [];
    const run = (async () => {
      for await (const one of recognizeEach(flaky, docs, ["person"], { concurrency: 3 }))
        seen.push("error" in one ? "failed" : one.doc.id);
    })();
    await expect(run).rejects.toBe(error);
    expect(seen.slice(0, 6)).toEqual(["d0", "d1", "d2", "failed", "d4", "d5"]);
    expect(flaky.asked.length).toBeLessThan(22);
  });

  it("goes on, one document at a time, where a server fails twice in a row", async () => {
    let asked = 0;
    const flaky = recognizer(() => {
      if (++asked % 10 >= 8) throw new BackendError("500", true);
    });
    const outcomes = await collect(recognizeEach(flaky, docs, ["person"]));
    expect(outcomes.map(({ doc }) => doc.id)).toEqual(docs.map(({ id }) => id));
    expect(outcomes.filter((one) => "error" in one).length).toBeGreaterThan(0);
  });

  it("ends at a bug", async () => {
    const bug = recognizer(() => {
      throw new TypeError("undefined is no function");
    });
    await expect(collect(recognizeEach(bug, docs, ["person"]))).rejects.toThrow(TypeError);
  });
});
