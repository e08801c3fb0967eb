"""A training run shared by two processes, as `torchrun` starts it."""

import os
import subprocess
import sys
from pathlib import Path

import gner_trainer

# Threads of a process group that outlive it take down the interpreter at its end, now and then.
SCRIPT = """
import sys
from pathlib import Path
import gner_trainer.{module} as trainer
trainer.main()
if sys.platform == "linux":
    threads = [file.read_text().strip() for file in Path("/proc/self/task").glob("*/comm")]
    assert threads and not [name for name in threads if "gloo" in name], threads
"""


def run_two(module: str, recipe: Path) -> subprocess.CompletedProcess:
    """Fails where a process does, or leaves threads of its group behind."""
    script = recipe.with_suffix(".py")
    script.write_text(SCRIPT.format(module=module), encoding="utf-8")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(gner_trainer.__file__).parents[1])}
    done = subprocess.run(
        [*launcher, str(script), str(recipe)], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done
