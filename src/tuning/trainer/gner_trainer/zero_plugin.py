"""ZeRO for models that one GPU cannot hold: its settings, filled in from the recipe."""

import json
from pathlib import Path

from accelerate import DeepSpeedPlugin

from .recipe import Recipe, RecipeError

FOLDER = Path(__file__).parent / "zero"


def plugin(recipe: Recipe, passes: int) -> DeepSpeedPlugin | None:
    """None where the recipe asks for none. Raises RecipeError where DeepSpeed is not installed."""
    if recipe.deepspeed is None:
        return None
    settings = json.loads((FOLDER / f"{recipe.deepspeed}.json").read_text(encoding="utf-8"))
    settings |= {
        "train_micro_batch_size_per_gpu": recipe.rows_per_device,
        "gradient_accumulation_steps": passes,
        "gradient_clipping": recipe.clip_norm,
        "bf16": {"enabled": recipe.precision == "bf16"},
    }
    try:
        return DeepSpeedPlugin(hf_ds_config=settings)
    except ImportError as error:
        raise RecipeError('deepspeed is not installed: add the extra "deepspeed" of the trainer') from error
