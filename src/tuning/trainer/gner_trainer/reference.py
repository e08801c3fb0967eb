"""Greedy decoding in full precision: what every other run-time is compared with.

    python -m gner_trainer.reference --checkpoint F --tokenizer F ROWS.jsonl OUT.jsonl

Rows are `{"words": [...], "labels": [...]}`; each gives a line `{"tokens": [...]}`, the end token included.
"""

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor

from .checkpoint import load_model
from .inputs import Pieces, Prompt, SourcePointer, encode_prompt
from .model import Config, Gner, Memory, empty_past, top_tokens


def source_pointer(prompt: Prompt, config: Config) -> SourcePointer:
    openers = {config.special("begin"), config.special("inside")}
    return SourcePointer(prompt.source_start, openers, {config.special("close")}, config.pieces)


def encoder_inputs(prompt: Prompt) -> dict[str, Tensor]:
    """A batch of one, named as the graph's inputs."""
    return {
        "input_ids": torch.tensor([prompt.input_ids]),
        "attention_mask": torch.ones(1, len(prompt.input_ids), dtype=torch.int64),
        "casing": torch.tensor([prompt.casing]),
        "source_start": torch.tensor([prompt.source_start]),
    }


@torch.inference_mode()
def greedy(model: Gner, prompt: Prompt, max_tokens: int = 1024) -> list[int]:
    """The best token at each step, one step at a time, up to and with the end token or `max_tokens`."""
    memory: Memory = model.encode(**encoder_inputs(prompt))
    pointer = source_pointer(prompt, model.config)
    past = empty_past(model.config, 1)
    token, end = model.config.special("start"), model.config.special("end")
    emitted: list[int] = []
    while token != end and len(emitted) < max_tokens:
        sees_all = torch.ones(1, 1, len(emitted) + 1, dtype=torch.bool)
        log_probabilities, new = model.decode(
            torch.tensor([[token]]), torch.tensor([[pointer.index]]), sees_all, past, memory
        )
        past = [tuple(torch.cat(pair, 2) for pair in zip(*layer)) for layer in zip(past, new)]
        token = int(top_tokens(log_probabilities, memory)[0][0, 0, 0])
        pointer.push(token)
        emitted.append(token)
    return emitted


def read_rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def main() -> None:
    parser = argparse.ArgumentParser(prog="gner_trainer.reference", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("rows", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()

    # A step is too small to share: threads that wait for each other make it a hundred times slower on a busy machine.
    torch.set_num_threads(1)
    model, pieces = load_model(arguments.checkpoint), Pieces(arguments.tokenizer)
    with arguments.out.open("w", encoding="utf-8") as out:
        for row in read_rows(arguments.rows):
            prompt = encode_prompt(pieces, row["labels"], row["words"], model.config.positions)
            out.write(json.dumps({"tokens": greedy(model, prompt, arguments.max_tokens)}) + "\n")


if __name__ == "__main__":
    main()
