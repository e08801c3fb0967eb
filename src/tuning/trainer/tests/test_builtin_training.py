"""Training of the built-in architecture: the loss is the model's own, rows read strictly, runs go on as if unbroken."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import yaml
from processes import run_two
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from gner_trainer.builtin_batches import RowError, RowFile, Sample, batch_order, collate, encode_row, parse_row
from gner_trainer.builtin_training import from_encoder, loss_weights, token_losses
from gner_trainer.builtin_dev import spell
from gner_trainer.checkpoint import load_model
from gner_trainer.inputs import Pieces, Prompt
from gner_trainer.model import Config, Gner, empty_past
from gner_trainer.recipe import read_keys
from gner_trainer.reference import greedy
from gner_trainer.train_builtin import BuiltinRecipe

RECIPES = Path(__file__).parents[1] / "recipes"
PLACES = ["Oslo", "Bergen", "Turku", "Vaasa"]
PEOPLE = ["Ada", "Grace", "Linus", "Edsger"]
# The input ids that the prompt is written with are BERT's.
CONFIG = Config(pieces=1100, width=64, heads=2, feed_forward=128, encoder_layers=2, decoder_layers=2, positions=64)
SPECIAL_IDS = {"[UNK]": 100, "[CLS]": 101, "[SEP]": 102, ";": 1025}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory) -> Path:
    """A tokenizer of whole words with BERT's special ids, 32 rows, and BERT weights, small and random."""
    folder = tmp_path_factory.mktemp("builtin")
    words = sorted({word.lower() for word in [*PLACES, *PEOPLE, "met", "in", "place", "person", "."]})
    vocabulary = {**{word: i for i, word in enumerate(words)}, **SPECIAL_IDS}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    rows = []
    for i in range(32):
        one, two, place = PEOPLE[i % 4], PEOPLE[(i + 1 + i // 8) % 4], PLACES[(i // 4) % 4]
        target = f"{one}(B-person) met(O) {two}(B-person) in(O) {place}(B-place) .(O)"
        labels = ["person ; place", "place ; person"][i % 2]
        rows.append({"id": str(i), "input": f"{labels}\n{one} met {two} in {place} .", "target": target})
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    save_file(bert_weights(CONFIG), folder / "encoder.safetensors")
    return folder


def bert_weights(config: Config) -> dict[str, torch.Tensor]:
    torch.manual_seed(3)
    width, wide = config.width, config.feed_forward
    weights = {
        "embeddings.word_embeddings.weight": torch.randn(config.pieces, width) * 0.05,
        "embeddings.position_embeddings.weight": torch.randn(config.positions, width) * 0.02,
        "embeddings.token_type_embeddings.weight": torch.zeros(2, width),
        "embeddings.LayerNorm.weight": torch.ones(width),
        "embeddings.LayerNorm.bias": torch.zeros(width),
    }
    shapes = {
        "attention.self.query": (width, width),
        "attention.self.key": (width, width),
        "attention.self.value": (width, width),
        "attention.output.dense": (width, width),
        "intermediate.dense": (wide, width),
        "output.dense": (width, wide),
    }
    for i in range(config.encoder_layers):
        for name, (out, into) in shapes.items():
            weights[f"encoder.layer.{i}.{name}.weight"] = torch.randn(out, into) * 0.05
            weights[f"encoder.layer.{i}.{name}.bias"] = torch.zeros(out)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights[f"encoder.layer.{i}.{name}.weight"] = torch.ones(width)
            weights[f"encoder.layer.{i}.{name}.bias"] = torch.zeros(width)
    return weights


@pytest.fixture(scope="module")
def pieces(workplace) -> Pieces:
    return Pieces(workplace / "tokenizer.json")


@pytest.fixture(scope="module")
def batch(workplace, pieces):
    rows = RowFile(workplace / "rows.jsonl")
    short = encode_row(pieces, parse_row("place\nOslo .", "Oslo(B-place) .(O)"), CONFIG)
    return collate([short, *(rows.sample(i, pieces, CONFIG) for i in range(3))], CONFIG)


def test_the_loss_is_that_of_the_model_itself(workplace, batch):
    model = from_encoder(workplace / "encoder.safetensors")
    with torch.no_grad():
        for parameter in (model.special_head.weight, model.pointer_query.weight, model.casing.weight):
            parameter.normal_(std=0.1)
        losses = token_losses(model, batch)
        memory = model.encode(batch.input_ids, batch.attention_mask, batch.casing, batch.source_start)
        length = batch.tokens.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool).tril().expand(len(batch.tokens), -1, -1)
        past = empty_past(model.config, len(batch.tokens))
        log_probabilities, _ = model.decode(batch.tokens, batch.positions, causal, past, memory)
    for row, targets in enumerate(batch.targets.tolist()):
        for place, target in enumerate(targets):
            if target < 0:
                assert losses[row, place] == 0
                continue
            entry = memory["tokens"][row].tolist().index(target)
            assert losses[row, place].item() == pytest.approx(-log_probabilities[row, place, entry].item(), abs=1e-4)


def test_what_goes_on_with_a_word_weighs_less(pieces):
    config = CONFIG
    batch = collate([Sample(Prompt([101, 7, 102, 7, 8, 102], [0] * 6, 3), [7, 8, config.special("outside")])], config)
    assert loss_weights(batch, config).tolist() == [[1.0, pytest.approx(0.2), 1.0]]


@pytest.mark.parametrize(
    ("prompt", "target", "fault"),
    [
        ("place", "Oslo(O)", "one line"),
        ("place\nOslo .", "Oslo(O) !(O)", "does not repeat the word '.'"),
        ("place\nOslo", "Oslo(O) .(O)", "goes on after the last word"),
        ("place\nOslo .", "Oslo(O)", "does not repeat"),
        ("place\nOslo", "Oslo(B-river)", "none of the prompt's labels"),
        ("place\nOslo", "Oslo(X)", "none of the prompt's labels"),
    ],
)
def test_rows_that_are_none_are_refused(pieces, prompt, target, fault):
    with pytest.raises(ValueError, match=fault):
        encode_row(pieces, parse_row(prompt, target), CONFIG)


@pytest.mark.parametrize(
    "bad", ['{"input": "x"}', '{"input": 5, "target": "b(O)"}', '{"input": "place\\nOslo", "target": "Oslo(B-river)"}', "x"]
)
def test_a_bad_row_is_named_with_file_and_line_before_anything_is_trained(workplace, tmp_path, bad):
    path = tmp_path / "bad.jsonl"
    path.write_text((workplace / "rows.jsonl").read_text().splitlines()[0] + f"\n{bad}\n")
    with pytest.raises(RowError, match="bad.jsonl:2"):
        RowFile(path)


def test_a_row_that_is_too_long_is_named_with_file_and_line(pieces, tmp_path):
    path = tmp_path / "long.jsonl"
    words = ["Oslo"] * CONFIG.positions
    target = " ".join(f"{word}(O)" for word in words)
    path.write_text(json.dumps({"input": f"place\n{' '.join(words)}", "target": target}) + "\n")
    with pytest.raises(RowError, match="long.jsonl:1.*the limit is 64"):
        RowFile(path).sample(0, pieces, CONFIG)


def test_each_row_comes_once_an_epoch_and_the_order_follows_the_seed():
    sizes = [(i * 37) % 101 for i in range(1000)]
    one, again, other = (batch_order(sizes, 32, 5, epoch) for epoch in (0, 0, 1))
    assert sorted(row for part in one for row in part) == list(range(1000))
    assert one == again and one != other


def recipe(workplace: Path, name: str, **keys) -> Path:
    values = {
        "architecture": "builtin",
        "rows": "rows.jsonl",
        "start": "encoder.safetensors",
        "tokenizer": "tokenizer.json",
        "output": name,
        "batch": 8,
        "examples": 6400,
        "warmup": 320,
        "decay": 3200,
        "encoderRate": 0.001,
        "decoderRate": 0.002,
        **keys,
    }
    path = workplace / f"{name}.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "gner_trainer.train_builtin", str(path)]


def test_learns_32_rows_by_heart(workplace, pieces):
    subprocess.run(command(recipe(workplace, "whole", checkpointEvery=3200)), check=True, timeout=300)
    model = load_model(workplace / "whole" / "weights.safetensors")
    rows = RowFile(workplace / "rows.jsonl")
    for row in range(32):
        sample = rows.sample(row, pieces, CONFIG)
        assert greedy(model, sample.prompt) == sample.targets


def test_what_was_learned_is_exported_and_verified(workplace):
    """Goes on from the run before."""
    out, model = workplace / "whole", workplace / "model"
    tokenizer = workplace / "tokenizer.json"
    export = ["export_checkpoint", out, "--out", model, "--tokenizer", tokenizer, "--precision", "float32"]
    verify = ["verify_checkpoint", model, "--checkpoint", out, "--rows", workplace / "rows.jsonl"]
    for module, *rest in (export, verify):
        line = [sys.executable, "-m", f"gner_trainer.{module}", *map(str, rest)]
        done = subprocess.run(line, check=True, capture_output=True, text=True, timeout=300)
    found = json.loads(done.stdout)
    assert (found["rows"], found["sameTokens"]) == (32, 32)
    assert found["largestDifference"] < 1e-3


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(workplace):
    short = {"examples": 1600, "decay": 400, "checkpointEvery": 200}
    subprocess.run(command(recipe(workplace, "unbroken", **short)), check=True, timeout=300)
    broken = recipe(workplace, "broken", **short)
    process = subprocess.Popen(command(broken), stdout=subprocess.PIPE, text=True)
    while not (workplace / "broken" / "state.pt").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert json.loads(printed) == {"finished": False, "checkpoint": str(workplace / "broken")}
    progress = torch.load(workplace / "broken" / "state.pt", weights_only=True)["progress"]
    assert 200 <= progress["examples"] < 1600
    # A step behind the checkpoint, and a line that was being written when the machine went down.
    with (workplace / "broken" / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        metrics.write('{"examples": 1504, "loss": 99.0}\n{"examples": 15')
    done = subprocess.run([*command(broken), "--download"], check=True, timeout=300, capture_output=True, text=True)
    assert json.loads(done.stdout) == {"finished": True, "checkpoint": str(workplace / "broken")}
    lines = [json.loads(line) for line in (workplace / "broken" / "metrics.jsonl").read_text().splitlines()]
    logged = [line["examples"] for line in lines]
    assert progress["examples"] in logged and logged == sorted(set(logged)) and logged[-1] == 1600
    assert all(0 < line["loss"] < 10 and 0 < line["tag_loss"] < 10 for line in lines)
    one, other = (load_file(workplace / name / "weights.safetensors") for name in ("unbroken", "broken"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"encoderRate": 0.01}, "encoder_rate"),
        ({"decoderLayers": 1}, "decoder_layers"),
        ({"freezePieces": True}, "freeze_pieces"),
    ],
)
def test_a_run_with_other_settings_is_not_gone_on_with(workplace, changes, name):
    same = {"output": "unbroken", "examples": 1600, "decay": 400}
    other = recipe(workplace, "unbroken-other", **same, **changes)
    done = subprocess.run(command(other), capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert done.stderr.startswith("gner train: ") and "Traceback" not in done.stderr
    assert f"other settings ({name})" in done.stderr


def test_a_run_is_not_gone_on_with_on_other_rows(workplace):
    rows = (workplace / "rows.jsonl").read_text(encoding="utf-8").splitlines(True)
    (workplace / "other.jsonl").write_text("".join(rows[:31]), encoding="utf-8")
    same = {"output": "unbroken", "examples": 1600, "decay": 400}
    done = subprocess.run(
        command(recipe(workplace, "unbroken-rows", rows="other.jsonl", **same)), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 2
    assert "holds a run on other rows" in done.stderr and "Traceback" not in done.stderr
    again = subprocess.run(
        command(recipe(workplace, "unbroken-again", **same)), capture_output=True, text=True, check=True, timeout=300
    )
    assert "goes on after 1600 examples" in again.stderr


def test_what_is_generated_is_spelled_as_the_source(pieces):
    row = parse_row("place ; person\nAda met Oslo", "Ada(B-person) met(O) Oslo(B-place)")
    tokens = encode_row(pieces, row, CONFIG).targets
    assert spell(tokens, row, pieces, CONFIG) == "Ada(B-person) met(O) Oslo(B-place)"
    # A word left out, and one that the source does not have.
    (bergen,), (ada,) = pieces.of_word("Bergen"), pieces.of_word("Ada")
    outside = CONFIG.special("outside")
    assert spell([ada, outside, *pieces.of_word("Oslo"), outside], row, pieces, CONFIG) == "Ada(O) Oslo(O)"
    assert spell([bergen, ada, outside], row, pieces, CONFIG) == "bergenada(O)"


def test_f1_of_dev_rows_is_measured_by_one_process_as_by_two(workplace, monkeypatch):
    """Goes on from the run of 32 rows. A stand-in for gner counts the rows that were generated as they should be."""
    stand_in = workplace / "gner.py"
    stand_in.write_text(
        "import json, sys\n"
        "rows = [json.loads(line) for line in open(sys.argv[2], encoding='utf-8')]\n"
        "right = sum(row['prediction'] == row['target'] for row in rows) / len(rows)\n"
        "print(json.dumps({'paper': {'f1': right}, 'strict': {'f1': len(rows)}}))\n"
    )
    monkeypatch.setenv("GNER_CLI", f"{sys.executable} {stand_in}")
    keys = {"start": "whole/weights.safetensors", "examples": 16, "decay": 8, "encoderRate": 1e-9, "decoderRate": 1e-9}
    found = []
    for name in ("dev-one", "dev-two"):
        path = recipe(workplace, name, dev="rows.jsonl", devEvery=8, **keys)
        if name == "dev-one":
            subprocess.run(command(path), check=True, timeout=300)
        else:
            run_two("train_builtin", path)
        lines = [json.loads(line) for line in (workplace / name / "metrics.jsonl").read_text().splitlines()]
        found.append([(line["examples"], line["devF1"], line["devStrictF1"]) for line in lines if "devF1" in line])
    assert found == [[(8, 1.0, 32), (16, 1.0, 32)]] * 2


def test_dev_rows_need_a_gner(workplace):
    path = recipe(workplace, "no-gner", dev="rows.jsonl", examples=8, decay=8)
    environment = {name: value for name, value in os.environ.items() if name != "GNER_CLI"} | {"PATH": "/nowhere"}
    done = subprocess.run(command(path), capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 2
    assert "dev F1 is measured by gner" in done.stderr and "Traceback" not in done.stderr


def test_two_processes_share_the_work(workplace):
    path = recipe(workplace, "two", examples=64, decay=16, warmup=8)
    run_two("train_builtin", path)
    state = torch.load(workplace / "two" / "state.pt", weights_only=True)
    assert state["progress"]["examples"] == 64


def test_the_last_batch_of_an_epoch_may_have_one_row_for_two_processes(workplace):
    rows = (workplace / "rows.jsonl").read_text(encoding="utf-8").splitlines(True)
    (workplace / "odd.jsonl").write_text("".join(rows[:17]), encoding="utf-8")
    run_two("train_builtin", recipe(workplace, "odd", rows="odd.jsonl", examples=34, decay=16, warmup=8))
    progress = torch.load(workplace / "odd" / "state.pt", weights_only=True)["progress"]
    assert (progress["examples"], progress["epoch"]) == (34, 1)


def test_goes_on_from_a_finished_model(workplace):
    path = recipe(workplace, "further", start="unbroken/weights.safetensors", examples=8, decay=8)
    subprocess.run(command(path), check=True, timeout=300)
    start = load_file(workplace / "unbroken" / "weights.safetensors")
    end = load_file(workplace / "further" / "weights.safetensors")
    moved = max(float((start[name] - end[name]).abs().max()) for name in start)
    assert 0 < moved < 0.01
    assert isinstance(load_model(workplace / "further" / "weights.safetensors"), Gner)


def test_a_finished_model_keeps_its_decoder_layers(workplace):
    path = recipe(workplace, "layers", start="unbroken/weights.safetensors", examples=8, decay=8, decoderLayers=1)
    done = subprocess.run(command(path), capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert "has 2 decoder layers: say `decoderLayers: 2`" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("path", sorted(RECIPES.glob("builtin*.yaml")), ids=lambda path: path.stem)
def test_the_recipes_that_come_with_the_package_are_sound(path):
    recipe = read_keys(path, BuiltinRecipe)
    assert recipe.warmup + recipe.decay < recipe.examples
    assert recipe.freeze_pieces
    assert f"gner train {path.name} --gpus 2" in path.read_text(encoding="utf-8")
