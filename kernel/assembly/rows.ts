import { putNumber } from "./bytes";
import { backslash, quote, space } from "./characters";
import { labelLength, labelStamp, orderAll, pairSize, shuffleAll } from "./labels";
import { setNeeded, setReached } from "./results";
import {
  charactersOfWords,
  hasEscapedWords,
  isPlainSentence,
  lineAt,
  nextSentence,
  setLine,
  wordSize,
  wordsAt,
  wordsBehind,
} from "./scan";
import { put, putExactly, sizeOf, stampSpill } from "./stamps";

/** `(O) ` as a number. */
const outside: u32 = 0x20294f28;

/** A word puts up to 7 bytes behind itself. */
const wordSpill: u32 = 8;

/** Of an index and a round. */
const longestNumbers: u32 = 24;

/** Stamps of what stands around what differs. */
let beforeId: usize = 0;
let beforeRound: usize = 0;
let beforeLabels: usize = 0;
let beforeSentence: usize = 0;
let beforeTarget: usize = 0;
let behindTarget: usize = 0;
let fixedSize: u32 = 0;

/** Of each tag by its code: its stamp, with a space behind it, and how many characters it has. */
let tags: usize = 0;
/** Of each name: how many mentions the rows have. */
let mentions: usize = 0;
let largestTag: u32 = 0;
let separatorSize: u32 = 0;
let separatorLength: i32 = 0;

/** Where the next row is put. */
let rowAt: usize = 0;
let rowsEnd: usize = 0;
/** Of each row: where it ends, and how many characters its labels, its sentence and its target have. */
let recordAt: usize = 0;
let recordsEnd: usize = 0;
const recordSize: usize = 16;

/** Stamps of a row around what differs; `id` is 0 where rows have none. */
export function setFrame(
  id: usize,
  round: usize,
  atLabels: usize,
  atSentence: usize,
  atTarget: usize,
  atEnd: usize,
): void {
  beforeId = id;
  beforeRound = round;
  beforeLabels = atLabels;
  beforeSentence = atSentence;
  beforeTarget = atTarget;
  behindTarget = atEnd;
  fixedSize = longestNumbers + sizeOf(atLabels) + sizeOf(atSentence) + sizeOf(atTarget) + sizeOf(atEnd);
  if (id != 0) fixedSize += sizeOf(id) + sizeOf(round);
}

export function setTags(at: usize, largest: u32, mentionsAt: usize): void {
  tags = at;
  largestTag = largest;
  mentions = mentionsAt;
}

/** How many bytes and characters the separator behind a label has. */
export function setSeparator(size: u32, length: i32): void {
  separatorSize = size;
  separatorLength = length;
}

export function setRows(at: usize, end: usize, records: usize, recordCount: u32): void {
  rowAt = at;
  rowsEnd = end;
  recordAt = records;
  recordsEnd = records + <usize>recordCount * recordSize;
}

export function recordsBehind(): usize {
  return recordAt;
}

/**
 * Puts the rows of the next plain sentences, at most so many; see `nextSentence` for the first three. Each asks for the
 * first so many labels. Returns how many rows were put: up to the first sentence that needs a closer look, or has no room.
 */
export function putRows(
  from: usize,
  to: usize,
  isEnd: bool,
  most: u32,
  firstIndex: u32,
  round: u32,
  labelCount: u32,
  isShuffled: bool,
): u32 {
  let at = from;
  let taken: u32 = 0;
  if (!isShuffled) orderAll(labelCount);
  while (taken < most) {
    const lineBefore = lineAt();
    const next = nextSentence(at, to, isEnd, false);
    if (next < 0) break;
    if (!isPlainSentence()) {
      setLine(lineBefore);
      break;
    }
    if (wordsBehind() > wordsAt()) {
      const index = firstIndex + taken;
      if (isShuffled) shuffleAll(labelCount, index, round);
      if (!putRow(index, round, labelCount)) {
        setLine(lineBefore);
        break;
      }
      taken++;
    }
    at = next;
  }
  setReached(at);
  return taken;
}

