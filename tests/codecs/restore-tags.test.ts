import { describe, expect, it } from "vitest";
import { noBackTokenization } from "../../src/codecs/back-tokenize.js";
import { labelSet } from "../../src/codecs/label-set.js";
import { nearDistance } from "../../src/codecs/nearness.js";
import { restoreTags, restoreTagsAsPaper } from "../../src/codecs/restore-tags.js";

const labels = ["politician", "person", "political party", "film (movie)"];

function restore(sentence: string, generation: string) {
  const { tags, notes } = restoreTags(sentence.split(" "), generation, labelSet(labels), noBackTokenization);
  return { tags, kinds: notes.map(({ kind }) => kind) };
}

describe("restoreTags", () => {
  it.each([
    ["a b c", "a(O) b(B-person) c(I-person)", ["O", "B-person", "I-person"], []],
    ["An every day", "An(O) very(O) day(B-person)", ["O", "O", "B-person"], ["near-word"]],
    [
      "the state-of-the-art",
      "the(O) state(B-person) -of-(I-person) the-art(I-person)",
      ["O", "B-person"],
      ["split-word"],
    ],
    [
      "in New York now",
      "in(O) NewYork(B-person) now(O)",
      ["O", "B-person", "I-person", "O"],
      ["joined-words"],
    ],
    ["a b", "a(B-politican) b(I-Politician)", ["B-politician", "I-politician"], ["near-label", "near-label"]],
    ["a b", "a(B-POLITICIANS) b(O)", ["B-politician", "O"], ["near-label"]],
    ["a b", "a(B-planet) b(O)", ["O", "O"], ["invented-label"]],
    ["a b", "a(B-film (movie)) b(B-film movie)", ["B-film (movie)", "B-film (movie)"], []],
    ["a b c", "a(O) b(I-person) c(I-person)", ["O", "B-person", "I-person"], ["orphan-inside"]],
    [
      "a b c d",
      "a(O) c(I-person) d(I-person)",
      ["O", "B-person", "I-person", "I-person"],
      ["filled-word", "lost-words"],
    ],
    [
      "a b c d",
      "a(B-person) c(I-person) d(O)",
      ["B-person", "I-person", "I-person", "O"],
      ["filled-word", "lost-words"],
    ],
    ["a b c d", "a(O) d(I-person)", ["O", "O", "O", "B-person"], ["orphan-inside", "lost-words"]],
    ["a cat sat", "a(O) tiger(B-person) sat(O)", ["O", "B-person", "O"], ["replaced-word"]],
    ["a b c", "a(O) c(O)", ["O", "O", "O"], ["lost-words"]],
    ["a b", "a(O) wonderful(B-person) b(O)", ["O", "O"], ["added-words"]],
    ["a b", "a(O) b(B-per", ["O", "O"], ["unfinished-item"]],
    ["a b", "", ["O", "O"], ["lost-words"]],
    ["Zebra x quilt", "umbrella(B-person) quilt(O)", ["O", "O", "O"], ["lost-words", "added-words"]],
  ])("%j from %j", (sentence, generation, tags, kinds) => {
    expect(restore(sentence, generation)).toEqual({ tags, kinds });
  });

  it("aligns what a tokenizer cannot spell, whatever case it is spelled in", () => {
    const backTokenize = (words: readonly string[]) =>
      words.map((word) => (/^[a-z]+$/i.test(word) ? word : "[UNK]"));
    const generation = "Flags(O) [UNK](B-person) [UNK](B-person) wave(O)";
    const { tags, notes } = restoreTags(
      ["Flags", "🇮🇹", "🇫🇷", "wave"],
      generation,
      labelSet(labels),
      backTokenize,
    );
    expect(tags).toEqual(["O", "B-person", "B-person", "O"]);
    expect(notes).toEqual([]);
  });

  it("does not guess among labels and words that the tokenizer cannot spell", () => {
    const backTokenize = (words: readonly string[]) => words.map((word) => word.replace(/[^ -~]/g, ""));
    const read = (given: string[], words: string[], text: string) =>
      restoreTags(words, text, labelSet(given), backTokenize).tags;
    for (const given of [
      ["城市", "人物"],
      ["人物", "城市"],
      ["city", "城市"],
    ]) {
      expect(read(given, ["x", "y"], "x(B-) y(O)")).toEqual(["O", "O"]);
    }
    const generation = "NewYork(B-city) now(O)";
    expect(read(["city"], ["北京", "New", "York", "now"], generation)).toEqual([
      "O",
      "B-city",
      "I-city",
      "O",
    ]);
  });

  it("takes nothing at the ends of a text for a replacement", () => {
    expect(restore("Paris", "Sorry, I cannot help with that.(B-person)").tags).toEqual(["O"]);
    expect(restore("a Paris", "a chatter(B-person)").tags).toEqual(["O", "O"]);
  });

  it("repairs nothing in the paper's mode", () => {
    const asPaper = (sentence: string, generation: string) =>
      restoreTagsAsPaper(sentence.split(" "), generation, labels, noBackTokenization).tags;
    expect(asPaper("An every day", "An(O) very(B-person) day(O)")).toEqual(["O", "O", "O"]);
    expect(asPaper("a b", "a(B-politican) b(B-Person)")).toEqual(["O", "O"]);
    expect(asPaper("a b", "a(O) b(I-person)")).toEqual(["O", "I-person"]);
    expect(asPaper("a (O) b", "a(O) (O)(O) b(B-person)")).toEqual(["O", "O", "B-person"]);
  });

  it("chooses the repairs that pair most words, and stays cheap in a gap of thousands", () => {
    expect(restore("x colour coloured y", "x(O) colored(B-person) y(O)").tags).toEqual([
      "O",
      "O",
      "B-person",
      "O",
    ]);
    const words = Array.from({ length: 3000 }, (_, i) => `word${i}`);
    const generation = words.map((word) => `${word.toUpperCase()}x${word}(O)`).join(" ");
    expect(restore(words.join(" "), generation).kinds).toEqual(["lost-words", "added-words"]);
  });
});

