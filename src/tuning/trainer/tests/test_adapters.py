"""LLaMA with adapters, in half precision, with gradient checkpointing: trained, stopped, resumed, merged, gone on from."""

import json
import os
import socket
from pathlib import Path

import pytest
import torch
from test_train import forget, losses, one_run_a_process, recipe_file, run  # noqa: F401
from tiny_models import write_llama
from transformers import AutoTokenizer, LlamaForCausalLM

from gner_trainer.language_models import add_adapters, load_base, open_checkpoint
from gner_trainer.recipe import Lora, Recipe, RecipeError, read_keys, read_recipe
from gner_trainer.run_folder import model_folder

SHARED = Path(os.environ.get("GNER_SHARED") or Path(__file__).parents[5] / "shared")
TOKENIZER = SHARED / "tokenizers" / "llama2"
if not TOKENIZER.exists() and not os.environ.get("CI"):
    pytest.skip(f"no {TOKENIZER}", allow_module_level=True)

# peft asks transformers for a name of old.
pytestmark = pytest.mark.filterwarnings("ignore:.*will be removed in v6:FutureWarning")
RECIPES = Path(__file__).parents[1] / "recipes"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("adapters")
    write_llama(TOKENIZER, folder / "model")
    rows = [
        {"id": word, "prompt": f"[INST] Sentence: {word} sings [/INST]", "completion": f" {word}(B-person) sings(O)"}
        for word in "Ada Bruno Carla Dario".split()
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


SETTINGS = {
    "architecture": "llama",
    "batchRows": 4,
    "rowsPerDevice": 2,
    "epochs": 4,
    "sequenceTokens": 60,
    "precision": "bf16",
    "gradientCheckpointing": True,
    "lora": {"rank": 4, "alpha": 8, "dropout": 0.1, "targets": ["q_proj", "v_proj"]},
}


def test_adapters_are_trained_resumed_and_merged(folder):
    assert run(recipe_file(folder, "whole", **SETTINGS))
    path = recipe_file(folder, "stopped", **SETTINGS)
    assert not run(path, stop_after=2)
    assert run(path)
    whole = losses(folder, "whole")
    assert losses(folder, "stopped") == whole and whole[-1] < whole[0]

    saved = model_folder(folder / "out-whole")
    assert (saved / "adapter_config.json").exists() and not (saved / "model.safetensors").exists()
    merged = open_checkpoint(saved).model.state_dict()
    base = open_checkpoint(folder / "model").model.state_dict()
    changed = {name for name in base if not torch.allclose(base[name], merged[name], atol=1e-4)}
    assert {name.split(".")[-2] for name in changed} == {"q_proj", "v_proj"}

    assert run(recipe_file(folder, "next", **SETTINGS | {"model": "out-whole", "epochs": 1}))
    assert losses(folder, "next")[0] < whole[0]


def test_a_model_that_adapters_belong_to_is_not_fetched(folder, monkeypatch):
    adapters = folder / "adapters"
    base = LlamaForCausalLM.from_pretrained(folder / "model")
    add_adapters(base, Lora(**SETTINGS["lora"])).save_pretrained(adapters)
    AutoTokenizer.from_pretrained(folder / "model").save_pretrained(adapters)
    config = json.loads((adapters / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = "nobody/no-such-model"
    (adapters / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    asked: list[str] = []

    def refuse(host, *_, **__):
        asked.append(host)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(RecipeError, match="adapters of the model nobody/no-such-model"):
        open_checkpoint(adapters)
    path = recipe_file(folder, "absent", **SETTINGS | {"model": "adapters"})
    with pytest.raises(RecipeError, match="gner train --download"):
        load_base(read_recipe(path), download=False)
    assert asked == []


@pytest.mark.parametrize("path", sorted(set(RECIPES.glob("*.yaml")) - set(RECIPES.glob("builtin*.yaml"))), ids=lambda path: path.stem)
def test_the_recipes_that_come_with_the_package_are_sound(path):
    recipe = read_keys(path, Recipe)
    assert recipe.batch_rows == 256 and recipe.precision == "bf16"
    text = path.read_text(encoding="utf-8")
    for command in (f"gner train {path.name}", f"gner train {path.name} --download --gpus 8"):
        assert command in text
    assert recipe.output == f"out/{path.stem}"
