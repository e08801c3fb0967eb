import numpy as np
import pytest
import torch

from gner_trainer.graphs import export_graphs
from gner_trainer.model import TOP, top_tokens
from gner_trainer.reference import greedy
from gner_trainer.verify import Graphs, as_arrays, largest_difference

from conftest import CONFIG


@pytest.fixture(scope="module")
def graphs(protos):
    encoder, decoder = protos
    return Graphs(encoder.SerializeToString(), decoder.SerializeToString(), CONFIG, threads=1)


def random_step(generator, prompt, new, past):
    pool = {
        f"past_{part}.{i}": generator.normal(size=(1, CONFIG.heads, past, CONFIG.head_size)).astype(np.float32)
        for i in range(CONFIG.decoder_layers)
        for part in ("key", "value")
    }
    tokens = generator.choice([*prompt.input_ids, CONFIG.special("outside"), CONFIG.special("begin")], (1, new))
    positions = generator.integers(prompt.source_start, len(prompt.input_ids), (1, new))
    mask = generator.random((1, new, past + new)) < 0.5
    mask[0, np.arange(new), past + np.arange(new)] = True
    return tokens, positions, mask, pool


@pytest.mark.parametrize(("new", "past"), [(1, 0), (1, 5), (3, 0), (4, 7)])
def test_a_step_equals_pytorch(model, graphs, prompt, generator, new, past):
    tokens, positions, mask, pool = random_step(generator, prompt, new, past)
    memory = graphs.encode(as_arrays(prompt))
    out = graphs.decode(tokens, positions, mask, pool, memory)

    tensors = {name.removeprefix("memory."): torch.from_numpy(array) for name, array in memory.items()}
    layers = [tuple(torch.from_numpy(pool[f"past_{part}.{i}"]) for part in ("key", "value")) for i in range(2)]
    with torch.inference_mode():
        log_probabilities, kept = model.decode(
            torch.from_numpy(tokens), torch.from_numpy(positions), torch.from_numpy(mask), layers, tensors
        )
        best, best_log_probabilities = top_tokens(log_probabilities, tensors)
    finite = np.isfinite(best_log_probabilities.numpy())
    assert (out["top_tokens"] == best.numpy())[finite].all()
    assert np.allclose(out["top_logprobs"], best_log_probabilities.numpy(), atol=1e-4)
    for i, (key, value) in enumerate(kept):
        assert np.allclose(out[f"key.{i}"], key.numpy(), atol=1e-4)
        assert np.allclose(out[f"value.{i}"], value.numpy(), atol=1e-4)


def test_greedy_equals_the_reference(model, graphs, prompt):
    emitted = greedy(model, prompt, max_tokens=25)
    assert graphs.greedy(prompt, max_tokens=25) == emitted
    assert largest_difference(model, graphs, prompt, emitted) < 1e-4


def test_what_is_masked_is_not_seen(graphs, prompt, generator):
    """Neither the unfilled rest of a pool nor the other hypotheses of a run."""
    tokens, positions, mask, pool = random_step(generator, prompt, 3, 6)
    mask[0, 0] = [True, True, True, False, False, False, True, False, False]
    memory = graphs.encode(as_arrays(prompt))
    in_company = graphs.decode(tokens, positions, mask, pool, memory)
    filled = {name: array[:, :, :3] for name, array in pool.items()}
    alone = graphs.decode(tokens[:, :1], positions[:, :1], np.ones((1, 1, 4), bool), filled, memory)
    assert (in_company["top_tokens"][0, 0] == alone["top_tokens"][0, 0]).all()
    assert np.allclose(in_company["top_logprobs"][0, 0], alone["top_logprobs"][0, 0], atol=1e-5)
    assert np.allclose(in_company["key.1"][0, :, 0], alone["key.1"][0, :, 0], atol=1e-5)


def test_padded_prompts_of_a_batch_do_as_they_do_alone(graphs, prompt):
    inputs = as_arrays(prompt)
    longer = {name: np.concatenate([array, array[:, -3:]], 1) for name, array in inputs.items() if array.ndim == 2}
    padded = {name: np.pad(array, ((0, 0), (0, 3))) for name, array in inputs.items() if array.ndim == 2}
    batch = {name: np.concatenate([longer[name], padded[name]]) for name in longer}
    batch["source_start"] = np.repeat(inputs["source_start"], 2)
    start = CONFIG.special("start")

    def first_step(inputs):
        size = len(inputs["source_start"])
        positions = inputs["source_start"][:, None]
        tokens, mask = np.full((size, 1), start), np.ones((size, 1, 1), bool)
        return graphs.decode(tokens, positions, mask, graphs.no_past(size), graphs.encode(inputs))

    together, alone = first_step(batch), first_step(inputs)
    finite = np.isfinite(alone["top_logprobs"][0])
    assert (together["top_tokens"][1] == alone["top_tokens"][0])[finite].all()
    assert np.allclose(together["top_logprobs"][1], alone["top_logprobs"][0], atol=1e-5)


def test_the_shortest_prompt_has_a_full_top_list(graphs):
    inputs = {
        "input_ids": np.array([[1, 5, 2, 5, 2]]),
        "attention_mask": np.ones((1, 5), np.int64),
        "casing": np.zeros((1, 5), np.int64),
        "source_start": np.array([3]),
    }
    tokens, positions = np.array([[CONFIG.special("start")]]), np.array([[3]])
    memory = graphs.encode(inputs)
    out = graphs.decode(tokens, positions, np.ones((1, 1, 1), bool), graphs.no_past(), memory)
    found, log_probabilities = out["top_tokens"][0, 0], out["top_logprobs"][0, 0]
    assert len(found) == TOP
    # Three pieces and six special tokens; the rest is padding.
    assert (found[9:] == -1).all() and np.isneginf(log_probabilities[9:]).all()
    assert len(set(found[:9])) == 9 and np.isfinite(log_probabilities[:9]).all()


def test_graphs_have_no_control_flow_and_no_second_copy_of_the_pieces(protos):
    for proto in protos:
        operators = {node.op_type for node in proto.graph.node}
        assert operators.isdisjoint({"Loop", "If", "Scan", "Range"})
    decoder = protos[1].graph
    assert all(CONFIG.pieces not in tensor.dims for tensor in decoder.initializer)
    memory = [value.name for value in decoder.input if value.name.startswith("memory.")]
    assert memory == [value.name for value in protos[0].graph.output]


def test_export_is_deterministic(model, protos):
    again = export_graphs(model)
    assert [proto.SerializeToString() for proto in again] == [proto.SerializeToString() for proto in protos]
