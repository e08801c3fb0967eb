"""Trains the built-in architecture on rows of the compact style, as `gner dataset build` writes them.

    gner train RECIPE.yaml --gpus 2
    torchrun --shutdown-timeout 600 --nproc-per-node 2 -m gner_trainer.train_builtin RECIPE.yaml

The recipe's output folder gets `weights.safetensors`, what a resumed run needs, and `metrics.jsonl`. A run that finds
its own checkpoint there goes on from it; SIGTERM and Ctrl-C end it after a checkpoint. Each process has one thread: on
a CPU one process a core is faster than one process with many threads.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import torch
import torch.distributed as dist
from pydantic import Field
from safetensors.torch import load_file, save_file
from torch import Tensor

from .builtin_batches import Batch, RowError, RowFile, batch_order, collate
from .builtin_dev import DevRows
from .builtin_start import locate, start_model
from .builtin_training import loss_weights, token_losses
from .inputs import Pieces
from .metrics import Metrics
from .model import Gner
from .recipe import Count, Rate, RecipeError, Strict, read_keys
from .run_folder import STOPPED

# Steps that a line of metrics is the mean of.
LOG_EVERY = 50


class BuiltinRecipe(Strict):
    """How the built-in architecture is trained. Counts are in examples (rows), whatever the size of a batch."""

    architecture: Literal["builtin"]
    # JSONL rows of the compact style. This path and those below are relative to the recipe.
    rows: str
    # What the weights start from: a BERT encoder's or a finished model's `.safetensors`, a model folder of 8 bits,
    # `builtin` for the built-in model, or `package:NAME` for an encoder that an installed Python package carries.
    start: str
    # The tokenizer.json; `builtin` and `package:NAME` have it too.
    tokenizer: str
    output: str

    seed: int = 42
    # Over all processes together.
    batch: Count = 32
    examples: Count
    warmup: Count
    # The learning rate stays until the last so many examples, in which it falls to 0 in a line.
    decay: Count
    encoder_rate: Rate
    decoder_rate: Rate
    # The embeddings of pieces stay as the encoder's pre-training left them.
    freeze_pieces: bool = False
    decoder_layers: Annotated[int, Field(ge=1, le=6)] = 2
    weight_decay: Rate = 0.01
    clip: Rate = 1.0
    checkpoint_every: Count = 10_000
    # Rows whose F1 is measured every so many examples, and at the end, by `gner score`; some hundreds.
    dev: str | None = None
    dev_every: Count = 20_000

    def rate(self, done: int) -> float:
        """The share of the learning rate after so many examples."""
        return min(1.0, (done + self.batch) / self.warmup, max(0.0, (self.examples - done) / self.decay))


# What may differ when a run goes on: until the decay nothing depends on where the end is.
FREE_KEYS = {"examples", "decay", "checkpoint_every", "output", "rows", "start", "tokenizer", "dev", "dev_every"}


class Trainer:
    """The weights in single precision, and a copy in bfloat16 that all products are computed with."""

    def __init__(self, model: Gner, recipe: BuiltinRecipe, rank: int, world: int):
        self.recipe, self.rank, self.world, self.config = recipe, rank, world, model.config
        if recipe.freeze_pieces:
            model.piece.weight.requires_grad_(False)
        self.names = [name for name, weight in model.named_parameters() if weight.requires_grad]
        self.masters = {name: weight.detach().clone() for name, weight in model.named_parameters()}
        self.model = model.to(torch.bfloat16)
        groups = {"encoder": recipe.encoder_rate, "decoder": recipe.decoder_rate}
        trained: dict[str, list[Tensor]] = {group: [] for group in groups}
        for name in self.names:
            trained["encoder" if is_pretrained(name) else "decoder"].append(self.masters[name])
        self.optimizer = torch.optim.AdamW(
            [{"params": trained[group], "lr": rate, "base": rate} for group, rate in groups.items()],
            weight_decay=recipe.weight_decay,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.weights = dict(self.model.named_parameters())

    def step(self, batch: Batch, done: int) -> tuple[float, float]:
        """One update with this process's part of a batch. Returns the mean weighted loss and the loss of tags."""
        losses, weights = token_losses(self.model, batch), loss_weights(batch, self.config)
        loss = (losses * weights).sum() / weights.sum()
        loss.backward()
        in_tags = weights == 1
        tag_loss = (losses * in_tags).sum() / in_tags.sum()
        self._share_gradients()
        norm = torch.nn.utils.clip_grad_norm_([self.masters[name] for name in self.names], self.recipe.clip)
        if not torch.isfinite(norm):
            raise RecipeError("the gradient is not finite: lower the learning rates")
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * self.recipe.rate(done)
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_copy_([self.weights[name] for name in self.names], [self.masters[name] for name in self.names])
        return loss.item(), tag_loss.item()

    def _share_gradients(self) -> None:
        gradients = [self.weights[name].grad for name in self.names]
        if self.world > 1:
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            dist.all_reduce(flat)
            flat /= self.world
            gradients = [part.view_as(old) for part, old in zip(flat.split([g.numel() for g in gradients]), gradients)]
        for name, gradient in zip(self.names, gradients):
            self.masters[name].grad = gradient.float()
            self.weights[name].grad = None

    def save(self, out: Path, progress: dict) -> None:
        """Each file is whole at any time; the state goes last, and names how far the weights are."""
        save_file(self.masters, out / "weights.safetensors.part")
        torch.save({"optimizer": self.optimizer.state_dict(), "progress": progress}, out / "state.pt.part")
        for name in ("weights.safetensors", "state.pt"):
            os.replace(out / f"{name}.part", out / name)

    def resume(self, out: Path) -> dict:
        state = torch.load(out / "state.pt", weights_only=True)
        check_same(state["progress"]["recipe"], self.recipe, out)
        for name, weight in load_file(out / "weights.safetensors").items():
            self.masters[name].copy_(weight)
            self.weights[name].data.copy_(weight)
        rates = [group["base"] for group in self.optimizer.param_groups]
        self.optimizer.load_state_dict(state["optimizer"])
        for group, rate in zip(self.optimizer.param_groups, rates):
            group["base"] = rate
        return state["progress"]


