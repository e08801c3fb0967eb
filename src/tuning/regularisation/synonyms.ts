import { labelSet } from "../../codecs/label-set.js";
import { excerpt, InputError } from "../../core/errors.js";
import type { Random } from "../random.js";

/** Other ways to say a label. */
export interface LabelWording {
  /** Other names: `programming language` -> `computer language`. */
  readonly names: readonly string[];
  /** What it is, in a few plain words: `a language that programs are written in`. */
  readonly descriptions: readonly string[];
}

/** How often prompts ask for a label in other words. */
export interface SynonymSettings {
  /** The chance of each label of a prompt to be asked for in other words, where it has some. 0 to 1. */
  readonly probability: number;
  /** The chance that those are a description rather than a name, where the label has both. 0 to 1. */
  readonly descriptions: number;
}

/** The wordings of labels, found in any case of letters. */
export class Synonyms {
  private readonly wordings = new Map<string, LabelWording>();

  /** Throws InputError for a wording that cannot stand in a prompt. */
  constructor(
    table: Readonly<Record<string, LabelWording>>,
    private readonly settings: SynonymSettings,
  ) {
    for (const [label, { names, descriptions }] of Object.entries(table)) {
      this.wordings.set(written(label).toLowerCase(), {
        names: names.map(written),
        descriptions: descriptions.map(written),
      });
    }
  }

  /**
   * What each label is called in one prompt: its own name for those that are not in the result. No two labels get the
   * same wording, and none that of another label or one of `taken`.
   */
  draw(labels: readonly string[], taken: readonly string[], random: Random): ReadonlyMap<string, string> {
    const used = new Set([...labels, ...taken].map((label) => label.toLowerCase()));
    const drawn = new Map<string, string>();
    for (const label of labels) {
      const wording = this.wordings.get(label.toLowerCase());
      if (wording === undefined || !random.chance(this.settings.probability)) continue;
      const isFree = (name: string) => !used.has(name.toLowerCase());
      const names = wording.names.filter(isFree);
      const descriptions = wording.descriptions.filter(isFree);
      const describe =
        names.length === 0 || (descriptions.length > 0 && random.chance(this.settings.descriptions));
      for (const name of random.sample(describe ? descriptions : names, 1)) {
        drawn.set(label, name);
        used.add(name.toLowerCase());
      }
    }
    return drawn;
  }
}

/** As it stands in prompts: without brackets, commas and line breaks. */
function written(name: string): string {
  const [shown] = labelSet([name]).shown;
  if (shown === undefined) throw new InputError(`${excerpt(name)} cannot stand in a prompt`);
  return shown;
}
