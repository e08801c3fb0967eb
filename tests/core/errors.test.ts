import { describe, expect, it } from "vitest";
import { atPlace, FormatError, InputError } from "../../src/core/errors.js";

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("atPlace", () => {
  it("gives what the work gives", () => {
    expect(atPlace("a.tsv", 3, () => "tag")).toBe("tag");
  });

  it("names the place of an InputError, and leaves other errors alone", () => {
    const cause = new InputError("no tag");
    const error = thrown(() =>
      atPlace("a.tsv", 3, () => {
        throw cause;
      }),
    );
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({
      file: "a.tsv",
      line: 3,
      reason: "no tag",
      message: "a.tsv:3: no tag",
      cause,
    });
    const other = new FormatError("b.tsv", 0, "holds no sentence");
    expect(
      thrown(() =>
        atPlace("a.tsv", 3, () => {
          throw other;
        }),
      ),
    ).toBe(other);
  });
});
