"""Where a run keeps its checkpoints."""

import re
import signal
from pathlib import Path

from .recipe import RecipeError

# The exit code of a run that was told to stop, and can go on.
STOPPED = 128 + signal.SIGTERM


def folder_of(output: Path, step: int) -> Path:
    return output / "checkpoints" / f"step-{step:06}"


def checkpoints(output: Path) -> list[Path]:
    """All whole ones, oldest first."""
    found = (output / "checkpoints").glob("step-*")
    return sorted(path for path in found if re.fullmatch(r"step-\d+", path.name))


def model_folder(path: Path) -> Path:
    """Of a run's folder the last checkpoint's model, of a checkpoint its model, of a model's folder itself."""
    last = checkpoints(path)
    candidates = [last[-1] / "model"] if last else [path / "model", path]
    for folder in candidates:
        if (folder / "config.json").exists() or (folder / "adapter_config.json").exists():
            return folder
    raise RecipeError(f"{path} is neither a run, nor a checkpoint, nor a model's folder")
