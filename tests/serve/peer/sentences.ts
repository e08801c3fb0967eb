import { labelSet } from "../../../src/codecs/label-set.js";
import { instPrompt, renderPrompt } from "../../../src/codecs/prompt.js";

export const labels = ["person", "city", "company"];

/** What the peer learns by heart: words joined by spaces, mentions in brackets. */
const marked = [
  "[person Mira Okafor] moved to [city Lisbon] last spring .",
  "[company Harrow Mills] hired [person Jonas Weir] in [city Oslo] .",
  "The ferry to [city Bergen] leaves at nine .",
  "[person Tala Reyes] sings in the choir of [city Manila] .",
  "Nobody at [company Bluefen] answered the phone .",
  "[city Quito] and [city Lima] share a long border road .",
  "Yesterday [person Ivo Brandt] sold [company Larkspur Foods] .",
  "It rained all week in [city Glasgow] .",
  "[person Noor Haddad] teaches chemistry near [city Aleppo] .",
  "Shares of [company Tern Robotics] fell on Monday .",
  "We met [person Pia Lund] at the station .",
  "[company Ostrava Glass] opened a shop in [city Vienna] .",
  "The old bridge was painted green .",
  "[person Ruben Acosta] left [company Pinewell] after ten years .",
  "From [city Kyoto] they took the night train .",
  "[person Edda Stone] and [person Karl Moss] wrote the report .",
  "[company Velmont] pays its drivers by the hour .",
  "A baker from [city Lyon] won the prize .",
  "[person Sunil Rao] repaired the clock of [city Pune] .",
  "Winter came early this year .",
  "[city Tallinn] welcomed the sailors of [company Nordhav] .",
  "Ask [person Greta Voss] about the missing keys .",
  "[company Amber Rail] runs trains to [city Prague] .",
  "Two letters for [person Owen Pike] arrived from [city Cork] .",
];

export interface KnownSentence {
  readonly words: readonly string[];
  /** `word(tag)` items. */
  readonly answer: string;
  readonly mentions: readonly { readonly label: string; readonly text: string }[];
}

export const knownSentences: readonly KnownSentence[] = marked.map((line) => {
  const words: string[] = [];
  const items: string[] = [];
  const mentions: { label: string; text: string }[] = [];
  for (const [, label, inside, outside] of line.matchAll(/\[(\w+) ([^\]]+)\]|(\S+)/g)) {
    const mention = (inside ?? outside ?? "").split(" ");
    if (label !== undefined) mentions.push({ label, text: mention.join(" ") });
    for (const [i, word] of mention.entries()) {
      words.push(word);
      items.push(`${word}(${label === undefined ? "O" : `${i === 0 ? "B" : "I"}-${label}`})`);
    }
  }
  return { words, answer: items.join(" "), mentions };
});

/** What the peer is trained on: the prompts that gner itself sends. */
export const trainingRows = knownSentences.map(({ words, answer }) => ({
  prompt: instPrompt(renderPrompt("gner", { words, labels: labelSet(labels).shown })),
  answer,
}));
