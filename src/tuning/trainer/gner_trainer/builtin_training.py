"""The first weights of the built-in model and its loss: teacher forcing in one run over the whole target."""

from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from .builtin_batches import Batch
from .checkpoint import config_of, rename_bert
from .model import MASKED, SPECIALS, Config, DecoderLayer, EncoderLayer, Gner

# The pieces that go on with a word are certain after a while: what is left to learn is in the tags.
COPY_WEIGHT = 0.2


def from_encoder(weights: Path, decoder_layers: int = 2) -> Gner:
    """A model whose encoder is a BERT checkpoint (safetensors) and whose decoder layers are copies of its last ones,
    for self- and cross-attention alike. The pointers start out near the place where copying goes on."""
    state = rename_bert(load_file(weights))
    config = replace(config_of(state), decoder_layers=decoder_layers)
    model = Gner(config)
    model.load_state_dict(state, strict=False)
    last = model.encoder[len(model.encoder) - config.decoder_layers :]
    with torch.no_grad():
        model.casing.weight.zero_()
        model.special.weight.normal_(std=0.05)
        for layer, source in zip(model.decoder, last, strict=True):
            copy_layer(layer, source, config)
        model.pointer_distance[config.reach] = 6.0
    return model


def copy_layer(layer: DecoderLayer, source: EncoderLayer, config: Config) -> None:
    query, key, value = ({"weight": w, "bias": b} for w, b in zip(source.qkv.weight.chunk(3), source.qkv.bias.chunk(3)))
    layer.qkv.load_state_dict(source.qkv.state_dict())
    for target, state in ((layer.cross_query, query), (layer.cross_key, key), (layer.cross_value, value)):
        target.load_state_dict(state)
    layer.out.load_state_dict(source.out.state_dict())
    layer.cross_out.load_state_dict(source.out.state_dict())
    layer.feed_forward.load_state_dict(source.feed_forward.state_dict())
    layer.attention_norm.load_state_dict(source.attention_norm.state_dict())
    layer.feed_forward_norm.load_state_dict(source.feed_forward_norm.state_dict())
    reach = config.reach
    # Some heads look at the piece before the pointer, at it and behind it from the start.
    for place, heads in ((reach - 1, slice(0, 3)), (reach, slice(3, 5)), (reach - 2, slice(5, 6))):
        layer.distance[place, heads] = 4.0


def token_losses(model: Gner, batch: Batch) -> Tensor:
    """Negative log-likelihood [B, T] of each target, 0 in the padding. The probability of a piece is the sum over
    all places where it stands. The same function as `Gner.encode` and `Gner.decode`, without their detours for
    graphs, and in the precision of the weights: a test compares the two."""
    scores = logits(model, batch)
    targets = batch.targets[:, :, None]
    places = (targets == batch.input_ids[:, None, :]) & (batch.attention_mask[:, None, :] > 0)
    specials = targets == model.config.pieces + torch.arange(len(SPECIALS), device=targets.device)
    reached = scores.masked_fill(~torch.cat([places, specials], -1), MASKED).logsumexp(-1)
    return (scores.logsumexp(-1) - reached) * (batch.targets >= 0)


def loss_weights(batch: Batch, config: Config) -> Tensor:
    """[B, T]: COPY_WEIGHT for copied pieces, 1 for what a special token is or stands before."""
    in_tag = (batch.targets >= config.pieces) | (batch.tokens >= config.pieces)
    return torch.where(in_tag, 1.0, COPY_WEIGHT) * (batch.targets >= 0)


