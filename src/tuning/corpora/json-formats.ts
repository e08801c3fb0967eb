import { conversations } from "./conversations.js";
import { doccano } from "./doccano.js";
import { docred } from "./docred.js";
import { gliner } from "./gliner.js";
import { gner } from "./gner.js";
import { instructUie } from "./instruct-uie.js";
import type { JsonReader } from "./json-reader.js";
import { labelStudio } from "./label-studio.js";
import { presidio } from "./presidio.js";
import { prodigy } from "./prodigy.js";
import { spacy } from "./spacy.js";
import { spert } from "./spert.js";
import { tokenMentions } from "./token-mentions.js";
import { typeQuestions } from "./type-questions.js";

/** The formats of JSON entries. */
export const jsonReaders = {
  conversations,
  doccano,
  docred,
  gliner,
  gner,
  "instruct-uie": instructUie,
  "label-studio": labelStudio,
  presidio,
  prodigy,
  spacy,
  spert,
  "token-mentions": tokenMentions,
  "type-questions": typeQuestions,
} as const satisfies Readonly<Record<string, JsonReader>>;

export type JsonKind = keyof typeof jsonReaders;

/** All of them, in code unit order. */
export const jsonKinds = [
  "conversations",
  "doccano",
  "docred",
  "gliner",
  "gner",
  "instruct-uie",
  "label-studio",
  "presidio",
  "prodigy",
  "spacy",
  "spert",
  "token-mentions",
  "type-questions",
] as const satisfies readonly JsonKind[];
