"""Whether GNER's released loader makes the same prompts and targets as `gner dataset build`, byte for byte.

    git clone https://github.com/yyDing1/GNER
    python gner_loader.py --released GNER --gner gner/train.jsonl --t5 t5/train.jsonl --llama llama/train.jsonl

The rows are those of one plan (style gner, schema bio) in the forms `gner`, `t5` and `llama`. Their words and tags are
written as the column files that the released `src/gner_dataset.py` reads, and its examples are compared with all three.
Its shuffling of labels is replaced by the order of each row; nothing else of it is touched. Rows are also loaded as its
`src/run.py` loads JSON. Needs datasets and pandas. Ends with 1 if anything differs.
"""

import argparse
import importlib.util
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from types import ModuleType

from datasets import load_dataset


def read_rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gner_dataset", path)
    if spec is None or spec.loader is None:
        sys.exit(f"cannot import {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gner_dataset"] = module
    spec.loader.exec_module(module)
    return module


class RowOrder:
    """Stands in for `random`: each shuffle gives the labels of the next row."""

    def __init__(self, rows: list[dict]) -> None:
        self.orders = iter(row["label_list"] for row in rows)

    def shuffle(self, labels: list[str]) -> None:
        labels[:] = next(self.orders)


def write_columns(folder: Path, rows: list[dict]) -> None:
    """`<set>/<split>.txt` with a word, a tab and its tag a line, and `<set>/label.txt`."""
    folder.mkdir(parents=True)
    labels = sorted({label for row in rows for label in row["label_list"]})
    (folder / "label.txt").write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    with (folder / f"{rows[0]['split']}.txt").open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            instance = row["instance"]
            for word, tag in zip(instance["words"], instance["labels"], strict=True):
                file.write(f"{word}\t{tag}\n")
            file.write("\n")


def released_examples(released: Path, rows: list[dict], has_dataset_line: bool) -> Iterator[dict]:
    """The examples that the released loader makes of the words and tags of the rows of one set and split."""
    module = load_module(released / "src/gner_dataset.py")
    module.random = RowOrder(rows)
    name, split = rows[0]["dataset"], rows[0]["split"]
    with tempfile.TemporaryDirectory() as folder:
        write_columns(Path(folder, "data", name), rows)
        configs = Path(folder, "configs")
        configs.mkdir()
        for each in ("train", "dev", "test"):
            content = [{"dataset name": name, "sampling strategy": "full"}] if each == split else []
            (configs / f"{each}_configs.json").write_text(json.dumps(content))
        builder = module.GNERDataset(
            cache_dir=f"{folder}/cache",
            data_dir=f"{folder}/data",
            instruction_file=str(released / "configs/instruction_configs/instruction.json"),
            data_config_dir=str(configs),
            add_dataset_name=has_dataset_line,
        )
        sets = builder.config.data_configs[split]
        for _, example in builder._generate_examples(sets, has_dataset_line, split):
            yield example


def differences(row: dict, t5: dict, llama: dict, example: dict) -> Iterator[str]:
    ours, theirs = row["instance"], example["instance"]
    prompt, target = theirs["instruction_inputs"], theirs["prompt_labels"]
    causal = f"[INST] {prompt} [/INST]"
    for what, got, wanted in (
        ("words", ours["words"], theirs["words"]),
        ("tags", ours["labels"], theirs["labels"]),
        ("prompt of form gner", ours["instruction_inputs"], prompt),
        ("target of form gner", ours["prompt_labels"], target),
        ("prompt of form t5", t5["input"], prompt),
        ("target of form t5", t5["target"], target),
        ("prompt of form llama", llama["prompt"], causal),
        ("text of form llama", llama["prompt"] + llama["completion"], f"{causal} {target}"),
    ):
        if got != wanted:
            yield f"{ours['id']}: {what}\n  ours   {got!r}\n  theirs {wanted!r}"


def compare(given: argparse.Namespace) -> int:
    forms = [read_rows(path) for path in (given.gner, given.t5, given.llama)]
    groups: dict[tuple[str, str], list[tuple[dict, dict, dict]]] = defaultdict(list)
    for row, t5, llama in zip(*forms, strict=True):
        groups[row["dataset"], row["split"]].append((row, t5, llama))
    faults = 0
    for (name, split), group in groups.items():
        rows = [row for row, _, _ in group]
        has_dataset_line = f"\nDataset: {name}.\n" in rows[0]["instance"]["instruction_inputs"]
        found: list[str] = []
        for ours, example in zip_longest(group, released_examples(given.released, rows, has_dataset_line)):
            if ours is None or example is None:
                found.append(f"{name} {split}: the loader reads another number of sentences than {len(rows)}")
                break
            found.extend(differences(*ours, example))
        print(json.dumps({"set": name, "split": split, "rows": len(rows), "differences": len(found)}), flush=True)
        for text in found[:3]:
            print(text, file=sys.stderr)
        faults += len(found)
    return faults + loaded_faults(given.gner, forms[0])


def loaded_faults(path: Path, rows: list[dict]) -> int:
    """As `src/run.py --train_json_dir` loads rows: every key that it uses must arrive as it was written."""
    loaded = load_dataset("json", data_files=str(path), split="train")
    faults = sum(1 for ours, theirs in zip_longest(rows, loaded) if ours != theirs)
    print(json.dumps({"loaded as JSON": len(loaded), "differences": faults}))
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--released", type=Path, required=True, help="checkout of yyDing1/GNER")
    for form in ("gner", "t5", "llama"):
        parser.add_argument(f"--{form}", type=Path, required=True, help=f"rows of the form {form}")
    sys.exit(1 if compare(parser.parse_args()) > 0 else 0)


if __name__ == "__main__":
    main()
