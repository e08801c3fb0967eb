import { Command } from "commander";
import { z } from "zod";
import { InputError } from "../core/errors.js";
import { readYaml } from "../tuning/plan-yaml.js";
import { positiveInteger } from "./positive-numbers.js";
import { runPython, trainerPython } from "./python-environment.js";

interface TrainFlags {
  readonly gpus: number;
  readonly download?: true;
  readonly install?: true;
}

const examples = `
Examples:
  $ gner train recipe.yaml --install
  $ gner train recipe.yaml --gpus 8
  $ GNER_PYTHON=/opt/venv/bin/python gner train recipe.yaml

Recipes with the paper's settings come with the package, in src/tuning/trainer/recipes; copy one beside your rows and
name them in it. Rows are what gner dataset build writes. Progress goes to stderr and, with all metrics, to the recipe's
output folder. Ctrl-C or SIGTERM ends a run after a checkpoint; the same command goes on from there. On a cluster the
same is run by torchrun or accelerate launch: each recipe begins with the command.`;

/** `gner train`: fine-tunes a model as a recipe says. */
export function trainCommand(signal: AbortSignal): Command {
  return new Command("train")
    .description("train Flan-T5, LLaMA or the built-in architecture on rows of gner dataset build")
    .argument("<recipe>", "YAML file: model, rows, settings")
    .option("--gpus <n>", "processes on this machine, one for each GPU", positiveInteger("--gpus"), 1)
    .option("--download", "fetch the recipe's model from the hub where it is not at hand")
    .option("--install", "make the Python environment where there is none; fetches several gigabytes")
    .addHelpText("after", examples)
    .action(async (recipe: string, flags: TrainFlags) => {
      const python = await trainerPython(flags.install ?? false, signal);
      const args = trainerArguments(recipe, await moduleOf(recipe), flags);
      const code = await runPython(python, args, { signal, results: "stdout" });
      if (signal.aborted) return;
      if (code === 2) throw new InputError("training did not start: see above");
      if (code !== 0) throw new Error(`training ended early (exit code ${code}): see above`);
    });
}

const recipeKeys = z.object({ architecture: z.string() });

/** The built-in architecture has a training of its own. A recipe that cannot be read is refused by the trainer. */
async function moduleOf(recipe: string): Promise<string> {
  const keys = await readYaml(recipe, recipeKeys, "recipe").catch(() => null);
  return keys?.architecture === "builtin" ? "gner_trainer.train_builtin" : "gner_trainer.train";
}

function trainerArguments(recipe: string, module: string, { gpus, download }: TrainFlags): string[] {
  // Without a time of its own the launcher kills processes in the middle of a step, or of their last checkpoint.
  const launcher = ["-m", "torch.distributed.run", "--standalone", "--shutdown-timeout", "600"];
  const processes = gpus === 1 ? [] : [...launcher, "--nproc-per-node", String(gpus)];
  return [...processes, "-m", module, recipe, ...(download ? ["--download"] : [])];
}
