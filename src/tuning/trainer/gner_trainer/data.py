"""Rows of `gner dataset build`, checked and tokenized."""

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from tokenizers import Tokenizer

from .recipe import Recipe

# So many rows are tokenized at once.
CHUNK = 1000


class RowError(ValueError):
    """A row that cannot be used; the message names file and line."""


class PairRow(BaseModel):
    """Form `t5`."""

    model_config = ConfigDict(strict=True, frozen=True)
    id: str
    input: str
    target: str

    @property
    def texts(self) -> tuple[str, str]:
        return self.input, self.target


class CompletionRow(BaseModel):
    """Form `llama`: the two texts joined are the whole instruction."""

    model_config = ConfigDict(strict=True, frozen=True)
    id: str
    prompt: str
    completion: str

    @property
    def texts(self) -> tuple[str, str]:
        return self.prompt, self.completion


Row = PairRow | CompletionRow
FORMS: dict[str, type[PairRow] | type[CompletionRow]] = {"t5": PairRow, "llama": CompletionRow}


@dataclass(frozen=True)
class Example:
    """Token ids, int32. `prompt` is read, `answer` is learned, its end token included."""

    prompt: np.ndarray
    answer: np.ndarray

    @property
    def size(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True)
class SpecialIds:
    """Ids of the tokens that mean something to the model itself."""

    begin: int | None
    end: int
    pad: int
    unknown: int


def read_rows(files: Iterable[str], form: type[PairRow] | type[CompletionRow]) -> Iterator[tuple[str, Row]]:
    """Each row with the place it stands at, `file:line`. Raises RowError for a line that is no row of this form."""
    for file in files:
        with open_text(Path(file)) as lines:
            for number, line in enumerate(lines, 1):
                place = f"{file}:{number}"
                try:
                    yield place, form.model_validate(json.loads(line))
                except ValidationError as error:
                    faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
                    raise RowError(f"{place}: no row of this form ({faults})") from error
                except (json.JSONDecodeError, UnicodeDecodeError) as error:
                    raise RowError(f"{place}: not JSON in UTF-8") from error


def open_text(path: Path) -> TextIO:
    """Plain, gzip or Zstandard, by the name's end. A damaged file fails when it is read, never silently."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="\n")
    if path.suffix == ".zst":
        try:
            import zstandard
        except ImportError as error:
            raise RowError(f"{path}: reading .zst needs the Python package zstandard") from error
        return io.TextIOWrapper(zstandard.open(path, "rb"), encoding="utf-8", newline="\n")
    return path.open(encoding="utf-8", newline="\n")


class Encoder:
    """Texts to ids. A text that spells a special token, `</s>` for instance, gets the unknown piece instead."""

    def __init__(self, tokenizer: Tokenizer, ids: SpecialIds):
        self._tokenizer, self._ids = tokenizer, ids
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._special = {id for id, token in tokenizer.get_added_tokens_decoder().items() if token.special}

    def texts(self, texts: list[str]) -> list[list[int]]:
        unknown, special = self._ids.unknown, self._special
        encoded = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [[unknown if id in special else id for id in one.ids] for one in encoded]

    def pairs(self, rows: list[Row]) -> list[Example]:
        """Encoder-decoder: both texts end with the end token."""
        end = [self._ids.end]
        prompts = self.texts([row.texts[0] for row in rows])
        answers = self.texts([row.texts[1] for row in rows])
        return [example(prompt + end, answer + end) for prompt, answer in zip(prompts, answers, strict=True)]

    def completions(self, rows: list[Row], places: list[str]) -> list[Example]:
        """Causal: `begin prompt answer end`, the two texts tokenized together, as one reads them when serving.

        Raises RowError where a token holds letters of both: no prompt alone would be continued like that.
        """
        prompts = self.texts([row.texts[0] for row in rows])
        wholes = self.texts(["".join(row.texts) for row in rows])
        begin = [] if self._ids.begin is None else [self._ids.begin]
        examples = []
        for prompt, whole, place in zip(prompts, wholes, places, strict=True):
            if whole[: len(prompt)] != prompt:
                raise RowError(f"{place}: the completion changes how the end of its prompt is tokenized")
            examples.append(example(begin + prompt, whole[len(prompt) :] + [self._ids.end]))
        return examples


def example(prompt: list[int], answer: list[int]) -> Example:
    return Example(np.array(prompt, np.int32), np.array(answer, np.int32))


@dataclass(frozen=True)
class DataSet:
    """The texts are kept where they are needed again, for dev rows."""

    examples: list[Example]
    rows: list[Row]
    # Places of the rows that were left out because they are too long.
    overlong: list[str]


def load(files: list[str], recipe: Recipe, encoder: Encoder, keep_rows: int = 0, limit: int | None = None) -> DataSet:
    """Tokenizes the rows of `files`, the first `limit` of them. Raises RowError for a file without rows, and for rows
    over the recipe's limits unless it leaves them out."""
    examples: list[Example] = []
    kept: list[Row] = []
    overlong: list[str] = []
    rows = islice(read_rows(files, FORMS[recipe.architecture]), limit)
    while chunk := list(islice(rows, CHUNK)):
        places, texts = [place for place, _ in chunk], [row for _, row in chunk]
        encoded = encoder.pairs(texts) if recipe.architecture == "t5" else encoder.completions(texts, places)
        for place, row, one in zip(places, texts, encoded, strict=True):
            if not fits(one, recipe):
                overlong.append(place)
                continue
            examples.append(one)
            if len(kept) < keep_rows:
                kept.append(row)
    if overlong and recipe.overlong == "refuse":
        raise RowError(
            f"{overlong[0]}: the row has more tokens than the recipe allows, and so have {len(overlong) - 1} others: "
            "raise inputTokens, targetTokens or sequenceTokens, or set overlong: leave-out"
        )
    if not examples:
        raise RowError(f"{', '.join(files)}: no rows to use")
    return DataSet(examples, kept, overlong)


def fits(example: Example, recipe: Recipe) -> bool:
    if recipe.architecture == "t5":
        return len(example.prompt) <= recipe.input_tokens and len(example.answer) <= recipe.target_tokens
    return example.size <= recipe.sequence_tokens