def logits(model: Gner, batch: Batch) -> Tensor:
    """[B, T, S + specials] over the places of the source, in single precision."""
    config, source = model.config, batch.input_ids.shape[1]
    # One look-up for both sides: its gradient is as large as the whole table.
    tokens = batch.tokens.clamp(max=config.pieces - 1)
    pieces, emitted = model.piece(torch.cat([batch.input_ids, tokens], 1)).split([source, tokens.shape[1]], 1)
    hidden = torch.where(batch.attention_mask > 0, 0.0, MASKED).to(pieces.dtype)[:, None, :]

    x = model.input_norm(pieces + model.casing(batch.casing) + model.position.weight[:source])
    for layer in model.encoder:
        x = encoder_layer(layer, x, hidden.repeat_interleave(config.heads, 0))
    before = F.pad(pieces, (0, 0, 1, 0))[:, :-1]
    pointer_key = model.pointer_key(x) + model.pointer_piece(pieces + 0.5 * before)

    special = model.special((batch.tokens - config.pieces).clamp(min=0))
    y = model.output_norm(torch.where((batch.tokens >= config.pieces)[..., None], special, emitted))
    biases = distance_biases(model, batch)
    for i, layer in enumerate(model.decoder):
        bias = biases[:, i * config.heads : (i + 1) * config.heads] + hidden[:, None]
        y = decoder_layer(layer, y, x, bias.flatten(0, 1))
    pointers = (model.pointer_query(y) @ pointer_key.transpose(1, 2)).float() * config.width**-0.5
    pointers = pointers + biases[:, -1].float() + hidden.float()
    return torch.cat([pointers, model.special_head(y).float()], -1)


def distance_biases(model: Gner, batch: Batch) -> Tensor:
    """[B, layers * H + 1, T, S]: for the heads of each decoder layer, then for the pointer."""
    config = model.config
    index = torch.arange(batch.input_ids.shape[1], device=batch.input_ids.device)
    distance = (index - batch.positions[:, :, None]).clamp(-config.reach, config.reach) + config.reach
    bucket = torch.where(index < batch.source_start[:, None, None], config.label_bucket, distance)
    table = torch.cat([layer.distance for layer in model.decoder] + [model.pointer_distance[:, None]], 1)
    return F.embedding(bucket, table).permute(0, 3, 1, 2)


def heads_apart(x: Tensor, heads: int) -> Tensor:
    """[B, T, W] to [B * H, T, D]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2).flatten(0, 1)


def heads_together(x: Tensor, heads: int) -> Tensor:
    """[B * H, T, D] to [B, T, W]."""
    return x.unflatten(0, (-1, heads)).transpose(1, 2).flatten(2)


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """On sequences this short plain products are faster on a CPU than fused attention, above all backwards."""
    scale = query.shape[-1] ** -0.5
    bias = bias.expand(query.shape[0], query.shape[1], key.shape[1])
    return torch.baddbmm(bias, query, key.transpose(1, 2), alpha=scale).softmax(-1) @ value


def encoder_layer(layer: EncoderLayer, x: Tensor, bias: Tensor) -> Tensor:
    query, key, value = (heads_apart(part, layer.heads) for part in layer.qkv(x).chunk(3, -1))
    x = layer.attention_norm(x + layer.out(heads_together(attend(query, key, value, bias), layer.heads)))
    return layer.feed_forward_norm(x + layer.feed_forward(x))


def decoder_layer(layer: DecoderLayer, y: Tensor, memory: Tensor, bias: Tensor) -> Tensor:
    heads, length = layer.heads, y.shape[1]
    query, key, value = (heads_apart(part, heads) for part in layer.qkv(y).chunk(3, -1))
    causal = torch.full((length, length), MASKED, dtype=y.dtype, device=y.device).triu(1)
    y = layer.attention_norm(y + layer.out(heads_together(attend(query, key, value, causal), heads)))
    query, key, value = (
        heads_apart(projected, heads)
        for projected in (layer.cross_query(y), layer.cross_key(memory), layer.cross_value(memory))
    )
    y = layer.cross_norm(y + layer.cross_out(heads_together(attend(query, key, value, bias), heads)))
    return layer.feed_forward_norm(y + layer.feed_forward(y))
