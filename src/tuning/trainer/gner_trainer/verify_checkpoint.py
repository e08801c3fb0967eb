"""Compares what was exported with the checkpoint it was made from, on given rows.

    python -m gner_trainer.verify_checkpoint FOLDER --checkpoint CHECKPOINT --rows ROWS.jsonl

Prints one JSON object: on how many rows the greedy tokens are the same, and the largest difference of log-probabilities
when both are fed the checkpoint's tokens. What differs is listed by row on standard error.
"""

import argparse
import json
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from . import verify
from .builtin_batches import RowError as BuiltinRowError
from .builtin_batches import RowFile
from .checkpoint import load_model
from .data import CompletionRow, Encoder, Example, PairRow, RowError, read_rows
from .inputs import Pieces
from .language_models import LanguageModel, open_checkpoint, quiet_libraries
from .recipe import RecipeError
from .run_folder import model_folder

Arrays = dict[str, np.ndarray]
# Log-probabilities below this belong to tokens that no search would look at.
NOTICED = -10.0


class T5Graphs:
    """The graphs of a model folder, run by ONNX Runtime."""

    def __init__(self, folder: Path):
        self._manifest = json.loads((folder / "gner.json").read_text(encoding="utf-8"))
        files = self._manifest["graphs"]
        self._encoder, self._decoder = (
            onnxruntime.InferenceSession(str(folder / files[role]["file"]), providers=["CPUExecutionProvider"])
            for role in ("encoder", "decoder")
        )

    def encode(self, prompt: np.ndarray) -> Arrays:
        ids = prompt.astype(np.int64)[None]
        names = [output.name for output in self._encoder.get_outputs()]
        return dict(zip(names, self._encoder.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})))

    def decode(self, tokens: list[int], past: Arrays, memory: Arrays) -> Arrays:
        """Several tokens behind those of `past`, all of one sequence."""
        before, new = past["past_key.0"].shape[2], len(tokens)
        step = {
            "tokens": np.array([tokens]),
            "positions": np.arange(before, before + new)[None],
            "self_mask": np.tri(new, before + new, before, dtype=bool)[None],
        }
        names = [output.name for output in self._decoder.get_outputs()]
        return dict(zip(names, self._decoder.run(names, step | past | memory)))

    def no_past(self) -> Arrays:
        cache = self._manifest["cache"]
        nothing = np.zeros((1, cache["heads"], 0, cache["headSize"]), np.float32)
        return {f"past_{part}.{i}": nothing for i in range(cache["layers"]) for part in ("key", "value")}

    def greedy(self, prompt: np.ndarray, start: int, end: int, most: int) -> list[int]:
        memory, past, token, tokens = self.encode(prompt), self.no_past(), start, []
        while token != end and len(tokens) < most:
            out = self.decode([token], past, memory)
            past = {name: np.concatenate([past[name], out[name.removeprefix("past_")]], 2) for name in past}
            token = int(out["top_tokens"][0, 0, 0])
            tokens.append(token)
        return tokens


@torch.inference_mode()
def greedy(language: LanguageModel, prompt: np.ndarray, most: int) -> list[int]:
    """By transformers' own generation: the end token, where it comes, is the last."""
    ids = torch.from_numpy(prompt.astype(np.int64))[None]
    causal = language.model.config.model_type != "t5"
    generated = language.model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=most,
        eos_token_id=language.ids.end,
        pad_token_id=language.ids.pad,
    )
    return generated[0, ids.shape[1] if causal else 1 :].tolist()


@torch.inference_mode()
def difference(language: LanguageModel, graphs: T5Graphs, prompt: np.ndarray, tokens: list[int]) -> float:
    """The largest, over the top tokens of every step."""
    fed = [language.decoder_start, *tokens[:-1]]
    ids = torch.from_numpy(prompt.astype(np.int64))[None]
    expected = language.model(input_ids=ids, decoder_input_ids=torch.tensor([fed])).logits[0].log_softmax(-1).numpy()
    out = graphs.decode(fed, graphs.no_past(), graphs.encode(prompt))
    exact = np.take_along_axis(expected, out["top_tokens"][0], 1)
    return float(np.where(exact > NOTICED, np.abs(out["top_logprobs"][0] - exact), 0).max())


def prompts_of(language: LanguageModel, rows: Path, limit: int) -> list[Example]:
    encoder = Encoder(language.tokenizer.backend_tokenizer, language.ids)
    is_pair = language.model.config.model_type == "t5"
    found = list(islice(read_rows([str(rows)], PairRow if is_pair else CompletionRow), limit))
    texts, places = [row for _, row in found], [place for place, _ in found]
    return encoder.pairs(texts) if is_pair else encoder.completions(texts, places)


def verify_t5(language: LanguageModel, folder: Path, examples: list[Example], most: int) -> dict:
    graphs = T5Graphs(folder)
    same, worst = 0, 0.0
    for number, example in enumerate(examples, 1):
        expected = greedy(language, example.prompt, most)
        found = graphs.greedy(example.prompt, language.decoder_start, language.ids.end, most)
        same += report(language, number, expected, found)
        worst = max(worst, difference(language, graphs, example.prompt, expected))
    return {"rows": len(examples), "sameTokens": same, "largestDifference": worst}


def verify_merged(language: LanguageModel, folder: Path, examples: list[Example], most: int) -> dict:
    merged = open_checkpoint(folder)
    pairs = [(greedy(language, one.prompt, most), greedy(merged, one.prompt, most)) for one in examples]
    same = sum(report(language, number, *pair) for number, pair in enumerate(pairs, 1))
    return {"rows": len(examples), "sameTokens": same}


def verify_builtin(weights: Path, folder: Path, rows: Path, limit: int) -> dict:
    model, pieces, source = load_model(weights), Pieces(folder / "tokenizer.json"), RowFile(rows)
    graphs = verify.Graphs(str(folder / "encoder.onnx"), str(folder / "decoder.onnx"), model.config)
    count = min(limit, len(source.sizes))
    same, worst = 0, 0.0
    for row in range(count):
        prompt = source.sample(row, pieces, model.config).prompt
        expected, found, difference = verify.compare(model, graphs, prompt)
        if expected != found:
            print(f"row {row + 1}: checkpoint {expected}, exported {found}", file=sys.stderr)
        same, worst = same + (expected == found), max(worst, difference)
    return {"rows": count, "sameTokens": same, "largestDifference": worst}


def report(language: LanguageModel, number: int, expected: list[int], found: list[int]) -> bool:
    if expected == found:
        return True
    for name, tokens in (("checkpoint", expected), ("exported", found)):
        text = language.tokenizer.decode(tokens, skip_special_tokens=True)
        print(f"row {number}, {name}: {text}", file=sys.stderr)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="gner_trainer.verify_checkpoint", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--max-tokens", type=int, default=640)
    arguments = parser.parse_args()
    quiet_libraries()
    try:
        for path in (arguments.folder, arguments.checkpoint, arguments.rows):
            if not path.exists():
                raise RecipeError(f"there is no {path}")
        weights = arguments.checkpoint / "weights.safetensors"
        if weights.exists():
            print(json.dumps(verify_builtin(weights, arguments.folder, arguments.rows, arguments.limit)))
            return
        language = open_checkpoint(model_folder(arguments.checkpoint))
        examples = prompts_of(language, arguments.rows, arguments.limit)
        compare = verify_t5 if language.model.config.model_type == "t5" else verify_merged
        print(json.dumps(compare(language, arguments.folder, examples, arguments.max_tokens)))
    except (RecipeError, RowError, BuiltinRowError, OSError) as error:
        print(f"gner model verify: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
