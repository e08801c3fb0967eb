"""Fine-tunes Flan-T5 or LLaMA as a recipe says, on any number of GPUs, or on none.

    gner train RECIPE.yaml
    torchrun --nproc-per-node 8 --shutdown-timeout 600 -m gner_trainer.train RECIPE.yaml

A run that was stopped goes on from its last checkpoint when the same command is given again.
"""

import argparse
import hashlib
import json
import math
import os
import signal
import sys
import time
from pathlib import Path

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import set_seed
from torch import Tensor
from torch.nn import functional as F

from . import checkpoints, dev
from .collate import IGNORED, Schedule, collate_packed, collate_pairs, deal, passes_of
from .data import DataSet, Encoder, Example, RowError, load
from .zero_plugin import plugin
from .language_models import LanguageModel, load_base, quiet_libraries
from .metrics import Metrics
from .recipe import Recipe, RecipeError, read_recipe
from .run_folder import STOPPED, folder_of
from .run_folder import checkpoints as run_checkpoints
from .scoring import score, scorer


class Run:
    """One run: the model, its rows, and where it stands."""

    def __init__(self, recipe: Recipe, download: bool):
        torch.backends.cuda.matmul.allow_tf32 = True
        self.recipe, self.output = recipe, Path(recipe.output)
        self.scorer = scorer() if recipe.dev else None
        self._told_to_stop = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.accelerator = accelerator_of(recipe)
        # Before the weights: new adapters are drawn at random.
        set_seed(recipe.seed)
        self.language = load_base(recipe, download)
        encoder = Encoder(self.language.tokenizer.backend_tokenizer, self.language.ids)
        self.train = load(recipe.train, recipe, encoder)
        self.dev = load(recipe.dev, recipe, encoder, recipe.dev_rows, recipe.dev_rows) if recipe.dev else None
        self.sizes = [example.size for example in self.train.examples]
        self.schedule = Schedule(len(self.sizes), recipe.batch_rows, recipe.epochs, recipe.seed)
        learned = [parameter for parameter in self.language.model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(learned, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
        self.model, self.optimizer = self.accelerator.prepare(self.language.model, optimizer)

    def go(self) -> bool:
        """Trains to the end, or until told to stop. Returns whether it came to the end."""
        self.output.mkdir(parents=True, exist_ok=True)
        rows = digest(self.train)
        state = checkpoints.last_state(self.output, self.recipe, rows, self.accelerator.num_processes)
        done, dev_pending = (0, False) if state is None else (state.step, state.dev_pending)
        if state is not None:
            self.accelerator.load_state(str(folder_of(self.output, done) / "state"))
        else:
            # Every process has dropout of its own.
            set_seed(self.recipe.seed + self.accelerator.process_index)
        metrics = Metrics(self.output, done) if self.accelerator.is_main_process else None
        self._introduce(done)
        if dev_pending:
            dev_pending = not self._measure_dev(done, metrics)
        since, tokens = time.monotonic(), 0
        self.model.train()
        for number in range(done, self.schedule.steps):
            if self._stopped():
                break
            loss, norm, seen = self._step(number)
            done, tokens = number + 1, tokens + seen
            is_last = done == self.schedule.steps
            if metrics is not None and (done % self.recipe.log_every == 0 or is_last or done == 1):
                speed = {"tokensPerSecond": tokens / (time.monotonic() - since)}
                metrics.write(done, self._figures(number, loss, norm) | speed)
                since, tokens = time.monotonic(), 0
            if self.dev is not None and (done % self.recipe.dev_every == 0 or is_last):
                dev_pending = not self._measure_dev(done, metrics)
            if done % self.recipe.checkpoint_every == 0 or is_last:
                self._save(done, rows, dev_pending)
        if done % self.recipe.checkpoint_every != 0 and done != self.schedule.steps or dev_pending:
            self._save(done, rows, dev_pending)
        if metrics is not None:
            metrics.close()
        return done == self.schedule.steps and not dev_pending

    def _step(self, number: int) -> tuple[float, float, int]:
        """One optimiser step: its loss (the mean over the answers' tokens), the gradient's norm before it was cut, and
        how many tokens were read and learned."""
        recipe, accelerator = self.recipe, self.accelerator
        rows = self.schedule.step(number)
        answer_tokens = sum(len(self.train.examples[row].answer) for row in rows)
        processes = accelerator.num_processes
        # Gradients are averaged over processes and passes, whatever their shares: this undoes it.
        scale = processes * accelerator.gradient_accumulation_steps / answer_tokens
        self._set_learning_rate(number)
        total = torch.zeros((), device=accelerator.device)
        norm = 0.0
        for members in deal(rows, self.sizes, processes, accelerator.process_index, recipe.rows_per_device):
            batch = self._batch([self.train.examples[row] for row in members])
            with accelerator.accumulate(self.model):
                loss = answer_loss(self.model, batch)
                total += loss.detach()
                accelerator.backward(loss * scale)
                if accelerator.sync_gradients:
                    norm = accelerator.clip_grad_norm_(self.model.parameters(), recipe.clip_norm)
                self.optimizer.step()
                self.optimizer.zero_grad()
        summed = accelerator.reduce(total, "sum").item() / answer_tokens
        if not math.isfinite(summed):
            raise RecipeError(f"the loss of step {number + 1} is {summed}: lower learningRate, or look at the rows")
        return summed, float(norm or 0.0), sum(self.sizes[row] for row in rows)

    def _batch(self, examples: list[Example]) -> dict[str, Tensor]:
        pad = self.language.ids.pad
        # Every process takes part in every pass: without a row of its own, with one that nothing is learned from.
        chosen = examples or self.train.examples[:1]
        if self.recipe.architecture == "t5":
            batch = collate_pairs(chosen, pad, self.language.decoder_start)
        else:
            batch = collate_packed(chosen, pad, self.recipe.sequence_tokens)
        if not examples:
            batch["targets"].fill_(IGNORED)
        return {name: tensor.to(self.accelerator.device) for name, tensor in batch.items()}

    def _set_learning_rate(self, number: int) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.recipe, number, self.schedule.steps)

    def _figures(self, number: int, loss: float, norm: float) -> dict[str, float]:
        figures = {
            "loss": loss,
            "epoch": (number + 1) * self.recipe.batch_rows / len(self.sizes),
            "learningRate": learning_rate(self.recipe, number, self.schedule.steps),
            "gradientNorm": norm,
        }
        if torch.cuda.is_available():
            figures["peakMemoryGiB"] = torch.cuda.max_memory_allocated() / 2**30
        return figures

    def _measure_dev(self, step: int, metrics: Metrics | None) -> bool:
        """Whether it was measured: not, where the run was told to stop meanwhile."""
        if self.dev is None or self.scorer is None:
            return True
        rows = dev.generate(self.language, self.accelerator, self.model, self.dev, self.recipe, self._stopped)
        if rows is None:
            return False
        if metrics is not None:
            tokenizer = self.output / "tokenizer"
            self.language.tokenizer.save_pretrained(tokenizer)
            file = self.output / "generations" / f"step-{step:06}.jsonl"
            scores = score(rows, file, tokenizer / "tokenizer.json", self.scorer)
            metrics.write(step, {"devF1": scores["paper"]["f1"], "devStrictF1": scores["strict"]["f1"]})
        return True

    def _save(self, step: int, rows: str, dev_pending: bool) -> None:
        processes = self.accelerator.num_processes
        state = checkpoints.RunState(step, self.recipe.digest(), rows, processes, dev_pending)
        checkpoints.save(
            self.accelerator, self.language, self.model, self.output, state, self.recipe.keep_checkpoints
        )

    def _introduce(self, done: int) -> None:
        accelerator = self.accelerator
        if not accelerator.is_main_process:
            return
        left_out = "" if not self.train.overlong else f", {len(self.train.overlong)} left out as too long"
        print(
            f"{len(self.sizes)} rows{left_out}; {self.schedule.steps} steps of {self.recipe.batch_rows} rows in "
            f"{accelerator.gradient_accumulation_steps} passes on "
            f"{accelerator.num_processes} x {accelerator.device.type}" + (f"; going on after step {done}" if done > 0 else ""),
            file=sys.stderr,
        )

    def _stop(self, _signal: int, _frame: object) -> None:
        self._told_to_stop = True

    def _stopped(self) -> bool:
        """Whether any process was told to stop: all must leave the loop at the same step."""
        flag = torch.tensor(int(self._told_to_stop), device=self.accelerator.device)
        return bool(self.accelerator.reduce(flag, "sum").item())


def accelerator_of(recipe: Recipe) -> Accelerator:
    # Without being told, accelerate takes processes on CPUs for strangers to each other.
    processes = PartialState(cpu=not torch.accelerator.is_available()).num_processes
    expected = int(os.environ.get("WORLD_SIZE", "1"))
    if processes != expected:
        raise RecipeError(f"{expected} processes were started, but only {processes} found each other")
    passes = passes_of(recipe.batch_rows, processes, recipe.rows_per_device)
    return Accelerator(
        mixed_precision="bf16" if recipe.precision == "bf16" else "no",
        gradient_accumulation_steps=passes,
        deepspeed_plugin=plugin(recipe, passes),
    )


def answer_loss(model, batch: dict[str, Tensor]) -> Tensor:
    """The sum of the answers' negative log-likelihoods."""
    targets = batch["targets"]
    inputs = {name: tensor for name, tensor in batch.items() if name != "targets"}
    if "decoder_input_ids" not in inputs:
        # Most of a causal row is prompt: the vocabulary's scores are needed only where some row learns.
        columns = (targets != IGNORED).any(0).nonzero().flatten()
        targets, inputs["logits_to_keep"] = targets[:, columns], columns
    logits = model(**inputs, use_cache=False).logits
    learned = targets != IGNORED
    # In full precision, and without the padding.
    return F.cross_entropy(logits[learned].float(), targets[learned], reduction="sum")


def learning_rate(recipe: Recipe, number: int, steps: int) -> float:
    """Of a step, which counts from 0."""
    warmup = recipe.warmup_share * steps
    if number < warmup:
        return recipe.learning_rate * (number + 1) / math.ceil(warmup)
    if recipe.schedule == "constant":
        return recipe.learning_rate
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (number - warmup) / (steps - warmup)))


def digest(data: DataSet) -> str:
    rows = hashlib.sha256()
    for example in data.examples:
        for part in (example.prompt, example.answer):
            rows.update(len(part).to_bytes(4, "little"))
            rows.update(part.tobytes())
    return rows.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="gner_trainer.train", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--download", action="store_true", help="fetch the model from the hub where it is not at hand")
    arguments = parser.parse_args()
    quiet_libraries()
    try:
        run = Run(read_recipe(arguments.recipe), arguments.download)
        finished = run.go()
    except (RecipeError, RowError) as error:
        print(f"gner train: {error}", file=sys.stderr)
        sys.exit(2)
    if run.accelerator.is_main_process:
        last = run_checkpoints(run.output)
        print(json.dumps({"finished": finished, "checkpoint": str(last[-1]) if last else None}))
    if run.accelerator.device.type == "cpu":
        # Model and optimiser hold the process group, whose threads must not outlive the interpreter.
        run.model = run.optimizer = None
        run.accelerator.free_memory()
    run.accelerator.end_training()
    if not finished:
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
