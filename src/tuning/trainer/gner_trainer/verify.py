"""Compares the built-in architecture's exported graphs, run by ONNX Runtime, with the model in PyTorch."""

import numpy as np
import onnxruntime
import torch

from .inputs import Prompt
from .model import Config, Gner, empty_past, top_tokens
from .reference import encoder_inputs, greedy, source_pointer

Arrays = dict[str, np.ndarray]
# Log-probabilities below this belong to tokens that no search would look at.
NOTICED = -10.0


class Graphs:
    """The two graphs of a model folder, or of two models in memory."""

    def __init__(self, encoder: str | bytes, decoder: str | bytes, config: Config = Config(), threads: int = 0):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.config = config
        self._encoder = onnxruntime.InferenceSession(encoder, options, providers=["CPUExecutionProvider"])
        self._decoder = onnxruntime.InferenceSession(decoder, options, providers=["CPUExecutionProvider"])

    def encode(self, inputs: Arrays) -> Arrays:
        names = [output.name for output in self._encoder.get_outputs()]
        return dict(zip(names, self._encoder.run(names, inputs)))

    def decode(
        self, tokens: np.ndarray, positions: np.ndarray, mask: np.ndarray, past: Arrays, memory: Arrays
    ) -> Arrays:
        names = [output.name for output in self._decoder.get_outputs()]
        step = {"tokens": tokens, "positions": positions, "self_mask": mask}
        return dict(zip(names, self._decoder.run(names, step | past | memory)))

    def no_past(self, batch: int = 1) -> Arrays:
        nothing = np.zeros((batch, self.config.heads, 0, self.config.head_size), np.float32)
        layers = range(self.config.decoder_layers)
        return {f"past_{part}.{i}": nothing for i in layers for part in ("key", "value")}

    def greedy(self, prompt: Prompt, max_tokens: int = 1024) -> list[int]:
        """As `reference.greedy`."""
        memory = self.encode(as_arrays(prompt))
        pointer, past = source_pointer(prompt, self.config), self.no_past()
        token, end = self.config.special("start"), self.config.special("end")
        emitted: list[int] = []
        while token != end and len(emitted) < max_tokens:
            sees_all = np.ones((1, 1, len(emitted) + 1), bool)
            out = self.decode(np.array([[token]]), np.array([[pointer.index]]), sees_all, past, memory)
            past = {f"past_{name}": np.concatenate([past[f"past_{name}"], out[name]], 2) for name in list(out)[2:]}
            token = int(out["top_tokens"][0, 0, 0])
            pointer.push(token)
            emitted.append(token)
        return emitted


def as_arrays(prompt: Prompt) -> Arrays:
    return {name: tensor.numpy() for name, tensor in encoder_inputs(prompt).items()}


@torch.inference_mode()
def largest_difference(model: Gner, graphs: Graphs, prompt: Prompt, emitted: list[int]) -> float:
    """Over the top tokens of every step, when both are fed `emitted`, in one run each."""
    pointer = source_pointer(prompt, model.config)
    fed = [model.config.special("start"), *emitted[:-1]]
    positions = [pointer.index, *(pointer.push(token) for token in fed[1:])]
    tokens, places = torch.tensor([fed]), torch.tensor([positions])
    causal = torch.ones(1, len(fed), len(fed), dtype=torch.bool).tril()

    memory = model.encode(**encoder_inputs(prompt))
    expected, _ = model.decode(tokens, places, causal, empty_past(model.config, 1), memory)
    best, best_log_probabilities = top_tokens(expected, memory)
    out = graphs.decode(
        tokens.numpy(), places.numpy(), causal.numpy(), graphs.no_past(), graphs.encode(as_arrays(prompt))
    )
    worst = 0.0
    for step in range(len(fed)):
        found = dict(zip(out["top_tokens"][0, step].tolist(), out["top_logprobs"][0, step].tolist()))
        for token, value in zip(best[0, step].tolist(), best_log_probabilities[0, step].tolist()):
            if value > NOTICED and token in found:
                worst = max(worst, abs(found[token] - value))
    return worst


def compare(model: Gner, graphs: Graphs, prompt: Prompt) -> tuple[list[int], list[int], float]:
    """The model's greedy tokens, the graphs', and the largest difference where both are fed the model's."""
    expected = greedy(model, prompt)
    return expected, graphs.greedy(prompt), largest_difference(model, graphs, prompt, expected)
