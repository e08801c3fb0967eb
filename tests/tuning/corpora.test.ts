import { describe, expect, it } from "vitest";
import type { CorpusFormat } from "../../src/tuning/corpora/corpus.js";
import { missing, shared } from "../support/shared.js";
import { bioTsv, readAll } from "./support.js";

const spaced: CorpusFormat = { ...bioTsv, separator: "whitespace" };
const tagFirst: CorpusFormat = { ...bioTsv, wordColumn: 1, tagColumn: 0 };
const indexed: CorpusFormat = { ...bioTsv, wordColumn: 1, tagColumn: 2 };

/** File, how to read it, sentences, mentions. */
const corpora: [string, CorpusFormat, number, number][] = [
  ["crossner_ai/train.txt", bioTsv, 100, 532],
  ["crossner_ai/dev.txt", bioTsv, 350, 1549],
  ["crossner_ai/test.txt", bioTsv, 431, 1809],
  ["crossner_literature/test.txt", bioTsv, 416, 2266],
  ["crossner_music/test.txt", bioTsv, 465, 3336],
  ["crossner_politics/test.txt", bioTsv, 651, 4209],
  ["crossner_science/test.txt", bioTsv, 543, 3089],
  ["mit_movie/train.bio", tagFirst, 9775, 21295],
  ["mit_movie/test.bio", tagFirst, 2443, 5339],
  ["mit_restaurant/train.bio", tagFirst, 7660, 15363],
  ["mit_restaurant/test.bio", tagFirst, 1521, 3151],
  ["mit_movie_trivia/train.bio.gz", tagFirst, 7816, 23030],
  ["conllpp/train.txt.gz", spaced, 14041, 23499],
  ["conllpp/dev.txt", spaced, 3250, 5942],
  ["conllpp/test.txt", spaced, 3453, 5702],
  ["wikineural_en/dev.conllu.gz", indexed, 11590, 19621],
  ["wikiann_en/dev.conllu", indexed, 10000, 14146],
  ["anatem/dev.tsv", bioTsv, 2118, 2139],
  ["bc2gm/test.tsv.gz", bioTsv, 5038, 6325],
  ["bc5cdr/train.tsv.gz", bioTsv, 4560, 9385],
  ["bc5cdr/dev.tsv.gz", bioTsv, 4581, 9593],
  ["bc5cdr/test.tsv.gz", bioTsv, 4797, 9809],
  ["ncbi_disease/train.tsv.gz", bioTsv, 5424, 5134],
  ["broad_twitter/train.conll", { ...bioTsv, emptyWords: "drop" }, 6338, 8779],
  // 1001 with a tweet that is one empty word and nothing else.
  ["broad_twitter/dev.conll", { ...bioTsv, emptyWords: "drop" }, 1000, 1730],
  ["broad_twitter/test.conll", { ...bioTsv, emptyWords: "drop" }, 2001, 4376],
  ["harveyner/train.bio", spaced, 3967, 1581],
  ["harveyner/test.bio", spaced, 1303, 500],
  ["pilener_391/dev.txt.gz", bioTsv, 2217, 30978],
  ["multiconer2_en/dev.conll", { ...spaced, comments: true }, 871, 1296],
  ["multiconer2_en/train90.conll.gz", { ...spaced, comments: true }, 15099, 22921],
  ["stackoverflow_ner/dev.txt", { ...bioTsv, tagColumn: 1 }, 4607, 4337],
  ["wetlab/train.conll.gz", bioTsv, 8444, 47757],
  ["bionlp13cg/test.tsv", bioTsv, 1906, 6881],
  ["jnlpba/dev.tsv", bioTsv, 1739, 4551],
  ["anem/test.tsv", bioTsv, 1882, 1256],
  ["wnut17/test.conll", bioTsv, 1287, 1079],
  ["wikigold/all.conll", spaced, 1696, 3558],
  ["gum_flat/test.conll", bioTsv, 1000, 3439],
  ["fin_sec/train.txt", spaced, 1164, 1168],
  ["uner_en_ewt/dev.iob2", { ...indexed, comments: true }, 2001, 966],
  ["cyner/train.txt", bioTsv, 2811, 3131],
  ["cyner/test.txt", bioTsv, 748, 936],
  ["scierc/test.txt", spaced, 551, 1683],
  ["tdmsci/test.conll", bioTsv, 487, 762],
  ["music_reco_ner/dataset1.bio", bioTsv, 600, 511],
  ["weibo_ner/test.conll", bioTsv, 270, 418],
];

describe("published corpora have their documented counts", () => {
  it.for(corpora)("%s", async ([path, format, sentences, mentions], { skip }) => {
    skip(missing(`data/${path}`));
    const examples = await readAll(shared(`data/${path}`), format);
    expect(examples.length).toBe(sentences);
    expect(examples.reduce((sum, { gold }) => sum + gold.length, 0)).toBe(mentions);
  });

  it.skipIf(missing("data/broad_twitter/dev.conll"))("empty words stop a build unless dropped", async () => {
    await expect(readAll(shared("data/broad_twitter/dev.conll"))).rejects.toThrow(/the word is empty/);
  });
});