def is_pretrained(name: str) -> bool:
    return name.startswith(("encoder.", "piece.", "position.", "input_norm."))


def train(
    recipe: BuiltinRecipe, rows: RowFile, dev: DevRows | None, pieces: Pieces, trainer: Trainer, out: Path
) -> bool:
    """Trains to the end, or until told to stop. Returns whether it came to the end."""
    run = {"recipe": recipe.model_dump(), "rows": rows.digest}
    progress = {"examples": 0, "epoch": 0, "batch": 0} | run
    if (out / "state.pt").exists():
        before = trainer.resume(out)
        if before.get("rows", rows.digest) != rows.digest:
            raise RecipeError(f"{out} holds a run on other rows than {rows.path}: name another folder")
        progress = before | run
        if trainer.rank == 0:
            print(f"gner train: {out} goes on after {progress['examples']} examples", file=sys.stderr)
    stop, batches = StopFlag(), batches_from(progress["epoch"], progress["batch"], rows, recipe)
    metrics = Metrics(out, progress["examples"], unit="examples") if trainer.rank == 0 else None
    means, started, last_saved = Means(), time.monotonic(), progress["examples"]
    is_over, is_stopped = progress["examples"] >= recipe.examples, False
    while not (is_over or is_stopped):
        epoch, number, batch = next(batches)
        # Every process takes each so-many-th row, so that all have sequences of about the same length. The last batch
        # of an epoch may have fewer rows than there are processes: then some share its first.
        own = batch[trainer.rank :: trainer.world] or batch[:1]
        samples = [rows.sample(row, pieces, trainer.config) for row in own]
        means.add(*trainer.step(collate(samples, trainer.config), progress["examples"]))
        done = progress["examples"]
        progress |= {"examples": done + len(batch), "epoch": epoch, "batch": number + 1}
        is_over, is_stopped = progress["examples"] >= recipe.examples, stop.agreed(trainer.world)
        ends = is_over or is_stopped
        if metrics is not None and (means.count == LOG_EVERY or ends):
            metrics.write(progress["examples"], figures(means, progress, recipe, started))
            means = Means()
        is_due = is_over or progress["examples"] // recipe.dev_every > done // recipe.dev_every
        if dev is not None and is_due and not is_stopped:
            scores = dev.measure(trainer.masters, trainer.config, pieces, progress["examples"])
            if metrics is not None:
                metrics.write(progress["examples"], scores)
        if ends or progress["examples"] - last_saved >= recipe.checkpoint_every:
            last_saved = progress["examples"]
            if trainer.rank == 0:
                trainer.save(out, progress)
    if metrics is not None:
        metrics.close()
    return is_over


