import type { CorpusFormat } from "../src/tuning/corpora/corpus.js";

/** One file of a suite and how its labels are written. */
export interface SuiteDataset {
  readonly name: string;
  /** Below the data folder. */
  readonly file: string;
  /** Only every so-many-th sentence, from the first on. Default 1: all. */
  readonly every?: number;
  readonly format: CorpusFormat;
  /** Every label of the file -> the words a model is asked for. A label outside the table is a FormatError. */
  readonly labelNames: Readonly<Record<string, string>>;
}

/** Data sets that are evaluated and averaged together. */
export interface Suite {
  readonly name: string;
  readonly datasets: readonly SuiteDataset[];
}

/** The label set of a data set: all types of its table, in code unit order. */
export function labelsOf({ labelNames }: SuiteDataset): string[] {
  return [...new Set(Object.values(labelNames))].sort();
}

const wordThenTag: CorpusFormat = {
  kind: "columns",
  wordColumn: 0,
  tagColumn: 1,
  separator: "tab",
  scheme: "bio",
  comments: false,
  emptyWords: "refuse",
};
const tagThenWord: CorpusFormat = { ...wordThenTag, wordColumn: 1, tagColumn: 0 };

/**
 * CrossNER's labels that are not words as they stand. The wordings were fixed before anything was measured on these
 * sets, and stay: choosing them by their score would be training on the test.
 */
const crossNerWords: Readonly<Record<string, string>> = {
  academicjournal: "academic journal",
  astronomicalobject: "astronomical object",
  chemicalcompound: "chemical compound",
  chemicalelement: "chemical element",
  literarygenre: "literary genre",
  misc: "miscellaneous",
  musicalartist: "musical artist",
  musicalinstrument: "musical instrument",
  musicgenre: "music genre",
  organisation: "organization",
  politicalparty: "political party",
  programlang: "programming language",
};

function crossNer(domain: string, fileLabels: string): SuiteDataset {
  const labelNames = Object.fromEntries(
    fileLabels.split(" ").map((label) => [label, crossNerWords[label] ?? label]),
  );
  return {
    name: `crossner-${domain}`,
    file: `crossner_${domain}/test.txt`,
    format: wordThenTag,
    labelNames,
  };
}

/** The zero-shot test sets of the paper (arXiv 2402.16602): five domains of CrossNER, MIT movie and MIT restaurant. */
export const zeroShot: Suite = {
  name: "zero-shot",
  datasets: [
    crossNer(
      "ai",
      "algorithm conference country field location metrics misc organisation person product programlang researcher task university",
    ),
    crossNer(
      "literature",
      "award book country event literarygenre location magazine misc organisation person poem writer",
    ),
    crossNer(
      "music",
      "album award band country event location misc musicalartist musicalinstrument musicgenre organisation person song",
    ),
    crossNer(
      "politics",
      "country election event location misc organisation person politicalparty politician",
    ),
    crossNer(
      "science",
      "academicjournal astronomicalobject award chemicalcompound chemicalelement country discipline enzyme event location misc organisation person protein scientist theory university",
    ),
    {
      name: "mit-movie",
      file: "mit_movie/test.bio",
      format: tagThenWord,
      labelNames: {
        ACTOR: "actor",
        CHARACTER: "character",
        DIRECTOR: "director",
        GENRE: "genre",
        PLOT: "plot",
        RATING: "rating",
        RATINGS_AVERAGE: "average ratings",
        REVIEW: "review",
        SONG: "song",
        TITLE: "title",
        TRAILER: "trailer",
        YEAR: "year",
      },
    },
    {
      name: "mit-restaurant",
      file: "mit_restaurant/test.bio",
      format: tagThenWord,
      labelNames: {
        Amenity: "amenity",
        Cuisine: "cuisine",
        Dish: "dish",
        Hours: "hours",
        Location: "location",
        Price: "price",
        Rating: "rating",
        Restaurant_Name: "restaurant name",
      },
    },
  ],
};
