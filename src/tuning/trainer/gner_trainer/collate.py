"""Which rows make up each step, and tensors of them.

A step takes `batch_rows` rows, whatever the number of processes. They are sorted by length and dealt out in passes, so
that rows of a pass are about as long as each other on every process, while which rows make up a step stays random.
"""

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from .data import Example

# Targets that no loss is taken on.
IGNORED = -100


@dataclass(frozen=True)
class Schedule:
    """The rows of every step, as a function of the seed alone: nothing is kept between steps, so a run can begin at
    any. Rows stand in a new random order each epoch; the orders follow one another without a gap, and the last step is
    filled up from one more."""

    rows: int
    batch_rows: int
    epochs: int
    seed: int

    @property
    def steps(self) -> int:
        return -(-self.rows * self.epochs // self.batch_rows)

    def step(self, number: int) -> list[int]:
        """The rows of a step, which counts from 0."""
        start = number * self.batch_rows
        return [self._order(i // self.rows)[i % self.rows] for i in range(start, start + self.batch_rows)]

    def _order(self, epoch: int) -> list[int]:
        return shuffled(self.rows, self.seed, epoch)


@lru_cache(maxsize=3)
def shuffled(count: int, seed: int, epoch: int) -> list[int]:
    order = list(range(count))
    random.Random(f"{seed}/{epoch}").shuffle(order)
    return order


def passes_of(batch_rows: int, processes: int, rows_per_device: int) -> int:
    """How many passes a step takes: the gradients of so many are added up."""
    return -(-batch_rows // (processes * rows_per_device))


def deal(rows: list[int], sizes: list[int], processes: int, process: int, rows_per_device: int) -> list[list[int]]:
    """The rows of each pass for one process. Each row goes to one process once; where there are fewer rows than
    processes at the end, a process gets none."""
    passes = passes_of(len(rows), processes, rows_per_device)
    by_length = sorted(rows, key=lambda row: sizes[row])
    bounds = [len(rows) * i // passes for i in range(passes + 1)]
    return [by_length[start:end][process::processes] for start, end in zip(bounds, bounds[1:])]


def collate_pairs(examples: list[Example], pad: int, decoder_start: int) -> dict[str, Tensor]:
    """Encoder-decoder: padded on the right; `targets` [B, T] is IGNORED in the padding."""
    answers = padded([example.answer for example in examples], IGNORED)
    decoder_input = torch.full_like(answers, decoder_start)
    decoder_input[:, 1:] = answers[:, :-1].masked_fill(answers[:, :-1] == IGNORED, pad)
    return {
        "input_ids": padded([example.prompt for example in examples], pad),
        "attention_mask": padded([np.ones_like(example.prompt) for example in examples], 0),
        "decoder_input_ids": decoder_input,
        "targets": answers,
    }


def pack(examples: list[Example], capacity: int) -> list[list[Example]]:
    """Sequences that share a row of at most `capacity` tokens: first fit, longest first."""
    bins: list[list[Example]] = []
    room: list[int] = []
    for example in sorted(examples, key=lambda one: -one.size):
        if example.size > capacity:
            raise ValueError(f"a sequence of {example.size} tokens does not fit into {capacity}")
        place = next((i for i, free in enumerate(room) if free >= example.size), None)
        if place is None:
            bins.append([])
            room.append(capacity)
            place = len(bins) - 1
        bins[place].append(example)
        room[place] -= example.size
    return bins


def collate_packed(examples: list[Example], pad: int, capacity: int) -> dict[str, Tensor]:
    """Causal: several sequences a row. Positions begin at 0 in each sequence, and no token sees another sequence:
    `attention_mask` is bool [B, 1, L, L]. `targets` [B, L] is what each token is to be followed by, IGNORED unless
    that is a token of the answer, so that no loss is taken on prompts, nor across the end of a sequence."""
    bins = pack(examples, capacity)
    ids, positions, targets, sequence = [], [], [], []
    for members in bins:
        ids.append(np.concatenate([part for one in members for part in (one.prompt, one.answer)]))
        positions.append(np.concatenate([np.arange(one.size) for one in members]))
        targets.append(np.concatenate([next_answer_tokens(one) for one in members]))
        sequence.append(np.concatenate([np.full(one.size, number) for number, one in enumerate(members)]))
    owner = padded(sequence, -1)
    length = owner.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    # Padding sees itself alone: a token that sees nothing has no softmax.
    same = (owner[:, :, None] == owner[:, None, :]) & (owner >= 0)[:, :, None] | torch.eye(length, dtype=torch.bool)
    return {
        "input_ids": padded(ids, pad),
        "position_ids": padded(positions, 0),
        "attention_mask": (same & causal)[:, None],
        "targets": padded(targets, IGNORED),
    }


def next_answer_tokens(example: Example) -> np.ndarray:
    targets = np.full(example.size, IGNORED)
    targets[len(example.prompt) - 1 : -1] = example.answer
    return targets


def padded(rows: list[np.ndarray], value: int) -> Tensor:
    out = torch.full((len(rows), max(len(row) for row in rows)), value, dtype=torch.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = torch.from_numpy(row.astype(np.int64))
    return out
