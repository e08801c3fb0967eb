import hashlib
import json

import pytest
import torch
from safetensors.torch import save_file

from gner_trainer import export
from gner_trainer.checkpoint import load_model
from gner_trainer.dequantize import load_model_folder
from gner_trainer.model import Config, Gner
from gner_trainer.recipe import RecipeError

from conftest import CONFIG


@pytest.fixture
def checkpoint(model, tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    save_file(model.state_dict(), path)
    return path


def test_a_checkpoint_comes_back(model, checkpoint):
    loaded = load_model(checkpoint, CONFIG).state_dict()
    assert all(loaded[name].equal(tensor) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_folder_describes_its_files_and_is_the_same_twice(
    checkpoint, tokenizer_file, tmp_path, monkeypatch, precision
):
    monkeypatch.setattr(export, "load_model", lambda path: load_model(path, CONFIG))
    folders = [tmp_path / "one", tmp_path / "two"]
    title = export.Title("small", "3", "MIT", 1.75)
    for folder in folders:
        export.write_model_folder(checkpoint, tokenizer_file, folder, precision, title)
    contents = [{path.name: path.read_bytes() for path in sorted(folder.iterdir())} for folder in folders]
    assert contents[0] == contents[1]

    manifest = json.loads(contents[0]["gner.json"])
    said = [manifest[key] for key in ("name", "version", "license", "scoreTemperature")]
    assert said == ["small", "3", "MIT", 1.75]
    assert manifest["output"]["tokens"] == {"60": "(O)", "61": "(B-", "62": "(I-", "63": ")"}
    assert (manifest["output"]["end"], manifest["output"]["start"]) == (64, 65)
    for described in (manifest["tokenizer"], *manifest["graphs"].values()):
        content = contents[0][described["file"]]
        assert described["sha256"] == hashlib.sha256(content).hexdigest()
        assert described.get("bytes", len(content)) == len(content)
    assert json.loads(contents[0]["tokenizer.json"])["truncation"] is None


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_folder_of_8_bits_gives_its_weights_back(tokenizer_file, tmp_path, layers):
    torch.manual_seed(1)
    # Heads, and so the width, as checkpoints have them.
    config = Config(pieces=5000, width=64, heads=2, feed_forward=128, encoder_layers=2, decoder_layers=layers)
    model = Gner(config)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.05)
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    out = tmp_path / "folder"
    export.write_model_folder(tmp_path / "weights.safetensors", tokenizer_file, out, "int8", export.Title("small"))
    restored = load_model_folder(out)
    assert restored.config == config
    for name, weight in model.state_dict().items():
        difference = (restored.state_dict()[name] - weight).abs().max()
        assert difference <= weight.abs().max() / 250, name


def test_a_folder_of_full_precision_is_refused(checkpoint, tokenizer_file, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "load_model", lambda path: load_model(path, CONFIG))
    export.write_model_folder(checkpoint, tokenizer_file, tmp_path / "folder", "float32", export.Title("small"))
    with pytest.raises(RecipeError, match="holds no model of the built-in architecture in 8 bits"):
        load_model_folder(tmp_path / "folder")
