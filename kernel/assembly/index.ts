export { foldWords } from "./fold";
export { resultsAt } from "./results";
export {
  orderAll,
  putRow,
  putRows,
  recordsBehind,
  setFrame,
  setKey,
  setLabels,
  setRows,
  setTags,
  shuffleAll,
} from "./rows";
export { goOn, nextSentence, setWords, startBlock, startFile, wordsAt } from "./scan";
export { addTag } from "./tags";