/** Puts the row of the sentence that was found last, with so many labels of the order. False where there is no room. */
export function putRow(index: u32, round: u32, count: u32): bool {
  let labelSize: u32 = 0;
  let labelsLength = -separatorLength;
  for (let i: u32 = 0; i < count; i++) {
    labelSize += sizeOf(labelStamp(i));
    labelsLength += labelLength(i) + separatorLength;
  }
  const characters = charactersOfWords();
  const wordCount = <u32>((wordsBehind() - wordsAt()) / wordSize);
  // A character takes two bytes at most, and stands there twice; a space and a tag stand behind each word.
  const besideTags = <u64>fixedSize + labelSize + 4 * <u64>characters + wordCount + stampSpill;
  const room = <u64>(rowsEnd - rowAt);
  if (besideTags + <u64>wordCount * largestTag > room) {
    const needed = besideTags + tagSizes();
    if (needed > room) {
      setNeeded(needed);
      return false;
    }
  }
  if (recordAt == recordsEnd) {
    setNeeded(0);
    return false;
  }
  let at = rowAt;
  if (beforeId != 0) {
    at = putNumber(index, put(beforeId, at));
    if (round > 0) at = putNumber(round + 1, put(beforeRound, at));
  }
  at = put(beforeLabels, at);
  for (let i: u32 = 0; i < count; i++) at = put(labelStamp(i), at);
  if (count > 0) at -= separatorSize;
  at = put(beforeSentence, at);
  // What words put too much must not reach into the target.
  const areApart = sizeOf(beforeTarget) >= wordSpill;
  at = hasEscapedWords() || !areApart ? putOneByOne(at) : putTexts(at, at + characters + wordCount - 1);
  at = put(behindTarget, at);
  const sentenceLength = characters + <i32>wordCount - 1;
  store<u32>(recordAt, at);
  store<i32>(recordAt, labelsLength, 4);
  store<i32>(recordAt, sentenceLength, 8);
  store<i32>(recordAt, sentenceLength + tagLengths(), 12);
  recordAt += recordSize;
  rowAt = at;
  return true;
}

/**
 * The sentence, which ends at `middle`, what stands between it and the target, and the target; returns where that ends.
 * Each word is put in both places at once, eight bytes at a time, and what it puts too much is put over.
 */
function putTexts(from: usize, middle: usize): usize {
  const end = wordsBehind();
  let at = from;
  let target = middle + sizeOf(beforeTarget);
  for (let word = wordsAt(); word < end; word += wordSize) {
    const wordStart = <usize>load<u32>(word);
    const size = <usize>load<u32>(word, 4) - wordStart;
    for (let i: usize = 0; i < size; i += 8) {
      const bytes = load<u64>(wordStart + i);
      store<u64>(at + i, bytes);
      store<u64>(target + i, bytes);
    }
    at += size;
    store<u8>(at++, space);
    target += size;
    const code = load<u32>(word, 8);
    if (code == 0) {
      store<u32>(target, outside);
      target += 4;
    } else target = put(stampOfTag(code), target);
  }
  putExactly(beforeTarget, middle);
  // Without the space behind the last tag.
  return target - 1;
}

/** As `putTexts`, also of words with characters that JSON escapes. */
function putOneByOne(from: usize): usize {
  const end = wordsBehind();
  let at = from;
  for (let word = wordsAt(); word < end; word += wordSize) {
    if (word > wordsAt()) store<u8>(at++, space);
    at = putEscaped(load<u32>(word), load<u32>(word, 4), at);
  }
  at = put(beforeTarget, at);
  for (let word = wordsAt(); word < end; word += wordSize) {
    at = putEscaped(load<u32>(word), load<u32>(word, 4), at);
    at = put(stampOfTag(load<u32>(word, 8)), at);
  }
  return at - 1;
}

/** Puts a word of plain characters as JSON has it. */
function putEscaped(from: usize, end: usize, to: usize): usize {
  let at = to;
  for (let i = from; i < end; i++) {
    const byte = load<u8>(i);
    if (byte == quote || byte == backslash) store<u8>(at++, backslash);
    store<u8>(at++, byte);
  }
  return at;
}

/** How many bytes the tags of all words take, with a space behind each. */
function tagSizes(): u64 {
  const end = wordsBehind();
  let size: u64 = 0;
  for (let word = wordsAt(); word < end; word += wordSize) size += sizeOf(stampOfTag(load<u32>(word, 8)));
  return size;
}

/** How many characters tags and what stands around them add to the words; counts the mentions that begin. */
function tagLengths(): i32 {
  const end = wordsBehind();
  let length: i32 = 0;
  for (let word = wordsAt(); word < end; word += wordSize) {
    const code = load<u32>(word, 8);
    length += 2 + load<i32>(tags + <usize>code * pairSize, 4);
    if ((code & 1) == 1) {
      const counter = mentions + ((code >> 1) << 2);
      store<i32>(counter, load<i32>(counter) + 1);
    }
  }
  return length;
}

function stampOfTag(code: u32): usize {
  return load<u32>(tags + <usize>code * pairSize);
}
