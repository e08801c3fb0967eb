export { foldWords } from "./fold";
export { orderAll, setKey, setLabels, shuffleAll } from "./labels";
export { resultsAt } from "./results";
export { putRow, putRows, recordsBehind, setFrame, setRows, setSeparator, setTags } from "./rows";
export { goOn, nextSentence, setWords, startBlock, startFile } from "./scan";
export { addTag } from "./tags";
