import { endOfColumn, endOfLine, firstSpecial, isAscii } from "./bytes";
import { carriageReturn, hash, hyphen, letterO, newline, space } from "./characters";
import { between, classOf, escaped, isBoundary, setClasses } from "./lines";
import { setCounts, setFlags, setPlace, setUnknownTag } from "./results";
import { findTag, forgetTags, isBegin, labelOf, nameOf } from "./tags";

/** A tab, the tag `O` and a line end. */
const tabAndO: u32 = 0x0a4f09;

/** What `nextSentence` gives beside a place. */
const needsBytes: i32 = -1;
const meetsTag: i32 = -2;
const needsWords: i32 = -3;

let needsBegin: bool = false;
let hasComments: bool = false;
/** The number of the next line, from 1. */
let nextLine: i32 = 1;
/** Of the word before, in the file; -1 for none. */
let labelBefore: i32 = -1;
/** No quote, bracket or backslash stands between these places. */
let plainFrom: usize = 0;
let plainTo: usize = 0;

/** Where the line stands whose tag is to be added. */
let stoppedAt: usize = 0;
let stoppedLine: i32 = 0;
/** Whether only places of sentences are looked for. */
let skims: bool = false;

/** The sentence at work, as `PlainSentence` has it. */
let start: usize = 0;
let end: usize = 0;
let line: i32 = 0;
let isPlain: bool = true;
let hasWords: bool = false;
let hasMentions: bool = false;
let hasEscapes: bool = false;
let characters: i32 = 0;
/** Of each word: where it starts and ends, and its tag. */
let words: usize = 0;
let wordsRoom: usize = 0;
let wordsEnd: usize = 0;
export const wordSize: usize = 12;

/** Starts a file. */
export function startFile(isWhitespace: bool, needsBeginTags: bool, comments: bool): void {
  needsBegin = needsBeginTags;
  hasComments = comments;
  nextLine = 1;
  forgetTags();
  setClasses(isWhitespace);
}

/** Says that other bytes than before stand where sentences are looked for. */
export function startBlock(): void {
  plainFrom = 0;
  plainTo = 0;
}

/** Gives room for so many words of a sentence; those that are there are lost. */
export function setWords(at: usize, count: usize): void {
  words = at;
  wordsRoom = at + count * wordSize;
}

/** The number of the next line. */
export function lineAt(): i32 {
  return nextLine;
}

/** Goes back to a line, for a sentence to be found again. */
export function setLine(number: i32): void {
  nextLine = number;
}

/** Of the sentence that was found last. */
export function isPlainSentence(): bool {
  return isPlain;
}

/** Its words. */
export function wordsAt(): usize {
  return words;
}

export function wordsBehind(): usize {
  return wordsEnd;
}

export function hasEscapedWords(): bool {
  return hasEscapes;
}

export function charactersOfWords(): i32 {
  return characters;
}

/**
 * Finds the next sentence of some bytes from `from` on; all lines end in `\n`, and another one stands behind them, at
 * `to`, and 16 bytes behind that. Returns where to go on, or: that its boundary, or the end of the file, has not come, or
 * there is no room for its words, and the same place is to be scanned again; that a tag is to be added first, and then
 * `goOn` called. Of a sentence that is skimmed only the place is found: it never counts as plain.
 */
export function nextSentence(from: usize, to: usize, isEnd: bool, isSkimmed: bool): i32 {
  // A byte order mark may hide a comment in the first line.
  skims = isSkimmed && nextLine > 1;
  startSentence(from, nextLine);
  labelBefore = -1;
  return scan(from, nextLine, to, isEnd);
}

/** Goes on with the sentence whose tag was to be added, with the same bytes. */
export function goOn(to: usize, isEnd: bool): i32 {
  return scan(stoppedAt, stoppedLine, to, isEnd);
}

function scan(from: usize, fromLine: i32, to: usize, isEnd: bool): i32 {
  let at = from;
  let number = fromLine;
  metTag = false;
  while (at < to) {
    const first = load<u8>(at);
    if (first <= space || first == hyphen || first == hash) {
      const close = endOfLine(at);
      if (close >= to) return needsBytes;
      if (isBoundary(at, close)) {
        end = at;
        if (!isAscii(at, close)) {
          // The line is to be read as text, on its own: it may be none.
          if (end > start) return found(at, number);
          isPlain = false;
          end = close + 1;
          return found(close + 1, number + 1);
        }
        number++;
        at = close + 1;
        if (end > start) return found(at, number);
        startSentence(at, number);
        continue;
      }
      if (hasComments && !hasWords && first == hash && load<u8>(at, 1) == space) {
        isPlain = isPlain && isAscii(at, close);
        number++;
        at = close + 1;
        continue;
      }
    }
    hasWords = true;
    if (!isPlain) {
      at = endOfLine(at) + 1;
      if (at > to) return needsBytes;
      number++;
      continue;
    }
    const before = wordsEnd;
    at = takeSimpleWords(at, to, number);
    number += <i32>((wordsEnd - before) / wordSize);
    if (metTag) return stop(at, number);
    if (wordsEnd == wordsRoom) return needsWords;
    if (wordsEnd > before) continue;
    at = takeWord(at, to, number);
    if (metTag) return stop(at, number);
    if (at > to) return needsBytes;
    number++;
  }
  if (!isEnd || start == at) return needsBytes;
  end = at;
  return found(at, number);
}

