"""Dev F1 while the built-in architecture is trained: its own greedy generations, read and scored by `gner score`."""

import json
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

from .builtin_batches import Row, RowFile, parse_row
from .inputs import Pieces, encode_prompt
from .model import Config, Gner
from .reference import greedy
from .scoring import score, scorer


class DevRows:
    """The rows that F1 is measured on: some hundreds, for each is generated token by token. Raises RecipeError where
    there is no gner to score them."""

    def __init__(self, path: Path, tokenizer: Path, out: Path):
        self._file, self._tokenizer, self._out, self._scorer = RowFile(path), tokenizer, out, scorer()

    def measure(self, weights: dict[str, Tensor], config: Config, pieces: Pieces, examples: int) -> dict[str, float]:
        """Each process generates its share; the first one gets the F1 of all rows, the others nothing."""
        model = Gner(config)
        model.load_state_dict(weights)
        model.eval()
        is_shared = dist.is_initialized()
        rank, world = (dist.get_rank(), dist.get_world_size()) if is_shared else (0, 1)
        own = [(row, generated(model, keys, pieces)) for row, keys in self._rows() if row % world == rank]
        everyone: list = [None] * world
        if is_shared:
            dist.all_gather_object(everyone, own)
        else:
            everyone = [own]
        if rank != 0:
            return {}
        rows = [keys for _, keys in sorted((one for part in everyone for one in part), key=lambda one: one[0])]
        file = self._out / "generations" / f"examples-{examples:08}.jsonl"
        scores = score(rows, file, self._tokenizer, self._scorer)
        return {"devF1": scores["paper"]["f1"], "devStrictF1": scores["strict"]["f1"]}

    def _rows(self):
        with self._file.path.open(encoding="utf-8") as lines:
            yield from enumerate(json.loads(line) for line in lines)


@torch.inference_mode()
def generated(model: Gner, keys: dict, pieces: Pieces) -> dict:
    """A row with what the model makes of its input."""
    row = parse_row(keys["input"], keys["target"])
    tokens = greedy(model, encode_prompt(pieces, row.labels, row.words, model.config.positions))
    return keys | {"prediction": spell(tokens, row, pieces, model.config)}


def spell(tokens: list[int], row: Row, pieces: Pieces, config: Config) -> str:
    """`word(tag) ...`: pieces that make the next fitting source word, or a label, are written as that, others as such."""
    labels = {tuple(piece for part in label.split() for piece in pieces.of_word(part)): label for label in row.labels}
    words = [tuple(pieces.of_word(word)) for word in row.words]
    tags = {config.special("outside"): "(O)", config.special("begin"): "(B-", config.special("inside"): "(I-"}
    text, at, group = "", 0, []
    for token in tokens:
        if token < config.pieces:
            group.append(token)
            continue
        if token in tags:
            found = next((i for i in range(at, len(words)) if words[i] == tuple(group)), None)
            at = at if found is None else found + 1
            word = pieces.joined(group) if found is None else row.words[found]
            text += f"{' ' if text else ''}{word}{tags[token]}"
        elif token == config.special("close"):
            text += labels.get(tuple(group), pieces.joined(group)) + ")"
        group = []
    return text
