"""T5's two ONNX graphs in full precision, with the names and shapes of the model folder.

transformers keeps a cache of its own and counts positions in it. Here keys and values come from the caller, and what a
token sees is a mask; so the decoder is computed anew from the same weights.

Shapes: B prompts, S source pieces, T new tokens, P past tokens, H heads, D width of a head.
"""

import onnx
import torch
from torch import Tensor, nn
from transformers import T5ForConditionalGeneration
from transformers.activations import ACT2FN
from transformers.models.t5.modeling_t5 import T5Attention

from .graphs import export_graph
from .model import MASKED, TOP, merge_heads, split_heads



ENCODER_INPUTS = ["input_ids", "attention_mask"]
DECODER_INPUTS = ["tokens", "positions", "self_mask"]


class Norm(nn.Module):
    def __init__(self, norm: nn.Module):
        super().__init__()
        self.weight, self.epsilon = norm.weight, norm.variance_epsilon

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon))


class FeedForward(nn.Module):
    """With its norm and the sum with what came in."""

    def __init__(self, layer: nn.Module, activation: str):
        super().__init__()
        dense = layer.DenseReluDense
        self.norm, self.out, self.activation = Norm(layer.layer_norm), dense.wo, ACT2FN[activation]
        self.gate = dense.wi_0 if hasattr(dense, "wi_0") else dense.wi
        self.up = dense.wi_1 if hasattr(dense, "wi_1") else None

    def forward(self, x: Tensor) -> Tensor:
        normed = self.norm(x)
        hidden = self.activation(self.gate(normed))
        if self.up is not None:
            hidden = hidden * self.up(normed)
        return x + self.out(hidden)


