"""A model of the built-in architecture, small enough to export in a second, with random weights."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from gner_trainer.graphs import export_graphs
from gner_trainer.inputs import Pieces, Prompt
from gner_trainer.model import Config, Gner

CONFIG = Config(
    pieces=60, width=32, heads=2, feed_forward=64, encoder_layers=2, decoder_layers=2, positions=48, reach=4
)


@pytest.fixture(scope="session")
def model() -> Gner:
    torch.manual_seed(7)
    model = Gner(CONFIG)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.eval()


@pytest.fixture(scope="session")
def protos(model):
    return export_graphs(model)


@pytest.fixture
def prompt() -> Prompt:
    # Pieces 5 and 9 stand twice: once in a label and once in the text, and twice in the text.
    return Prompt([1, 5, 6, 2, 9, 8, 5, 9, 11, 2], [0, 3, 3, 0, 1, 5, 0, 0, 2, 0], 4)


@pytest.fixture
def tokenizer_file(tmp_path: Path) -> Path:
    vocabulary = {"[UNK]": 0, "river": 1, "rhi": 2, "##ne": 3, "##s": 4, ".": 5}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    path = tmp_path / "tokenizer.json"
    tokenizer.enable_truncation(2)
    tokenizer.save(str(path))
    assert json.loads(path.read_text(encoding="utf-8"))["truncation"] is not None
    return path


@pytest.fixture
def pieces(tokenizer_file: Path) -> Pieces:
    return Pieces(tokenizer_file)


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(11)