describe("what models write that were never tuned", () => {
  const sentence = "Ada Lovelace met Al - Khwarizmi , in New York .";
  const tags = "B-person I-person O B-person I-person I-person O O B-person I-person O".split(" ");
  const answers = sentence.split(" ").map((word, i) => `${word}(${tags[i]})`);
  const answer = answers.join(" ");

  it.each([
    ["a code fence", `\`\`\`\n${answer}\n\`\`\``, []],
    ["a named code fence", `\`\`\`text\n${answer}\n\`\`\`\n`, []],
    ["a preamble on its own line", `Here is the sentence (tagged):\n\n${answer}`, ["untagged-text"]],
    ["a preamble and a fence", `Sure!\n\`\`\`\n${answer}\n\`\`\``, ["untagged-text"]],
    ["a preamble on the same line", `Here is the result: ${answer}`, ["untagged-text"]],
    ["the sentence again", `Sentence: ${sentence}\nTagged: ${answer}`, ["untagged-text", "untagged-text"]],
    ["thinking aloud", `<think>\nIs "New"(B-person) right?\n</think>\n\n${answer}`, []],
    ["a word a line", answers.join("\n"), []],
    ["bullets", answers.map((item) => `- ${item}`).join("\n"), ["near-word"]],
    ["numbers", answers.map((item, i) => `${i + 1}. ${item}`).join("\n"), []],
    ["spaces before the brackets", answer.replaceAll("(", "  ("), []],
    ["commas between", answers.join(", "), []],
    ["bars between", answers.join(" | "), []],
    ["commas and lines between", answers.join(",\n"), []],
    ["quotes around", `"${answer}"`, []],
    ["bold type", `**${answer}**`, []],
    ["code type", `\`${answer}\``, []],
    ["words behind the answer", `${answer}\n\nI hope this helps!`, ["trailing-text"]],
    [
      "one tag behind several words",
      "Ada Lovelace(B-person) met(O) Al - Khwarizmi(B-person) ,(O) in(O) New York(B-person) .(O)",
      ["joined-words", "joined-words", "joined-words"],
    ],
  ])("reads %s", (_, generation, kinds) => {
    expect(restore(sentence, generation)).toEqual({ tags, kinds });
  });

  it("keeps fences, bullets and commas that are words of the sentence", () => {
    const marked = "``` - 1. a , b **";
    const copied = marked
      .split(" ")
      .map((word) => `${word}(O)`)
      .join(" ");
    expect(restore(marked, copied)).toEqual({ tags: marked.split(" ").map(() => "O"), kinds: [] });
  });

  it("gives no entities for thinking that never ends", () => {
    const { tags: read, kinds } = restore("Ada met", "<think> Ada(B-person) met(O) or not");
    expect(read).toEqual(["O", "O"]);
    expect(kinds).toEqual(["trailing-text", "lost-words"]);
  });

  it("stays linear on lead-ins without end", () => {
    const words = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? "the" : `word${i}`));
    const generation = "well the the the(O) ".repeat(20_000);
    const started = performance.now();
    restore(words.join(" "), generation);
    restore("a", `${"\n ".repeat(200_000)}\n\`\`\`${" ".repeat(200_000)}a(O)`);
    expect(performance.now() - started).toBeLessThan(8000);
  });
});

describe("a text that invents labels without end", () => {
  it("is not searched for slips behind its first 256 unknown labels", () => {
    const words = Array.from({ length: 300 }, (_, i) => `w${i}`);
    const text = words
      .map((word, i) => `${word}(B-${i === 0 || i === 299 ? "persom" : `kind${i}`})`)
      .join(" ");
    const late = text.replace("w0(B-persom)", "w0(B-city)").replace("w299(B-persom)", "w299(B-persan)");
    expect(restore(words.join(" "), text).tags.at(0)).toBe("B-person");
    expect(restore(words.join(" "), text).tags.at(-1)).toBe("B-person");
    expect(restore(words.join(" "), late).tags.at(-1)).toBe("O");
  });
});

describe("nearDistance", () => {
  it.each([
    ["a", "b", null],
    ["is", "it", null],
    ["cat", "car", 1],
    ["very", "every", 1],
    ["politician", "politican", 1],
    ["person", "persona", 1],
    ["abcdef", "uvwxyz", null],
    ["abcdefghijkl", "abcdefgh", null],
    ["", "", 0],
    [`${"y".repeat(5000)}a${"z".repeat(5000)}`, `${"y".repeat(5000)}b${"z".repeat(5000)}`, 1],
    [`a${"y".repeat(62)}b`, `c${"y".repeat(62)}d`, 2],
    [`a${"y".repeat(63)}b`, `c${"y".repeat(63)}d`, null],
  ])("%j and %j: %j", (a, b, distance) => {
    expect(nearDistance(a, b)).toBe(distance);
    expect(nearDistance(b, a)).toBe(distance);
  });
});
