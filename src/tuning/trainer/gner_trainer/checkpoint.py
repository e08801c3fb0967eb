"""Reads checkpoints: our own names, or those of the first checkpoint, which kept BERT's."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from .model import Config, Gner

_TOP_LEVEL = {
    "enc.embeddings.word_embeddings": "piece",
    "enc.embeddings.LayerNorm": "input_norm",
    "case": "casing",
    "spec": "special",
    "dln": "output_norm",
    "pq": "pointer_query",
    "pk": "pointer_key",
    "pe": "pointer_piece",
    "so": "special_head",
}
_ENCODER_LAYER = {
    "attention.output.dense": "out",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "feed_forward.up",
    "output.dense": "feed_forward.down",
    "output.LayerNorm": "feed_forward_norm",
}
_DECODER_LAYER = {
    "o": "out",
    "n1": "attention_norm",
    "xq": "cross_query",
    "xk": "cross_key",
    "xv": "cross_value",
    "xo": "cross_out",
    "n2": "cross_norm",
    "f1": "feed_forward.up",
    "f2": "feed_forward.down",
    "n3": "feed_forward_norm",
}


HEAD_SIZE = 32


def config_of(state: dict[str, Tensor]) -> Config:
    """The sizes of a checkpoint under our names; heads are as wide as MiniLM's."""
    pieces, width = state["piece.weight"].shape
    layers = [name for name in state if name.endswith(".qkv.weight")]
    return Config(
        pieces=pieces,
        width=width,
        heads=width // HEAD_SIZE,
        feed_forward=state["encoder.0.feed_forward.up.weight"].shape[0],
        encoder_layers=sum(layer.startswith("encoder") for layer in layers),
        decoder_layers=sum(layer.startswith("decoder") for layer in layers),
        positions=state["position.weight"].shape[0],
    )


def load_model(path: Path, config: Config | None = None) -> Gner:
    """A model in full precision, ready for inference. Fails on a missing, unknown or misshapen tensor."""
    state = {name: tensor.float() for name, tensor in load_file(path).items()}
    config = config or (Config() if "enc.embeddings.word_embeddings.weight" in state else config_of(state))
    if "enc.embeddings.word_embeddings.weight" in state:
        state = _rename_first_checkpoint(state, config)
    model = Gner(config)
    model.load_state_dict(state)
    return model.eval()


def _rename_first_checkpoint(old: dict[str, Tensor], config: Config) -> dict[str, Tensor]:
    new: dict[str, Tensor] = {}

    def move(names: dict[str, str], source: str, target: str) -> None:
        for before, after in names.items():
            for kind in ("weight", "bias"):
                if f"{source}{before}.{kind}" in old:
                    new[f"{target}{after}.{kind}"] = old[f"{source}{before}.{kind}"]

    def join(source: str, names: tuple[str, str, str], target: str) -> None:
        for kind in ("weight", "bias"):
            new[f"{target}qkv.{kind}"] = torch.cat([old[f"{source}{name}.{kind}"] for name in names])

    move(_TOP_LEVEL, "", "")
    # There is one segment only: its embedding is part of every position's.
    segment = old["enc.embeddings.token_type_embeddings.weight"][0]
    new["position.weight"] = old["enc.embeddings.position_embeddings.weight"] + segment
    new["pointer_distance"] = old["prel"]
    for i in range(config.encoder_layers):
        source, target = f"enc.encoder.layer.{i}.", f"encoder.{i}."
        move(_ENCODER_LAYER, source, target)
        join(f"{source}attention.self.", ("query", "key", "value"), target)
    for i in range(config.decoder_layers):
        source, target = f"dec.{i}.", f"decoder.{i}."
        move(_DECODER_LAYER, source, target)
        join(source, ("q", "k", "v"), target)
        new[f"{target}distance"] = old[f"{source}rel.weight"]
    return new


_BERT_TOP_LEVEL = {"embeddings.word_embeddings": "piece", "embeddings.LayerNorm": "input_norm"}


def rename_bert(old: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a plain BERT encoder under our names; its pooling layer is left out."""
    segment = old["embeddings.token_type_embeddings.weight"][0]
    new = {"position.weight": old["embeddings.position_embeddings.weight"] + segment}
    names = dict(_BERT_TOP_LEVEL)
    for i in range(sum(name.endswith("attention.self.query.weight") for name in old)):
        layer = f"encoder.layer.{i}."
        names |= {f"{layer}{before}": f"encoder.{i}.{after}" for before, after in _ENCODER_LAYER.items()}
        for kind in ("weight", "bias"):
            parts = [old[f"{layer}attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
            new[f"encoder.{i}.qkv.{kind}"] = torch.cat(parts)
    for before, after in names.items():
        for kind in ("weight", "bias"):
            if f"{before}.{kind}" in old:
                new[f"{after}.{kind}"] = old[f"{before}.{kind}"]
    return new
