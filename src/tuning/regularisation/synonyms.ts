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
  /** For each wording, and each label as a wording of its own, the labels that it stands for; all folded. */
  private readonly meanings = new Map<string, Set<string>>();

  /** Throws InputError for a wording that cannot stand in a prompt. */
  constructor(
    table: Readonly<Record<string, LabelWording>>,
    private readonly settings: SynonymSettings,
  ) {
    for (const [label, { names, descriptions }] of Object.entries(table)) {
      const wording = { names: names.map(written), descriptions: descriptions.map(written) };
      const folded = written(label).toLowerCase();
      this.wordings.set(folded, wording);
      for (const name of [folded, ...wording.names, ...wording.descriptions]) this.addMeaning(name, folded);
    }
  }

  /**
   * What each label is called in one prompt: its own name for those that are not in the result. No two labels get the
   * same wording, and none gets one that is, or may be said for, another label or one of `taken`.
   */
  draw(labels: readonly string[], taken: readonly string[], random: Random): ReadonlyMap<string, string> {
    const others = new Set([...labels, ...taken].map(fold));
    const used = new Set(others);
    const drawn = new Map<string, string>();
    for (const label of labels) {
      const own = fold(label);
      const wording = this.wordings.get(own);
      if (wording === undefined || !random.chance(this.settings.probability)) continue;
      const isFree = (name: string) =>
        !used.has(fold(name)) && !this.meansOther(name, (meant) => meant !== own && others.has(meant));
      const names = wording.names.filter(isFree);
      const descriptions = wording.descriptions.filter(isFree);
      const describe =
        names.length === 0 || (descriptions.length > 0 && random.chance(this.settings.descriptions));
      for (const name of random.sample(describe ? descriptions : names, 1)) {
        drawn.set(label, name);
        used.add(fold(name));
      }
    }
    return drawn;
  }

  /** Whether a label may mean one of some others: one of the two is a wording of the other, or both have a wording. */
  alike(others: readonly string[]): (label: string) => boolean {
    const folded = new Set(others.map(fold));
    return (label) => {
      const { names, descriptions } = this.wordings.get(fold(label)) ?? { names: [], descriptions: [] };
      return [label, ...names, ...descriptions].some(
        (name) => folded.has(fold(name)) || this.meansOther(name, (meant) => folded.has(meant)),
      );
    };
  }

  private addMeaning(name: string, label: string): void {
    const known = this.meanings.get(fold(name));
    if (known === undefined) this.meanings.set(fold(name), new Set([label]));
    else known.add(label);
  }

  private meansOther(name: string, isOther: (label: string) => boolean): boolean {
    return [...(this.meanings.get(fold(name)) ?? [])].some(isOther);
  }
}

function fold(name: string): string {
  return name.toLowerCase();
}

/** As it stands in prompts: without brackets, commas and line breaks. */
function written(name: string): string {
  const [shown] = labelSet([name]).shown;
  if (shown === undefined) throw new InputError(`${excerpt(name)} cannot stand in a prompt`);
  return shown;
}
