"""The weights of an exported model folder of 8 bits, to train on from there: whoever has a model can teach it more.

They are what the graphs compute with. Steps of 1/254 of the largest weight of a block are lost to the checkpoint that
the folder was made from.
"""

import json
import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from .checkpoint import config_of
from .model import Gner
from .recipe import RecipeError

Tensors = dict[str, np.ndarray]


def load_model_folder(folder: Path) -> Gner:
    """Raises RecipeError for a folder that holds no built-in architecture of 8 bits."""
    try:
        manifest = json.loads((folder / "gner.json").read_text(encoding="utf-8"))
        encoder, decoder = (_tensors(folder / manifest["graphs"][role]["file"]) for role in ("encoder", "decoder"))
        state = _plain(encoder) | _plain(decoder) | _matrices(encoder | decoder) | _tables(encoder, decoder)
    except (KeyError, StopIteration) as error:
        raise RecipeError(f"{folder} holds no model of the built-in architecture in 8 bits") from error
    model = Gner(config_of(state))
    model.load_state_dict(state)
    return model.eval()


def _tensors(graph: Path) -> Tensors:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(graph).graph.initializer}


def _plain(tensors: Tensors) -> dict[str, Tensor]:
    """What is stored under its own name: norms, biases, small tables."""
    return {
        name.removeprefix("model."): torch.tensor(value)
        for name, value in tensors.items()
        if name.startswith("model.")
    }


def _matrices(tensors: Tensors) -> dict[str, Tensor]:
    state = {}
    for name, stored in tensors.items():
        if not name.endswith("/MatMul.weight"):
            continue
        target = f"{_parameter(name.removesuffix('/MatMul.weight'))}.weight"
        scale = tensors.get(f"{name.removesuffix('.weight')}.scale")
        if scale is None:
            # Attention projections: 16 bits, inputs first.
            state[target] = torch.tensor(stored.astype(np.float32)).T.contiguous()
        else:
            blocks = (stored.astype(np.float32) - 128) * scale[..., None]
            state[target] = torch.tensor(blocks.reshape(len(stored), -1))
    return state


def _parameter(path: str) -> str:
    """`/encoder.0/feed_forward/up`; where the encoder's graph does work of the decoder's layers, `/cross_key`, `/cross_key_1`."""
    name = path.removeprefix("/").replace("/", ".")
    across = re.fullmatch(r"(cross_key|cross_value)(?:_(\d+))?", name)
    return name if across is None else f"decoder.{across[2] or 0}.{across[1]}"


def _tables(encoder: Tensors, decoder: Tensors) -> dict[str, Tensor]:
    pieces = encoder["/piece/Gather.table"].astype(np.float32) * encoder["/piece/Gather.scale"].astype(np.float32)
    # The tracer has joined the decoder's tables of distances, with a last row for hidden places, and turned the one
    # small matrix.
    joined = next(value for name, value in decoder.items() if name.startswith("onnx::Gather"))[:-1]
    head = next(value for name, value in decoder.items() if name.startswith("onnx::MatMul"))
    layers = sum(name.endswith(".qkv.bias") for name in decoder)
    *distances, pointer = np.split(joined, [(i + 1) * ((joined.shape[1] - 1) // layers) for i in range(layers)], 1)
    return {
        "piece.weight": torch.tensor(pieces.reshape(len(pieces), -1)),
        "special_head.weight": torch.tensor(head).T.contiguous(),
        "pointer_distance": torch.tensor(pointer[:, 0].copy()),
        **{f"decoder.{i}.distance": torch.tensor(table.copy()) for i, table in enumerate(distances)},
    }