function stop(at: usize, number: i32): i32 {
  stoppedAt = at;
  stoppedLine = number;
  return meetsTag;
}

function startSentence(at: usize, number: i32): void {
  start = at;
  line = number;
  isPlain = !skims;
  hasWords = false;
  hasMentions = false;
  hasEscapes = false;
  characters = 0;
  wordsEnd = words;
}

function found(next: usize, number: i32): i32 {
  nextLine = number;
  setPlace(start, end, line);
  setFlags(isPlain, hasWords, hasMentions);
  setCounts(<i32>((wordsEnd - words) / wordSize), characters);
  return <i32>next;
}

/**
 * Adds the words of lines up to the first one that is a boundary, or holds a character with a meaning in JSON or in
 * targets, or needs a closer look for another reason. Returns where that line starts.
 */
function takeSimpleWords(from: usize, to: usize, number: i32): usize {
  if (from < plainFrom || from > plainTo) {
    plainFrom = from;
    plainTo = firstSpecial(from, to);
  }
  const special = min(plainTo, to);
  const room = wordsRoom;
  let word = wordsEnd;
  let at = from;
  while (word < room) {
    const first = load<u8>(at);
    if (first == hyphen || first == hash) break;
    const wordEnd = endOfColumn(at);
    let close = wordEnd + 2;
    let code = 0;
    if ((load<u32>(wordEnd) & 0xffffff) == tabAndO) labelBefore = -1;
    else {
      const tagStart = startOfTag(wordEnd);
      close = endOfColumn(tagStart);
      if (load<u8>(close) != newline || close == tagStart || close >= special) break;
      const before = labelBefore;
      code = codeOf(tagStart, close, number + <i32>((word - wordsEnd) / wordSize));
      if (code < 0) {
        labelBefore = before;
        break;
      }
      if (code > 0) hasMentions = true;
    }
    if (wordEnd == at || close >= special) break;
    word = putWord(word, at, wordEnd, code);
    characters += <i32>(wordEnd - at);
    at = close + 1;
  }
  wordsEnd = word;
  return at;
}

/** Returns where the next word is to be put. */
function putWord(to: usize, wordStart: usize, wordEnd: usize, code: i32): usize {
  store<u32>(to, wordStart);
  store<u32>(to, wordEnd, 4);
  store<i32>(to, code, 8);
  return to + wordSize;
}

/** Where the last column of a line starts whose first one ends here. */
function startOfTag(wordEnd: usize): usize {
  let at = wordEnd;
  while (classOf(at) == between) {
    const close = endOfColumn(at + 1);
    if (classOf(close) != between) return at + 1;
    at = close;
  }
  return at;
}

/**
 * Adds the word of a line, or makes the sentence one that is not plain. Returns where the next line starts; where its tag is
 * to be added first, where the line itself does.
 */
function takeWord(from: usize, to: usize, number: i32): usize {
  let at = from;
  let isEscaped = false;
  for (; classOf(at) <= escaped; at++) isEscaped = isEscaped || classOf(at) == escaped;
  const wordEnd = at;
  let tagStart = at;
  let isPlainWord = wordEnd > from && classOf(at) == between;
  for (; load<u8>(at) != newline; at++) {
    const byte = load<u8>(at);
    if (classOf(at) == between) tagStart = at + 1;
    else if (byte >= 0x80 || byte == carriageReturn) isPlainWord = false;
  }
  if (at >= to) return to + 1;
  if (isPlainWord && tagStart < at) {
    const before = labelBefore;
    const code = codeOf(tagStart, at, number);
    if (metTag) {
      labelBefore = before;
      return from;
    }
    if (code >= 0) {
      wordsEnd = putWord(wordsEnd, from, wordEnd, code);
      characters += <i32>(wordEnd - from);
      if (code > 0) hasMentions = true;
      hasEscapes = hasEscapes || isEscaped;
      return at + 1;
    }
  }
  isPlain = false;
  return at + 1;
}

/** Whether a tag came that is to be added first. */
let metTag: bool = false;

/** As `PlainSentence.tag` has it; -1 for a tag that is not to be taken as it is, or is not known. */
function codeOf(tagStart: usize, tagEnd: usize, number: i32): i32 {
  const before = labelBefore;
  labelBefore = -1;
  if (tagEnd == tagStart + 1 && load<u8>(tagStart) == letterO) return 0;
  const tag = findTag(tagStart, tagEnd);
  if (tag == 0) {
    setUnknownTag(tagStart, tagEnd, number);
    metTag = true;
    return -1;
  }
  const label = labelOf(tag);
  if (label < 0) return -1;
  const continues = !isBegin(tag) && label == before;
  if (!continues && !isBegin(tag) && needsBegin) return -1;
  labelBefore = label;
  return 1 + 2 * nameOf(tag) + i32(continues);
}
