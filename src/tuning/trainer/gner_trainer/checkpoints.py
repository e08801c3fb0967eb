"""Checkpoints of a run: written beside their final name, renamed when whole, the oldest removed.

`checkpoints/step-000120/` holds `model/` (what transformers or peft loads), `state/` (optimiser, random states, and,
sharded, all else that going on needs) and `run.json`.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from accelerate import Accelerator

from .language_models import LanguageModel
from .recipe import Recipe, RecipeError
from .run_folder import checkpoints, folder_of


@dataclass(frozen=True)
class RunState:
    """`step` steps were taken; `dev_pending`: the run was stopped before dev F1 of this step was measured."""

    step: int
    recipe: str
    data: str
    processes: int
    dev_pending: bool = False


def save(accelerator: Accelerator, language: LanguageModel, model, output: Path, state: RunState, keep: int) -> Path:
    final = folder_of(output, state.step)
    part = final.with_name(f"{final.name}.part")
    if accelerator.is_main_process:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(part / "state"))
    weights = accelerator.get_state_dict(model)
    if accelerator.is_main_process:
        accelerator.unwrap_model(model).save_pretrained(part / "model", state_dict=weights)
        language.tokenizer.save_pretrained(part / "model")
        (part / "run.json").write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
        # The same step again, after a stop in the middle of its measurement.
        shutil.rmtree(final, ignore_errors=True)
        part.rename(final)
        for old in checkpoints(output)[:-keep]:
            shutil.rmtree(old)
    accelerator.wait_for_everyone()
    return final


def last_state(output: Path, recipe: Recipe, data: str, processes: int) -> RunState | None:
    """Where an earlier run of the same recipe over the same rows stands. Raises RecipeError for another one's."""
    found = checkpoints(output)
    if not found:
        return None
    state = RunState(**json.loads((found[-1] / "run.json").read_text(encoding="utf-8")))
    if (state.recipe, state.data) != (recipe.digest(), data):
        raise RecipeError(f"{output} holds a run of another recipe or other rows: name another output, or remove it")
    if recipe.deepspeed is not None and state.processes != processes:
        raise RecipeError(f"{output} was trained on {state.processes} GPUs; ZeRO's state goes on with as many only")
    return state