def batches_from(epoch: int, start: int, rows: RowFile, recipe: BuiltinRecipe) -> Iterator[tuple[int, int, list[int]]]:
    """Without end: an epoch, the number of a batch in it, and the batch's rows."""
    while True:
        batches = batch_order(rows.sizes, recipe.batch, recipe.seed, epoch)
        for number in range(start, len(batches)):
            yield epoch, number, batches[number]
        epoch, start = epoch + 1, 0


def check_same(before: dict, recipe: BuiltinRecipe, out: Path) -> None:
    now = recipe.model_dump()
    changed = [key for key in now if key not in FREE_KEYS and before.get(key, now[key]) != now[key]]
    if changed:
        raise RecipeError(f"{out} holds a run with other settings ({', '.join(changed)}): name another folder")


class StopFlag:
    """Set by SIGTERM and Ctrl-C; all processes must stop after the same step."""

    def __init__(self) -> None:
        self.is_set = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "is_set", True))

    def agreed(self, world: int) -> bool:
        if world == 1:
            return self.is_set
        flag = torch.tensor(int(self.is_set))
        dist.all_reduce(flag)
        return int(flag) > 0


class Means:
    def __init__(self) -> None:
        self.count, self.loss, self.tag_loss = 0, 0.0, 0.0

    def add(self, loss: float, tag_loss: float) -> None:
        self.count, self.loss, self.tag_loss = self.count + 1, self.loss + loss, self.tag_loss + tag_loss


def figures(means: Means, progress: dict, recipe: BuiltinRecipe, started: float) -> dict[str, float]:
    return {
        "epoch": progress["epoch"],
        "loss": round(means.loss / means.count, 5),
        "tag_loss": round(means.tag_loss / means.count, 5),
        "rate": round(recipe.rate(progress["examples"]), 4),
        "seconds": round(time.monotonic() - started, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="gner_trainer.train_builtin", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--download", action="store_true", help="nothing is fetched: weights and tokenizer are files")
    arguments = parser.parse_args()
    try:
        out, finished = run(arguments.recipe)
    except (RecipeError, RowError, OSError) as error:
        print(f"gner train: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    if rank_and_world()[0] == 0:
        print(json.dumps({"finished": finished, "checkpoint": str(out)}))
    if not finished:
        sys.exit(STOPPED)


def rank_and_world() -> tuple[int, int]:
    """Of this process, and of how many: as torchrun says, or the only one."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def run(path: Path) -> tuple[Path, bool]:
    """The run's folder, and whether it came to the end."""
    recipe = read_keys(path, BuiltinRecipe)
    folder = path.parent
    rank, world = rank_and_world()
    if recipe.batch % world != 0:
        raise RecipeError(f"batch {recipe.batch} cannot be shared by {world} processes")
    torch.set_num_threads(1)
    out = folder / recipe.output
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    trainer = Trainer(start_model(recipe.start, recipe.decoder_layers, folder), recipe, rank, world)
    tokenizer = locate(recipe.tokenizer, folder, "tokenizer.json")
    pieces, rows = Pieces(tokenizer), RowFile(folder / recipe.rows)
    dev = None if recipe.dev is None else DevRows(folder / recipe.dev, tokenizer, out)
    if world == 1:
        return out, train(recipe, rows, dev, pieces, trainer, out)
    # Not before the optimiser is made: that imports parts of torch whose functions take the group of that moment as a
    # default. They would keep it, and its threads, alive until the interpreter ends under them.
    dist.init_process_group("gloo")
    try:
        return out, train(recipe, rows, dev, pieces, trainer, out)
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
