"""From labels and words to what the encoder reads, and the rule by which the source pointer moves."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

START, SECTION_END, LABEL_SEPARATOR, UNKNOWN = 101, 102, 1025, 100
LABEL_CASING, CONTINUES = 3, 4


@dataclass(frozen=True)
class Prompt:
    """`[CLS] label ; label ... [SEP] words [SEP]`: one id and one casing class a piece."""

    input_ids: list[int]
    casing: list[int]
    # Index of the first piece of the words.
    source_start: int


class Pieces:
    """Word pieces of one word at a time: no word's pieces depend on its neighbours."""

    def __init__(self, path: Path):
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.of_word = lru_cache(maxsize=100_000)(
            lambda word: tokenizer.encode(word, add_special_tokens=False).ids or [UNKNOWN]
        )
        self._spelling_of = tokenizer.id_to_token

    def joined(self, pieces: list[int]) -> str:
        """The text of pieces that make no known word."""
        return "".join((self._spelling_of(piece) or "").removeprefix("##") for piece in pieces)


def casing_of(word: str) -> int:
    """0: no capital, 1: one capital, 2: more. A capital has Unicode's Uppercase property, as `str.isupper` has it."""
    return min(2, sum(character.isupper() for character in word))


def encode_prompt(pieces: Pieces, labels: list[str], words: list[str], limit: int = 512) -> Prompt:
    """Raises ValueError for a prompt of more than `limit` pieces: nothing is cut off."""
    ids, casing = [START], [0]
    for number, label in enumerate(labels):
        if number > 0:
            ids.append(LABEL_SEPARATOR)
            casing.append(0)
        for word in label.split():
            of_word = pieces.of_word(word)
            ids += of_word
            casing += [LABEL_CASING] * len(of_word)
    ids.append(SECTION_END)
    casing.append(0)
    source_start = len(ids)
    for word in words:
        of_word, case = pieces.of_word(word), casing_of(word)
        ids += of_word
        casing += [case] + [case + CONTINUES] * (len(of_word) - 1)
    ids.append(SECTION_END)
    casing.append(0)
    if len(ids) > limit:
        raise ValueError(f"the prompt has {len(ids)} pieces, the limit is {limit}: give fewer labels or fewer words")
    return Prompt(ids, casing, source_start)


class SourcePointer:
    """The index of the next source piece: outside brackets, every piece that is emitted moves it by one."""

    def __init__(self, source_start: int, openers: set[int], closers: set[int], first_special: int):
        self.index = source_start
        self._inside = False
        self._openers, self._closers, self._first_special = openers, closers, first_special

    def push(self, token: int) -> int:
        if token in self._openers:
            self._inside = True
        elif token in self._closers:
            self._inside = False
        elif token < self._first_special and not self._inside:
            self.index += 1
        return self.index
