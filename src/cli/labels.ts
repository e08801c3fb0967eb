import type { Command } from "commander";
import { InputError } from "../core/errors.js";
import { readText } from "./sources.js";

/** Flags that name the entity types. */
export interface LabelFlags {
  readonly labels?: string;
  readonly labelsFile?: string;
}

/** Adds them to a command. */
export function addLabelFlags(command: Command): Command {
  return command
    .option("--labels <a,b,...>", "entity types, parted by commas")
    .option("--labels-file <file>", "entity types, one per line");
}

/** The entity types of `--labels` or `--labels-file`. Throws InputError for none, for both, and for empty ones. */
export async function readLabels({ labels, labelsFile }: LabelFlags): Promise<string[]> {
  if (labels !== undefined && labelsFile !== undefined) {
    throw new InputError("give either --labels or --labels-file, not both");
  }
  if (labelsFile !== undefined) {
    const lines = (await readText(labelsFile)).split(/\r?\n/);
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  }
  if (labels === undefined || labels.trim() === "") {
    throw new InputError('no labels: name the entity types with --labels "person,city" or --labels-file');
  }
  const names = labels.split(",").map((label) => label.trim());
  if (names.includes("")) throw new InputError("--labels has an empty label: look for a comma too many");
  return names;
}
