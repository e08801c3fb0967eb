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

/** The formats of JSON entries, in code unit order. */
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
] as const;

export type JsonKind = (typeof jsonKinds)[number];

export const jsonReaders: Readonly<Record<JsonKind, JsonReader>> = {
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
};
