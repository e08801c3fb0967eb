"""Runs of a tiny T5: whole, stopped and resumed, in more or fewer passes, on one process or two."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState, GradientState
from processes import run_two
from tiny_models import write_t5

from gner_trainer import train
from gner_trainer.recipe import RecipeError, read_recipe

SHARED = Path(os.environ.get("GNER_SHARED") or Path(__file__).parents[5] / "shared")
TOKENIZER = SHARED / "tokenizers" / "t5"
if not TOKENIZER.exists() and not os.environ.get("CI"):
    pytest.skip(f"no {TOKENIZER}", allow_module_level=True)

WORDS = "Ada Bruno Carla Dario Elif Freya".split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    write_t5(TOKENIZER, folder / "model", dropout=0.1)
    rows = [
        {"id": word, "input": f"Sentence: {word} sings" + " well" * i, "target": f"{word}(B-person) sings(O)"}
        for i, word in enumerate(WORDS)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def one_run_a_process():
    """Accelerate keeps its state for the process; a test has several runs in one."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    torch.set_num_threads(1)
    yield
    forget()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def forget() -> None:
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()


def recipe_file(folder: Path, name: str, **changes) -> Path:
    settings = {
        "architecture": "t5",
        "model": "model",
        "train": ["rows.jsonl"],
        "output": f"out-{name}",
        # Seven rows a step over six rows: steps cross the border of epochs.
        "batchRows": 7,
        "rowsPerDevice": 7,
        "epochs": 7,
        "learningRate": 1e-3,
        "precision": "float32",
        "logEvery": 1,
        "checkpointEvery": 100,
    }
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(settings | changes), encoding="utf-8")
    return path


def run(path: Path, stop_after: int | None = None) -> bool:
    forget()
    one = train.Run(read_recipe(path), download=False)
    if stop_after is not None:
        step = one._step

        def step_then_signal(number: int):
            result = step(number)
            if number + 1 == stop_after:
                signal.raise_signal(signal.SIGTERM)
            return result

        one._step = step_then_signal
    return one.go()


def losses(folder: Path, name: str) -> list[float]:
    lines = (folder / f"out-{name}" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    values = [json.loads(line) for line in lines]
    assert [value["step"] for value in values] == list(range(1, len(values) + 1))
    return [value["loss"] for value in values]


def test_a_stopped_run_goes_on_as_if_nothing_had_been(folder):
    assert run(recipe_file(folder, "whole"))
    path = recipe_file(folder, "stopped")
    assert not run(path, stop_after=3)
    assert [one.name for one in (folder / "out-stopped" / "checkpoints").iterdir()] == ["step-000003"]
    # A line that was being written when the machine went down, and a step behind the checkpoint.
    with (folder / "out-stopped" / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        metrics.write('{"step": 4, "loss": 99.0}\n{"step": 5, "lo')
    assert run(path)
    whole, stopped = losses(folder, "whole"), losses(folder, "stopped")
    assert len(whole) == 6
    # Dropout is on: random states came back too.
    assert stopped == whole
    assert whole[-1] < whole[0]


def test_passes_do_not_change_the_loss_curve(folder):
    write_t5(TOKENIZER, folder / "plain", dropout=0.0)
    for name, per_device in (("one", 7), ("four", 2)):
        assert run(recipe_file(folder, name, model="plain", rowsPerDevice=per_device))
    assert losses(folder, "four") == pytest.approx(losses(folder, "one"), rel=1e-4)


def test_two_processes_take_the_same_steps_as_one(folder):
    write_t5(TOKENIZER, folder / "plain", dropout=0.0)
    changes = {"model": "plain", "batchRows": 5, "rowsPerDevice": 2, "epochs": 3}
    assert run(recipe_file(folder, "alone", **changes))
    path = recipe_file(folder, "both", **changes)
    assert json.loads(run_two("train", path).stdout)["finished"]
    assert losses(folder, "both") == pytest.approx(losses(folder, "alone"), rel=1e-4)


def test_an_output_of_another_recipe_is_left_alone(folder):
    assert run(recipe_file(folder, "kept", epochs=1))
    with pytest.raises(RecipeError, match="another recipe or other rows"):
        run(recipe_file(folder, "kept", epochs=1, learningRate=2e-3))
    # How the rows are shared out is no other recipe: a run may go on with more GPUs.
    assert run(recipe_file(folder, "kept", epochs=1, rowsPerDevice=2))


def test_a_model_that_is_not_at_hand_is_not_fetched(folder):
    with pytest.raises(RecipeError, match="--download"):
        run(recipe_file(folder, "absent", model="nobody/no-such-model"))


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [("constant", [0.5, 1.0, 1.0, 1.0, 1.0]), ("cosine", [0.5, 1.0, 1.0, 0.75, 0.25])],
)
def test_learning_rates(folder, schedule, expected):
    path = recipe_file(folder, "rates", schedule=schedule, warmupShare=0.4, learningRate=1.0)
    recipe = read_recipe(path)
    assert [train.learning_rate(recipe, number, 5) for number in range(5)] == pytest.approx(expected)
