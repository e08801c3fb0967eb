"""Rows of the compact prompt style, and padded batches of them for the built-in architecture."""

import hashlib
import json
import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .inputs import Pieces, Prompt, SourcePointer, encode_prompt
from .model import Config


class RowError(ValueError):
    """A row that is not of this form; the message names file and line."""


@dataclass(frozen=True)
class Row:
    """Labels as asked for, and each word with its tag: `O`, `B-label` or `I-label`."""

    labels: list[str]
    words: list[str]
    tags: list[str]


@dataclass(frozen=True)
class Sample:
    """A row in pieces. `targets` are the tokens that are to be emitted, the end token included."""

    prompt: Prompt
    targets: list[int]

    @property
    def size(self) -> int:
        return len(self.prompt.input_ids) + len(self.targets)


class RowFile:
    """The rows of a JSONL file: all are checked, and each is read again when it is wanted. `sizes` are the rows' lengths
    in bytes, `digest` the SHA-256 of the file. Raises RowError."""

    def __init__(self, path: Path):
        self.path = path
        self._starts = array("Q")
        self.sizes = array("L")
        at, digest = 0, hashlib.sha256()
        with path.open("rb") as lines:
            for line in lines:
                self._row(len(self.sizes), line)
                self._starts.append(at)
                self.sizes.append(len(line))
                at += len(line)
                digest.update(line)
        if not self.sizes:
            raise RowError(f"{path}: holds no row")
        self.digest = digest.hexdigest()

    def sample(self, row: int, pieces: Pieces, config: Config) -> "Sample":
        with self.path.open("rb") as lines:
            lines.seek(self._starts[row])
            line = lines.readline()
        try:
            return encode_row(pieces, self._row(row, line), config)
        except RowError:
            raise
        except ValueError as error:
            raise self._fault(row, error) from error

    def _row(self, row: int, line: bytes) -> Row:
        try:
            keys = json.loads(line)
            prompt, target = keys["input"], keys["target"]
            if not (isinstance(prompt, str) and isinstance(target, str)):
                raise ValueError("input and target must be texts")
            parsed = parse_row(prompt, target)
            check_tags(parsed)
            return parsed
        except (KeyError, TypeError, ValueError) as error:
            raise self._fault(row, error) from error

    def _fault(self, row: int, error: Exception) -> RowError:
        return RowError(f"{self.path}:{row + 1}: no row of the compact style: {error}")


def parse_row(prompt: str, target: str) -> Row:
    """Labels stand on the first line, words on the second; the target repeats each word with its tag in brackets."""
    first, separator, second = prompt.partition("\n")
    if not separator:
        raise ValueError("the input has one line")
    words, tags, at = second.split(" "), [], 0
    for word in words:
        end = target.find(")", at + len(word))
        if not target.startswith(f"{word}(", at) or end < 0:
            raise ValueError(f"the target does not repeat the word {word!r}")
        tags.append(target[at + len(word) + 1 : end])
        at = end + 2
    if at - 1 != len(target):
        raise ValueError("the target goes on after the last word")
    return Row(first.split(" ; "), words, tags)


def check_tags(row: Row) -> None:
    """Raises ValueError for a tag that is none of the row's labels."""
    known = {"O"} | {f"{kind}-{label}" for label in row.labels for kind in "BI"}
    for tag in row.tags:
        if tag not in known:
            raise ValueError(f"the tag {tag!r} is none of the prompt's labels")


def encode_row(pieces: Pieces, row: Row, config: Config) -> Sample:
    """Raises ValueError for a row of more pieces than the encoder has positions, or a tag that is none."""
    check_tags(row)
    prompt = encode_prompt(pieces, row.labels, row.words, config.positions)
    targets: list[int] = []
    for word, tag in zip(row.words, row.tags, strict=True):
        targets += pieces.of_word(word)
        if tag == "O":
            targets.append(config.special("outside"))
            continue
        kind, _, label = tag.partition("-")
        targets.append(config.special("begin" if kind == "B" else "inside"))
        for part in label.split():
            targets += pieces.of_word(part)
        targets.append(config.special("close"))
    targets.append(config.special("end"))
    return Sample(prompt, targets)


@dataclass(frozen=True)
class Batch:
    """B samples, padded. `targets` int64 [B, T] is -1 in the padding; `tokens` are the targets moved by one, behind
    the start token; `positions` is the source pointer after each of them."""

    input_ids: Tensor
    attention_mask: Tensor
    casing: Tensor
    source_start: Tensor
    tokens: Tensor
    positions: Tensor
    targets: Tensor


def collate(samples: list[Sample], config: Config) -> Batch:
    source = max(len(sample.prompt.input_ids) for sample in samples)
    length = max(len(sample.targets) for sample in samples)
    count = len(samples)
    batch = Batch(
        input_ids=torch.zeros(count, source, dtype=torch.int64),
        attention_mask=torch.zeros(count, source, dtype=torch.int64),
        casing=torch.zeros(count, source, dtype=torch.int64),
        source_start=torch.tensor([sample.prompt.source_start for sample in samples]),
        tokens=torch.full((count, length), config.special("start")),
        positions=torch.zeros(count, length, dtype=torch.int64),
        targets=torch.full((count, length), -1),
    )
    for i, sample in enumerate(samples):
        ids, targets = sample.prompt.input_ids, sample.targets
        batch.input_ids[i, : len(ids)] = torch.tensor(ids)
        batch.attention_mask[i, : len(ids)] = 1
        batch.casing[i, : len(ids)] = torch.tensor(sample.prompt.casing)
        batch.tokens[i, 1 : len(targets)] = torch.tensor(targets[:-1])
        batch.positions[i, : len(targets)] = torch.tensor(pointers(sample, config))
        batch.targets[i, : len(targets)] = torch.tensor(targets)
    return batch


def pointers(sample: Sample, config: Config) -> list[int]:
    openers = {config.special("begin"), config.special("inside")}
    pointer = SourcePointer(sample.prompt.source_start, openers, {config.special("close")}, config.pieces)
    return [pointer.index] + [pointer.push(token) for token in sample.targets[:-1]]


# So many batches are drawn together and sorted by length, so that little of a batch is padding.
POOL = 16


def batch_order(sizes: Sequence[int], batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """The rows of each batch of an epoch. The same seed and epoch give the same batches."""
    generator = random.Random(f"{seed}/{epoch}")
    order = list(range(len(sizes)))
    generator.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), POOL * batch_size):
        pool = sorted(order[start : start + POOL * batch_size], key=lambda row: sizes[row])
        cut = [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
        generator.shuffle(cut)
        batches += cut
    return batches
