import { describe, expect, it } from "vitest";
import { labelSet } from "../../src/codecs/label-set.js";

describe("labelSet", () => {
  it("keeps labels as given and shows the model what it can write", () => {
    const { labels, shown, notes } = labelSet(["film (movie)", "line\nbreak", "a, b;c", "Person"]);
    expect(labels).toEqual(["film (movie)", "line\nbreak", "a, b;c", "Person"]);
    expect(shown).toEqual(["film movie", "line break", "a b c", "Person"]);
    expect(notes).toEqual([]);
  });

  it("takes a repeated label once and says so", () => {
    const { labels, notes } = labelSet(["a", "b", "a"]);
    expect(labels).toEqual(["a", "b"]);
    expect(notes).toEqual([{ kind: "doubled-label", message: 'label "a" was given more than once' }]);
  });

  it.each([
    [[], /no labels/],
    [[""], /holds no character/],
    [["()"], /holds no character/],
    [["\ud800"], /holds no character/],
    [["O"], /"O" cannot be a label/],
    [["x".repeat(201)], /201 characters, at most 200/],
    [["Person", "person"], /look the same/],
    [["film (movie)", "film movie"], /look the same/],
  ])("refuses %j", (labels, message) => {
    expect(() => labelSet(labels)).toThrow(message);
  });
});
