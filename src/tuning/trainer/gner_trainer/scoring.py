"""F1 of generations, as `gner score` reads and measures them."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

from .recipe import RecipeError


def scorer() -> list[str]:
    """The command line of gner: GNER_CLI, or the `gner` on the path. Raises RecipeError where there is none."""
    given = os.environ.get("GNER_CLI")
    found = shutil.which("gner")
    if given:
        return shlex.split(given)
    if found:
        return [found]
    raise RecipeError("dev F1 is measured by gner: put it on the path, name it in GNER_CLI, or leave out dev")


def score(generations: list[dict], file: Path, tokenizer: Path, command: list[str]) -> dict:
    """What `gner score` says of the generations, which stay in `file`. Raises RecipeError where it fails."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in generations), encoding="utf-8")
    done = subprocess.run(
        [*command, "score", str(file), "--tokenizer", str(tokenizer), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RecipeError(f"gner score failed: {done.stderr.strip()}")
    return json.loads(done.stdout)
