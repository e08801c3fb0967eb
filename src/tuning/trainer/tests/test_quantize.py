import numpy as np
import pytest

from gner_trainer.quantize import quantize, quantize_blocks
from gner_trainer.verify import Graphs, as_arrays

from conftest import CONFIG


@pytest.fixture(scope="module")
def quantized(protos):
    return [quantize(proto, matrix_block=16, embedding_block=16, least_rows=CONFIG.pieces) for proto in protos]


@pytest.fixture(scope="module")
def graphs(quantized):
    encoder, decoder = (proto.SerializeToString() for proto in quantized)
    return Graphs(encoder, decoder, CONFIG, threads=1)


@pytest.mark.parametrize("scale_type", [np.float32, np.float16])
def test_blocks_come_back_within_half_a_step(generator, scale_type):
    rows = generator.normal(size=(5, 64)).astype(np.float32)
    rows[0, :32], rows[1, 3] = 0, 1000
    integers, scales = quantize_blocks(rows, 32, scale_type)
    assert integers.shape == (5, 2, 32) and scales.shape == (5, 2) and scales.dtype == scale_type
    assert np.abs(integers).max() == 127
    scales = scales.astype(np.float32)
    restored = (integers * scales[..., None]).reshape(rows.shape)
    # The scale's own rounding moves the largest values a little further.
    bound = scales.repeat(32, 1) / 2 * 1.001 + np.abs(rows) * np.finfo(scale_type).eps
    assert (np.abs(restored - rows) <= bound).all()
    # A large value takes precision from its own block only.
    assert np.abs(restored[1, 32:] - rows[1, 32:]).max() < 0.02


def test_rows_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="rows of 40 do not divide into blocks of 16"):
        quantize_blocks(np.zeros((2, 40)), 16)


def test_all_matrices_and_the_piece_table_are_quantized(protos, quantized):
    for before, after in zip(protos, quantized):
        constant = {tensor.name: tensor for tensor in before.graph.initializer}
        matrices = [node for node in before.graph.node if node.op_type == "MatMul" and node.input[1] in constant]
        left = [node for node in after.graph.node if node.op_type == "MatMul" and node.input[1] in constant]
        operators = [node.op_type for node in after.graph.node]
        half = [node for node in after.graph.node if node.op_type == "MatMul" and node.input[1].endswith(".float")]
        assert operators.count("MatMulNBits") == len(matrices) - len(left) - len(half)
        # What is left: the special tokens' head; what is halved: one attention projection a layer of the encoder.
        assert [constant[node.input[1]].dims[1] for node in left] in ([], [6])
        assert len(half) in (CONFIG.encoder_layers, 0)
    assert not any(tensor.name == "model.piece.weight" for tensor in quantized[0].graph.initializer)
    assert all(proto.graph.input == other.graph.input for proto, other in zip(protos, quantized))


def test_outputs_stay_close(protos, graphs, prompt):
    encoder, decoder = (proto.SerializeToString() for proto in protos)
    exact = Graphs(encoder, decoder, CONFIG, threads=1).encode(as_arrays(prompt))
    close = graphs.encode(as_arrays(prompt))
    for name, array in exact.items():
        if array.dtype == np.int64:
            assert (close[name] == array).all()
        else:
            assert np.abs(close[name] - array).max() < 0.03 * np.abs(array).max()


@pytest.mark.parametrize("new", [2, 3, 5, 8])
def test_a_token_does_not_depend_on_those_that_share_its_run(graphs, prompt, new):
    """Bit for bit: the same place of a run, the same length, but other tokens in the other places."""
    memory = graphs.encode(as_arrays(prompt))
    mask = np.eye(new, dtype=bool)[None]

    def run(others):
        tokens = np.array([[9, *others]])
        positions = np.array([[5, *[4] * (new - 1)]])
        return graphs.decode(tokens, positions, mask, graphs.no_past(), memory)

    one = run([8] * (new - 1))
    other = run([CONFIG.special("begin")] * (new - 1))
    assert not np.array_equal(one["key.1"][0, :, 1], other["key.1"][0, :, 1])
    for name in ("top_tokens", "top_logprobs"):
        assert np.array_equal(one[name][0, 0], other[name][0, 0])
    for name in ("key.0", "value.0", "key.1", "value.1"):
        assert np.array_equal(one[name][0, :, 0], other[name][0, :, 0])
