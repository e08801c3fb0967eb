import { type Command, Option } from "commander";
import { InputError } from "../core/errors.js";
import type { JournalMode } from "../files/journal.js";

/** Flags that say what becomes of an earlier run that was not finished. */
export interface ResumeFlags {
  readonly resume?: true;
  readonly overwrite?: true;
}

/** Adds them to a command; `did`: what its runs do, in the past. */
export function addResumeFlags(command: Command, did: string): Command {
  return command
    .option("--resume", `keep what an earlier run for the same file ${did}`)
    .addOption(new Option("--overwrite", `drop what an earlier run ${did}`).conflicts("resume"));
}

/** What they mean for the journal of the file that `flag` names. Throws InputError where it names none. */
export function journalMode(
  { resume, overwrite }: ResumeFlags,
  file: string | undefined,
  flag: string,
): JournalMode {
  if (file === undefined && (resume || overwrite)) {
    throw new InputError(`--resume and --overwrite are about the file of ${flag}: name it`);
  }
  if (resume) return "resume";
  return overwrite ? "overwrite" : "fresh";
}
