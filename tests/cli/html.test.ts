import { expect, it } from "vitest";
import { htmlArticle, htmlFailure, htmlHead } from "../../src/cli/html.js";

const override = "\u202e";

it("leaves nothing in a page that orders its letters anew, or that a page cannot hold", () => {
  const text = `Ada ${override}met\u0000 \u0007Bo\ud800 <script>`;
  const entities = [{ start: 0, end: 5, label: `per${override}son`, text: text.slice(0, 5), score: null }];
  const notes = [{ kind: "windows", message: `read ${override}twice` }] as const;
  const labels = [`per${override}son`];
  const page =
    htmlHead(labels) + htmlArticle({ text, entities, notes }, labels) + htmlFailure(text, override);
  expect(page).not.toMatch(/(?![\t\n\r])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
  expect(page).toContain("met\ufffd \ufffdBo\ufffd &lt;script&gt;");
});

it("leaves letters of every direction, and their joiners, as they are", () => {
  const text = "عدا می\u200cخواهد و آدا 👩\u200d🔬 שלום";
  const entities = [{ start: 0, end: 3, label: "شخص", text: "عدا", score: null }];
  const page = htmlArticle({ text, entities, notes: [] }, ["شخص"]);
  expect(page.replace(/<sup>.*?<\/sup>|<[^>]*>/g, "").trim()).toBe(text);
  expect(page).toContain("<sup>شخص</sup>");
});