class Attention(nn.Module):
    """With its norm and the sum with what came in. T5 does not scale its scores."""

    def __init__(self, attention: nn.Module, norm: nn.Module, heads: int):
        super().__init__()
        self.norm, self.heads = Norm(norm), heads
        self.q, self.k, self.v, self.o = attention.q, attention.k, attention.v, attention.o

    def keys_and_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return split_heads(self.k(x), self.heads), split_heads(self.v(x), self.heads)

    def forward(self, x: Tensor, normed: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
        scores = split_heads(self.q(normed), self.heads) @ key.transpose(-1, -2) + bias
        return x + self.o(merge_heads(scores.softmax(-1) @ value))


class EncoderGraph(nn.Module):
    """The encoder, and the keys and values that the decoder's layers look up in its output."""

    def __init__(self, model: T5ForConditionalGeneration):
        super().__init__()
        config, blocks = model.config, model.encoder.block
        self.pieces = model.shared
        self.attentions = nn.ModuleList(
            Attention(block.layer[0].SelfAttention, block.layer[0].layer_norm, config.num_heads) for block in blocks
        )
        self.feed_forwards = nn.ModuleList(FeedForward(block.layer[1], config.dense_act_fn) for block in blocks)
        self.norm = Norm(model.encoder.final_layer_norm)
        self.crosses = nn.ModuleList(
            Attention(block.layer[1].EncDecAttention, block.layer[1].layer_norm, config.num_heads)
            for block in model.decoder.block
        )
        self.reach = config.relative_attention_max_distance
        distances = torch.arange(-self.reach, self.reach + 1)
        self.register_buffer("distance_bias", distance_bias(blocks[0].layer[0].SelfAttention, distances, True))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        index = torch.ones_like(input_ids).cumsum(-1)
        distance = (index[:, None, :] - index[:, :, None]).clamp(-self.reach, self.reach) + self.reach
        hidden = torch.where(attention_mask > 0, 0.0, MASKED)[:, None, None, :]
        bias = self.distance_bias[distance].permute(0, 3, 1, 2) + hidden
        x = self.pieces(input_ids)
        for attention, feed_forward in zip(self.attentions, self.feed_forwards):
            normed = attention.norm(x)
            x = feed_forward(attention(x, normed, *attention.keys_and_values(normed), bias))
        x = self.norm(x)
        return hidden, *(part for cross in self.crosses for part in cross.keys_and_values(x))

    @property
    def memory_names(self) -> list[str]:
        parts = [f"memory.{part}.{i}" for i in range(len(self.crosses)) for part in ("key", "value")]
        return ["memory.hidden", *parts]


class DecoderGraph(nn.Module):
    def __init__(self, model: T5ForConditionalGeneration):
        super().__init__()
        config, blocks = model.config, model.decoder.block
        self.layers, self.pieces = len(blocks), model.shared
        self.attentions = nn.ModuleList(
            Attention(block.layer[0].SelfAttention, block.layer[0].layer_norm, config.num_heads) for block in blocks
        )
        self.crosses = nn.ModuleList(
            Attention(block.layer[1].EncDecAttention, block.layer[1].layer_norm, config.num_heads) for block in blocks
        )
        self.feed_forwards = nn.ModuleList(FeedForward(block.layer[2], config.dense_act_fn) for block in blocks)
        self.norm, self.head = Norm(model.decoder.final_layer_norm), model.lm_head
        self.scale = config.d_model**-0.5 if config.scale_decoder_outputs else 1.0
        self.reach = config.relative_attention_max_distance
        self.register_buffer(
            "distance_bias", distance_bias(blocks[0].layer[0].SelfAttention, -torch.arange(self.reach + 1), False)
        )

    def forward(self, tokens: Tensor, positions: Tensor, self_mask: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        past, (hidden, *memory) = rest[: 2 * self.layers], rest[2 * self.layers :]
        bias = self._self_bias(positions, self_mask)
        x = self.pieces(tokens)
        new: list[Tensor] = []
        for i, (attention, cross) in enumerate(zip(self.attentions, self.crosses)):
            normed = attention.norm(x)
            key, value = attention.keys_and_values(normed)
            new += [key, value]
            keys, values = torch.cat([past[2 * i], key], 2), torch.cat([past[2 * i + 1], value], 2)
            x = attention(x, normed, keys, values, bias)
            x = cross(x, cross.norm(x), memory[2 * i], memory[2 * i + 1], hidden)
            x = self.feed_forwards[i](x)
        log_probabilities = (self.head(self.norm(x) * self.scale)).log_softmax(-1)
        best, top = log_probabilities.topk(TOP, -1)
        return top, best, *new

    def _self_bias(self, positions: Tensor, self_mask: Tensor) -> Tensor:
        """[B, H, T, P + T]. What a token sees are those before it in its own sequence, in their order: so a key's
        position is how many the token sees before that key, wherever in the pool it stands."""
        place = self_mask.long().cumsum(-1) - 1
        distance = (positions[:, :, None] - place).clamp(0, self.reach)
        bias = self.distance_bias[distance].permute(0, 3, 1, 2)
        return torch.where(self_mask[:, None], bias, MASKED)


def distance_bias(attention: T5Attention, distances: Tensor, bidirectional: bool) -> Tensor:
    """[distances, H]: beyond the largest distance nothing changes any more."""
    buckets = attention._relative_position_bucket(
        distances,
        bidirectional=bidirectional,
        num_buckets=attention.relative_attention_num_buckets,
        max_distance=attention.relative_attention_max_distance,
    )
    return attention.relative_attention_bias.weight.detach()[buckets].clone()


def export_graphs(model: T5ForConditionalGeneration) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """The encoder's and the decoder's graph. The same model gives the same bytes."""
    encoder, decoder = EncoderGraph(model), DecoderGraph(model)
    config, layers = model.config, range(decoder.layers)
    # Sizes that occur nowhere else, so that no dimension is taken for a constant.
    ids = torch.arange(2 * 7).reshape(2, 7)
    with torch.inference_mode():
        memory = encoder(ids, torch.ones_like(ids))
    source = {name: {0: "batch", 2: "source"} for name in encoder.memory_names} | {
        "memory.hidden": {0: "batch", 3: "source"}
    }
    pieces = {name: {0: "batch", 1: "source"} for name in ENCODER_INPUTS}
    prompt = (ids, torch.ones_like(ids))
    encoder_proto = export_graph(encoder, prompt, ENCODER_INPUTS, encoder.memory_names, pieces | source)

    batch, new, past = 2, 3, 5
    pool = torch.zeros(batch, config.num_heads, past, config.d_kv)
    step = (
        torch.full((batch, new), 4),
        torch.arange(past, past + new).expand(batch, new),
        torch.ones(batch, new, past + new, dtype=torch.bool),
        *[pool] * (2 * decoder.layers),
        *memory,
    )
    past_names = [f"past_{part}.{i}" for i in layers for part in ("key", "value")]
    new_names = [f"{part}.{i}" for i in layers for part in ("key", "value")]
    axes = (
        {name: {0: "batch", 1: "new"} for name in ("tokens", "positions", "top_tokens", "top_logprobs")}
        | {"self_mask": {0: "batch", 1: "new", 2: "past_and_new"}}
        | {name: {0: "batch", 2: "past"} for name in past_names}
        | {name: {0: "batch", 2: "new"} for name in new_names}
        | source
    )
    inputs = [*DECODER_INPUTS, *past_names, *encoder.memory_names]
    decoder_proto = export_graph(decoder, step, inputs, ["top_tokens", "top_logprobs", *new_names], axes)
    return encoder_proto, decoder_proto
