"""Smaller weights for an exported graph: eight bits where they will do, sixteen where they will not.

Matrices become `MatMulNBits` of 8 bits: a scale for each block of weights, and, as the run-time quantises activations
on the fly, one for each block of activations of each row. So no token's result depends on the tokens that share its
run. `MatMulInteger` with a scale per row and per output was measured and left: it takes half the encoder's time, but
BERT's few large weights and activations take the precision of all others, and three in ten outputs changed. Besides,
unsigned times signed bytes saturate on processors without VNNI, and signed times signed bytes are several times slower
on those with it.

The encoder's attention projections, on which its attention weights hang exponentially, cost the most accuracy: they
are stored as 16-bit floats and computed in full precision. Piece embeddings get a scale for each block. Norms, biases
and small tables stay as they are.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import helper, numpy_helper

EMBEDDING_BLOCK = 64
# Narrower outputs (the six special tokens) and shorter tables (positions, casing) are small and stay as they are.
LEAST_OUTPUTS, LEAST_ROWS = 32, 4096
# Both operands in blocks of 8-bit integers, sums in 32 bits.
INTEGER_ACCURACY = 4
CONTRIB = "com.microsoft"

Replacement = tuple[list[onnx.NodeProto], list[onnx.TensorProto]]


def quantize(
    graph: onnx.ModelProto,
    matrix_block: int,
    embedding_block: int = EMBEDDING_BLOCK,
    least_rows: int = LEAST_ROWS,
) -> onnx.ModelProto:
    """A new graph with the same inputs and outputs. Raises ValueError where a matrix does not divide into blocks."""
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    biases = dict(_biases(graph, weights))
    nodes: list[onnx.NodeProto] = []
    tensors: list[onnx.TensorProto] = []
    replaced_sums: set[str] = set()
    for node in graph.graph.node:
        if node.output[0] in replaced_sums:
            continue
        if _is_encoder_attention(node, weights):
            new_nodes, new_tensors = _half_matrix(node, weights[node.input[1]])
        elif _is_matrix(node, weights):
            bias = biases.get(node.output[0])
            new_nodes, new_tensors = _quantized_matrix(node, weights[node.input[1]], bias, matrix_block)
            if bias is not None:
                replaced_sums.add(bias.output[0])
        elif _is_piece_table(node, weights, least_rows):
            new_nodes, new_tensors = _quantized_table(node, weights[node.input[0]], embedding_block)
        else:
            new_nodes, new_tensors = [node], []
        nodes += new_nodes
        tensors += new_tensors

    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.graph.initializer if tensor.name in used]
    quantized = onnx.ModelProto()
    quantized.CopyFrom(graph)
    del quantized.graph.node[:], quantized.graph.initializer[:]
    quantized.graph.node.extend(nodes)
    quantized.graph.initializer.extend(kept + tensors)
    quantized.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    onnx.checker.check_model(quantized)
    return quantized


def quantize_blocks(
    rows: np.ndarray, block: int, scale_type: type[np.floating] = np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """[N, K] to integers from -127 to 127 [N, K / block, block] and scales [N, K / block]."""
    if rows.shape[1] % block != 0:
        raise ValueError(f"rows of {rows.shape[1]} do not divide into blocks of {block}")
    blocks = rows.reshape(rows.shape[0], -1, block).astype(np.float32)
    largest = np.abs(blocks).max(-1)
    # A block of zeros needs some scale, and any will do.
    scales = (np.where(largest > 0, largest, 1) / 127).astype(scale_type)
    # A scale that was rounded down would let the largest value out of range.
    integers = np.round(blocks / scales[..., None].astype(np.float32)).clip(-127, 127)
    return integers.astype(np.int8), scales


def _biases(graph: onnx.ModelProto, weights: dict[str, onnx.TensorProto]) -> Iterator[tuple[str, onnx.NodeProto]]:
    """For each value to which a constant is added: the node that adds it."""
    for node in graph.graph.node:
        if node.op_type == "Add" and node.input[0] in weights:
            yield node.input[1], node
        elif node.op_type == "Add" and node.input[1] in weights:
            yield node.input[0], node


def _is_matrix(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> bool:
    return node.op_type == "MatMul" and node.input[1] in weights and weights[node.input[1]].dims[1] >= LEAST_OUTPUTS


def _is_encoder_attention(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> bool:
    return _is_matrix(node, weights) and node.name.startswith("/encoder.") and "/qkv/" in node.name


def _is_piece_table(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto], least_rows: int) -> bool:
    return node.op_type == "Gather" and node.input[0] in weights and weights[node.input[0]].dims[0] >= least_rows


def _quantized_matrix(
    node: onnx.NodeProto, weight: onnx.TensorProto, bias: onnx.NodeProto | None, block: int
) -> Replacement:
    values = numpy_helper.to_array(weight)
    integers, scales = quantize_blocks(values.T, block)
    # The operator counts from 128 where it is given no zero points.
    tensors = [
        numpy_helper.from_array((integers.astype(np.int16) + 128).astype(np.uint8), f"{node.name}.weight"),
        numpy_helper.from_array(scales, f"{node.name}.scale"),
    ]
    inputs = [node.input[0], f"{node.name}.weight", f"{node.name}.scale"]
    output = node.output[0]
    if bias is not None:
        inputs += ["", "", next(name for name in bias.input if name != output)]
        output = bias.output[0]
    matrix = helper.make_node(
        "MatMulNBits",
        inputs,
        [output],
        name=node.name,
        domain=CONTRIB,
        K=values.shape[0],
        N=values.shape[1],
        bits=8,
        block_size=block,
        accuracy_level=INTEGER_ACCURACY,
    )
    return [matrix], tensors


def _half_matrix(node: onnx.NodeProto, weight: onnx.TensorProto) -> Replacement:
    stored, restored = f"{node.name}.weight", f"{node.name}.float"
    # The run-time casts constants once, when it loads the graph.
    cast = helper.make_node("Cast", [stored], [restored], name=f"{node.name}/float", to=onnx.TensorProto.FLOAT)
    matrix = helper.make_node("MatMul", [node.input[0], restored], [node.output[0]], name=node.name)
    return [cast, matrix], [numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), stored)]


def _quantized_table(node: onnx.NodeProto, table: onnx.TensorProto, block: int) -> Replacement:
    values = numpy_helper.to_array(table)
    integers, scales = quantize_blocks(values, block, np.float16)
    name, ids, output = node.name, node.input[1], node.output[0]
    tensors = [
        numpy_helper.from_array(integers, f"{name}.table"),
        numpy_helper.from_array(scales[..., None], f"{name}.scale"),
        numpy_helper.from_array(np.array([0, 0, values.shape[1]]), f"{name}.shape"),
    ]

    def node_of(operator: str, inputs: list[str], output: str, **attributes) -> onnx.NodeProto:
        return helper.make_node(operator, inputs, [output], name=f"{output}.node", **attributes)

    return [
        node_of("Gather", [f"{name}.table", ids], f"{name}.integers"),
        node_of("Gather", [f"{name}.scale", ids], f"{name}.scales"),
        node_of("Cast", [f"{name}.integers"], f"{name}.whole", to=onnx.TensorProto.FLOAT),
        node_of("Cast", [f"{name}.scales"], f"{name}.step", to=onnx.TensorProto.FLOAT),
        node_of("Mul", [f"{name}.whole", f"{name}.step"], f"{name}.blocks"),
        node_of("Reshape", [f"{name}.blocks", f"{name}.shape"], output),
    ], tensors
