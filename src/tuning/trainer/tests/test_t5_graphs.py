"""T5's exported graphs beside transformers: several tokens a run, hypotheses in one pool, quantised rows."""

import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration

from gner_trainer.quantize import quantize
from gner_trainer.t5_graphs import export_graphs

HEADS, SIZE, LAYERS = 4, 8, 2
SOURCE = np.array([[5, 9, 33, 12, 7, 9, 1]])
# Longer than the distance at which T5's position biases end.
ANSWER = np.random.default_rng(2).integers(3, 90, (1, 150))


def tiny(feed_forward: str, tied: bool) -> T5ForConditionalGeneration:
    torch.manual_seed(1)
    config = T5Config(
        vocab_size=288,
        d_model=HEADS * SIZE,
        d_kv=SIZE,
        d_ff=64,
        num_layers=2,
        num_decoder_layers=LAYERS,
        num_heads=HEADS,
        feed_forward_proj=feed_forward,
        tie_word_embeddings=tied,
        decoder_start_token_id=0,
    )
    model = T5ForConditionalGeneration(config)
    if not tied:
        model.lm_head.weight = torch.nn.Parameter(torch.randn(288, HEADS * SIZE))
    for stack in (model.encoder, model.decoder):
        torch.nn.init.normal_(stack.block[0].layer[0].SelfAttention.relative_attention_bias.weight, std=2.0)
    return model.eval()


class Graphs:
    def __init__(self, protos):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.encoder, self.decoder = (
            onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
            for proto in protos
        )

    def encode(self, ids, mask=None):
        names = [output.name for output in self.encoder.get_outputs()]
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids) if mask is None else mask}
        return dict(zip(names, self.encoder.run(names, inputs)))

    def decode(self, tokens, positions, mask, past, memory):
        names = [output.name for output in self.decoder.get_outputs()]
        step = {"tokens": tokens, "positions": positions, "self_mask": mask}
        return dict(zip(names, self.decoder.run(names, step | past | memory)))


def pool(*outs, unfilled=0):
    """Keys and values of runs, one behind the other, and as many unfilled entries as are asked for."""
    rest = np.zeros((1, HEADS, unfilled, SIZE), np.float32)
    names = [f"{part}.{i}" for i in range(LAYERS) for part in ("key", "value")]
    return {f"past_{name}": np.concatenate([*(out[name] for out in outs), rest], 2) for name in names}


@pytest.fixture(scope="module", params=[("gated-gelu", False), ("relu", True)], ids=["flan-t5", "t5"])
def pair(request):
    model = tiny(*request.param)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model, export_graphs(model)


def test_one_run_equals_transformers(pair):
    model, protos = pair
    graphs = Graphs(protos)
    length = ANSWER.shape[1]
    positions, mask = np.arange(length)[None], np.tri(length, dtype=bool)[None]
    out = graphs.decode(ANSWER, positions, mask, pool(), graphs.encode(SOURCE))
    with torch.inference_mode():
        logits = model(input_ids=torch.from_numpy(SOURCE), decoder_input_ids=torch.from_numpy(ANSWER)).logits
    best, tokens = logits.log_softmax(-1).topk(out["top_tokens"].shape[-1], -1)
    assert (out["top_tokens"][..., 0] == tokens.numpy()[..., 0]).all()
    assert np.allclose(out["top_logprobs"], best.numpy(), atol=1e-3)


def test_hypotheses_of_one_pool_do_as_they_do_alone(pair):
    """Two that share their first two tokens; their later ones stand between each other's, the pool is not full."""
    graphs = Graphs(pair[1])
    memory = graphs.encode(SOURCE)
    shared = graphs.decode(
        np.array([[0, 8]]), np.array([[0, 1]]), np.tri(2, dtype=bool)[None], pool(), memory
    )
    forked_mask = np.array([[[1, 1, 0, 0, 1, 0], [1, 1, 0, 0, 0, 1]]], bool)
    forked = graphs.decode(np.array([[20, 30]]), np.array([[2, 2]]), forked_mask, pool(shared, unfilled=2), memory)
    last_mask = np.array([[[1, 1, 1, 0, 0, 1, 0], [1, 1, 0, 1, 0, 0, 1]]], bool)
    last = graphs.decode(np.array([[21, 31]]), np.array([[3, 3]]), last_mask, pool(shared, forked, unfilled=1), memory)
    for i, tokens in enumerate([[0, 8, 20, 21], [0, 8, 30, 31]]):
        alone = graphs.decode(np.array([tokens]), np.arange(4)[None], np.tri(4, dtype=bool)[None], pool(), memory)
        assert np.allclose(last["top_logprobs"][0, i], alone["top_logprobs"][0, 3], atol=1e-4)
        assert last["top_tokens"][0, i, 0] == alone["top_tokens"][0, 3, 0]


def test_padded_prompts_do_as_they_do_alone(pair):
    graphs = Graphs(pair[1])
    padded, mask = np.pad(SOURCE, ((0, 0), (0, 4))), np.pad(np.ones_like(SOURCE), ((0, 0), (0, 4)))
    start = np.array([[0]]), np.array([[0]]), np.ones((1, 1, 1), bool), pool()
    alone, with_padding = (graphs.decode(*start, graphs.encode(*inputs)) for inputs in ((SOURCE,), (padded, mask)))
    assert np.allclose(alone["top_logprobs"], with_padding["top_logprobs"], atol=1e-4)


def test_quantised_tokens_do_not_depend_on_those_that_share_their_run(pair):
    """Bit for bit: the same place, the same length, other tokens in the other places."""
    graphs = Graphs([quantize(proto, 32, 32, least_rows=288) for proto in pair[1]])
    memory = graphs.encode(SOURCE)
    positions, mask = np.zeros((1, 3), np.int64), np.eye(3, dtype=bool)[None]
    one, other = (
        graphs.decode(np.array([[9, *rest]]), positions, mask, pool(), memory) for rest in ([8, 8], [70, 3])
    )
    assert not np.array_equal(one["key.1"][0, :, 1], other["key.1"][0, :, 1])
    assert np.array_equal(one["top_logprobs"][0, 0], other["top_logprobs"][0, 0])
    assert np.array_equal(one["key.1"][0, :, 0], other["key.1"][0, :, 0])


def test_quantised_outputs_stay_close(pair):
    exact, close = Graphs(pair[1]), Graphs([quantize(proto, 32, 32, least_rows=288) for proto in pair[1]])
    memories = exact.encode(SOURCE), close.encode(SOURCE)
    assert all(
        np.abs(memories[0][name] - memories[1][name]).max() <= 0.05 * np.abs(memories[0][name]).max() + 1e-6
        for name in memories[0]
    )
