import hashlib
import json

import pytest
from safetensors.torch import save_file

from gner_trainer import export
from gner_trainer.checkpoint import load_model

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
