"""What a run says of itself: lines of JSON, TensorBoard, and a line on standard error."""

import json
import sys
from pathlib import Path


class Metrics:
    """`metrics.jsonl` has one object a line, each with its `step`, or how far the run is by another unit. After a
    resume, lines behind the step that the run goes on from are cut off: those steps are taken again."""

    def __init__(self, output: Path, step: int, unit: str = "step"):
        self._unit, self._file = unit, output / "metrics.jsonl"
        self._keep_until(step)
        self._board = None
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            print("no TensorBoard here: metrics go to metrics.jsonl alone", file=sys.stderr)
        else:
            self._board = SummaryWriter(str(output / "tensorboard"), purge_step=step + 1)

    def write(self, step: int, values: dict[str, float]) -> None:
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({self._unit: step} | values) + "\n")
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)
        shown = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        print(f"{self._unit} {step}  {shown}", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._board is not None:
            self._board.close()

    def _keep_until(self, step: int) -> None:
        if not self._file.exists():
            return
        # A last line without its end was being written when the run was killed.
        lines = [line for line in self._file.read_text(encoding="utf-8").splitlines(True) if line.endswith("\n")]
        kept = [line for line in lines if json.loads(line)[self._unit] <= step]
        part = self._file.with_suffix(".part")
        part.write_text("".join(kept), encoding="utf-8")
        part.replace(self._file)
