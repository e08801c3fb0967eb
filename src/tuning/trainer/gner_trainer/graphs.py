"""The two ONNX graphs in full precision, traced from the model, with the names and shapes of the model folder."""

import io
import warnings

import onnx
import torch
from torch import Tensor, nn

from .model import TOP, Config, Gner, Memory, empty_past, top_tokens

OPSET = 17
ENCODER_INPUTS = ["input_ids", "attention_mask", "casing", "source_start"]
DECODER_INPUTS = ["tokens", "positions", "self_mask"]

# Which dimensions vary: everything else is fixed by the architecture.
_MEMORY_AXES = {
    "tokens": {0: "batch", 1: "candidates"},
    "embeddings": {0: "batch", 1: "candidates"},
    "first": {0: "batch", 1: "source"},
    "index": {0: "batch", 1: "source"},
    "bucket": {0: "batch", 1: "source"},
    "pointer_key": {0: "batch", 1: "source"},
    "cross_key": {0: "batch", 2: "source"},
    "cross_value": {0: "batch", 2: "source"},
}


class EncoderGraph(nn.Module):
    def __init__(self, model: Gner):
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.model.encode(*inputs).values())


class DecoderGraph(nn.Module):
    def __init__(self, model: Gner, memory_names: list[str]):
        super().__init__()
        self.model = model
        self.memory_names = memory_names

    def forward(self, tokens: Tensor, positions: Tensor, self_mask: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        flat = 2 * self.model.config.decoder_layers
        past = list(zip(rest[0:flat:2], rest[1:flat:2]))
        memory = dict(zip(self.memory_names, rest[flat:], strict=True))
        log_probabilities, new = self.model.decode(tokens, positions, self_mask, past, memory)
        best, best_log_probabilities = top_tokens(log_probabilities, memory)
        return best, best_log_probabilities, *(tensor for layer in new for tensor in layer)


def export_graphs(model: Gner) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """The encoder's and the decoder's graph. The same model gives the same bytes."""
    config = model.config
    inputs = _example_prompt(config)
    with torch.inference_mode():
        memory = model.encode(*inputs)
    memory_axes = {f"memory.{name}": _MEMORY_AXES[name.split(".")[0]] for name in memory}
    piece_axes = {name: {0: "batch", 1: "source"} for name in ENCODER_INPUTS[:3]} | {"source_start": {0: "batch"}}
    encoder = export_graph(EncoderGraph(model), inputs, ENCODER_INPUTS, list(memory_axes), piece_axes | memory_axes)

    layers = range(config.decoder_layers)
    past_names = [f"past_{part}.{i}" for i in layers for part in ("key", "value")]
    new_names = [f"{part}.{i}" for i in layers for part in ("key", "value")]
    outputs = ["top_tokens", "top_logprobs", *new_names]
    token_axes = {name: {0: "batch", 1: "new"} for name in ("tokens", "positions", "top_tokens", "top_logprobs")}
    axes = (
        token_axes
        | {"self_mask": {0: "batch", 1: "new", 2: "past_and_new"}}
        | {name: {0: "batch", 2: "past"} for name in past_names}
        | {name: {0: "batch", 2: "new"} for name in new_names}
        | memory_axes
    )
    decoder = export_graph(
        DecoderGraph(model, list(memory)),
        _example_step(config, memory),
        [*DECODER_INPUTS, *past_names, *memory_axes],
        outputs,
        axes,
    )
    return encoder, decoder


def _example_prompt(config: Config) -> tuple[Tensor, ...]:
    # Sizes that occur nowhere else, so that no dimension is taken for a constant.
    ids = torch.arange(2 * 7).reshape(2, 7) % config.pieces
    return ids, torch.ones_like(ids), torch.zeros_like(ids), torch.tensor([3, 4])


def _example_step(config: Config, memory: Memory) -> tuple[Tensor, ...]:
    batch, new, past = 2, 3, 5
    tokens = torch.full((batch, new), config.special("start"))
    positions = torch.full((batch, new), 3)
    self_mask = torch.ones(batch, new, past + new, dtype=torch.bool)
    pool = torch.zeros(batch, config.heads, past, config.head_size)
    return tokens, positions, self_mask, *[pool] * (2 * config.decoder_layers), *memory.values()


def export_graph(
    graph: nn.Module,
    inputs: tuple[Tensor, ...],
    input_names: list[str],
    output_names: list[str],
    axes: dict[str, dict[int, str]],
) -> onnx.ModelProto:
    buffer = io.BytesIO()
    with torch.inference_mode(), warnings.catch_warnings():
        # The exporter warns of its age, and of Python values in the trace: here those are the model's sizes alone.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.eval(),
            inputs,
            buffer,
            input_names=input_names,
            output_names=output_names,
            dynamic_axes={name: dims for name, dims in axes.items() if name in (*input_names, *output_names)},
            opset_version=OPSET,
            dynamo=False,
        )
    proto = onnx.load_from_string(buffer.getvalue())
    onnx.checker.check_model(proto, full_check=True)
    return proto
