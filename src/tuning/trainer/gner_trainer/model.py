"""The built-in architecture: a BERT encoder and a small decoder that copies pieces of its source.

The decoder never chooses from a vocabulary. It points at source pieces, which are the labels and the words of the
prompt, or emits one of six special tokens. `encode` and `decode` have the very shapes of the exported graphs, so that
training, reference decoding and export share one definition.

Shapes: B prompts, S source pieces, T new tokens, P past tokens, H heads, D width of a head, W = H * D.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Special tokens follow the pieces: their ids are `Config.pieces + SPECIALS.index(name)`.
SPECIALS = ("outside", "begin", "inside", "close", "end", "start")
TOP = 16
MASKED = -1e9

# The names of these tensors are those of the graphs, less the prefix `memory.`.
Memory = dict[str, Tensor]


@dataclass(frozen=True)
class Config:
    pieces: int = 30522
    width: int = 384
    heads: int = 12
    feed_forward: int = 1536
    encoder_layers: int = 6
    decoder_layers: int = 2
    positions: int = 512
    # Distances from the source pointer are told apart up to this many pieces either way.
    reach: int = 16

    @property
    def head_size(self) -> int:
        return self.width // self.heads

    @property
    def label_bucket(self) -> int:
        return 2 * self.reach + 1

    def special(self, name: str) -> int:
        return self.pieces + SPECIALS.index(name)


class Reshape(torch.autograd.Function):
    """In a graph, a 0 copies a dimension; torch would trace a chain of shape arithmetic instead."""

    @staticmethod
    def forward(_ctx, x: Tensor, tail: list[int]) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], *tail)

    @staticmethod
    def symbolic(g, x, tail):
        return g.op("Reshape", x, g.op("Constant", value_t=torch.tensor([0, 0, *tail])))


def reshape_tail(x: Tensor, *tail: int) -> Tensor:
    """Keeps the first two dimensions and reshapes the rest to `tail`."""
    if torch.onnx.is_in_onnx_export():
        return Reshape.apply(x, list(tail))
    return x.reshape(x.shape[0], x.shape[1], *tail)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """[B, T, W] to [B, H, T, D]."""
    return reshape_tail(x, heads, -1).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """[B, H, T, D] to [B, T, W]."""
    return reshape_tail(x.transpose(1, 2), -1)


def scaled_scores(query: Tensor, key: Tensor, size: int) -> Tensor:
    return query @ key.transpose(-1, -2) * size**-0.5


class FeedForward(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.up = nn.Linear(config.width, config.feed_forward)
        self.down = nn.Linear(config.feed_forward, config.width)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.gelu(self.up(x)))


def layer_norm(config: Config) -> nn.LayerNorm:
    return nn.LayerNorm(config.width, eps=1e-12)


class EncoderLayer(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.heads, self.head_size = config.heads, config.head_size
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.attention_norm = layer_norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = layer_norm(config)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        query, key, value = split_heads(self.qkv(x), 3 * self.heads).split([self.heads] * 3, 1)
        weights = (scaled_scores(query, key, self.head_size) + bias).softmax(-1)
        x = self.attention_norm(x + self.out(merge_heads(weights @ value)))
        return self.feed_forward_norm(x + self.feed_forward(x))


class DecoderLayer(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.heads, self.head_size = config.heads, config.head_size
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.attention_norm = layer_norm(config)
        self.cross_query = nn.Linear(config.width, config.width)
        self.cross_key = nn.Linear(config.width, config.width)
        self.cross_value = nn.Linear(config.width, config.width)
        self.cross_out = nn.Linear(config.width, config.width)
        self.cross_norm = layer_norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = layer_norm(config)
        # A bias for every bucket of the distance to the source pointer; the last bucket is the labels'.
        self.distance = nn.Parameter(torch.zeros(config.label_bucket + 1, config.heads))

    def forward(
        self, x: Tensor, self_mask: Tensor, past: tuple[Tensor, Tensor], cross: tuple[Tensor, Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        query, key, value = split_heads(self.qkv(x), 3 * self.heads).split([self.heads] * 3, 1)
        scores = scaled_scores(query, torch.cat([past[0], key], 2), self.head_size)
        weights = torch.where(self_mask, scores, MASKED).softmax(-1)
        attended = weights @ torch.cat([past[1], value], 2)
        x = self.attention_norm(x + self.out(merge_heads(attended)))

        cross_key, cross_value, bias = cross
        query = split_heads(self.cross_query(x), self.heads)
        weights = (scaled_scores(query, cross_key, self.head_size) + bias).softmax(-1)
        x = self.cross_norm(x + self.cross_out(merge_heads(weights @ cross_value)))
        return self.feed_forward_norm(x + self.feed_forward(x)), key, value


class Gner(nn.Module):
    """The whole model; see the module's text for the shapes."""

    def __init__(self, config: Config = Config()):
        super().__init__()
        self.config = config
        width = config.width
        self.piece = nn.Embedding(config.pieces, width)
        self.position = nn.Embedding(config.positions, width)
        # 0 to 2: capitals in the word, 3: label, 4 and more: a piece that continues a word.
        self.casing = nn.Embedding(8, width)
        self.input_norm = layer_norm(config)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))

        self.special = nn.Embedding(len(SPECIALS), width)
        self.output_norm = layer_norm(config)
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.pointer_query = nn.Linear(width, width)
        self.pointer_key = nn.Linear(width, width)
        self.pointer_piece = nn.Linear(width, width, bias=False)
        self.pointer_distance = nn.Parameter(torch.zeros(config.label_bucket + 1))
        self.special_head = nn.Linear(width, len(SPECIALS))

        special_tokens = [config.pieces + i if i < len(SPECIALS) else -1 for i in range(TOP)]
        self.register_buffer("special_tokens", torch.tensor([special_tokens]), persistent=False)
        self.register_buffer("indices", torch.arange(config.positions)[None], persistent=False)

    def encode(self, input_ids: Tensor, attention_mask: Tensor, casing: Tensor, source_start: Tensor) -> Memory:
        """All that decoding needs of a prompt, computed once.

        `input_ids`, `attention_mask` (1 = piece, 0 = padding) and `casing` are int64 [B, S]; `source_start` is int64
        [B]: the index of the first piece of the text's words, which ends the labels.
        """
        real = attention_mask > 0
        pieces = self.piece(input_ids)
        x = self.input_norm(pieces + self.casing(casing) + self.position.weight[: input_ids.shape[1]])
        bias = torch.where(real, 0.0, MASKED)[:, None, None, :]
        for layer in self.encoder:
            x = layer(x, bias)

        memory = self._candidates(input_ids, real, pieces) | self._buckets(real, source_start)
        for i, layer in enumerate(self.decoder):
            memory[f"cross_key.{i}"] = split_heads(layer.cross_key(x), layer.heads)
            memory[f"cross_value.{i}"] = split_heads(layer.cross_value(x), layer.heads)
        # The piece before tells apart the places where one piece stands several times.
        before = F.pad(pieces, (0, 0, 1, 0))[:, :-1]
        memory["pointer_key"] = self.pointer_key(x) + self.pointer_piece(pieces + 0.5 * before)
        return memory

    def _candidates(self, input_ids: Tensor, real: Tensor, pieces: Tensor) -> Memory:
        """What can be emitted: each piece at its first place, -1 at its other places, then the special tokens.

        There are TOP entries after the pieces, so that even the shortest prompt has a full top list.
        """
        first = (input_ids[:, :, None] == input_ids[:, None, :]).int().argmax(-1)
        emitted = torch.where((first == self.indices[:, : input_ids.shape[1]]) & real, input_ids, -1)
        # Adding a column of zeros repeats the special tokens for each prompt.
        each_prompt = torch.zeros_like(input_ids[:, :1])
        specials = F.pad(self.special.weight, (0, 0, 0, TOP - len(SPECIALS))) + each_prompt[:, :, None].float()
        return {
            "tokens": torch.cat([emitted, self.special_tokens + each_prompt], 1),
            "embeddings": self.output_norm(torch.cat([pieces, specials], 1)),
            "first": first,
        }

    def _buckets(self, real: Tensor, source_start: Tensor) -> Memory:
        """The place of each source piece, and the bucket of those whose distance does not count (-1: it counts)."""
        index = self.indices[:, : real.shape[1]] + torch.zeros_like(source_start)[:, None]
        bucket = torch.where(index < source_start[:, None], self.config.label_bucket, -1)
        return {"index": index, "bucket": torch.where(real, bucket, self.config.label_bucket + 1)}

    def decode(
        self, tokens: Tensor, positions: Tensor, self_mask: Tensor, past: list[tuple[Tensor, Tensor]], memory: Memory
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """One run over T tokens: log-probabilities [B, T, S + TOP] over `memory["tokens"]`, and for each layer the
        tokens' own keys and values [B, H, T, D].

        `positions` int64 [B, T] is the source pointer after each token. `self_mask` bool [B, T, P + T] says which past
        and new tokens each token sees (itself included). Every place of a piece counts towards its first place; the
        others, and unused entries, have the log-probability -inf.
        """
        chosen = (tokens[:, :, None] == memory["tokens"][:, None, :]).int().argmax(-1)
        x = memory["embeddings"].gather(1, chosen[:, :, None].expand(-1, -1, self.config.width))

        bias = self._distance_bias(positions, memory)
        new = []
        for i, layer in enumerate(self.decoder):
            layer_bias = bias[:, i * layer.heads : (i + 1) * layer.heads]
            cross = (memory[f"cross_key.{i}"], memory[f"cross_value.{i}"], layer_bias)
            x, key, value = layer(x, self_mask[:, None], past[i], cross)
            new.append((key, value))

        pointers = scaled_scores(self.pointer_query(x), memory["pointer_key"], self.config.width) + bias[:, -1]
        specials = F.pad(self.special_head(x), (0, TOP - len(SPECIALS)), value=MASKED)
        probabilities = torch.cat([pointers, specials], -1).softmax(-1)
        places, specials = probabilities[..., :-TOP], probabilities[..., -TOP:]
        first = memory["first"][:, None, :].expand_as(places)
        summed = torch.zeros_like(places).scatter_add(-1, first, places)
        return torch.cat([summed, specials], -1).log(), new

    def _distance_bias(self, positions: Tensor, memory: Memory) -> Tensor:
        """[B, layers * H + 1, T, S]: for the heads of each layer, then for the pointer, in one look-up."""
        table = torch.cat([layer.distance for layer in self.decoder] + [self.pointer_distance[:, None]], 1)
        table = torch.cat([table, torch.full((1, table.shape[1]), MASKED)])
        reach = self.config.reach
        distance = (memory["index"][:, None, :] - positions[:, :, None]).clamp(-reach, reach) + reach
        fixed = memory["bucket"][:, None, :]
        return table[torch.where(fixed < 0, distance, fixed)].permute(0, 3, 1, 2)


def top_tokens(log_probabilities: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
    """The TOP best tokens of each position and their log-probabilities, best first; -1 and -inf where too few exist."""
    best, places = log_probabilities.topk(TOP, -1)
    tokens = memory["tokens"][:, None, :].expand_as(log_probabilities).gather(-1, places)
    return tokens, best


def empty_past(config: Config, batch: int) -> list[tuple[Tensor, Tensor]]:
    nothing = torch.zeros(batch, config.heads, 0, config.head_size)
    return [(nothing, nothing) for _ in range(config.decoder_layers)]
