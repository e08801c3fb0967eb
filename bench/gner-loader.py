"""Compares rows of form `gner` with what the released loader makes of the same sentences, byte for byte.

    gner dataset build PLAN -o out/gner          (a plan with `form: gner`)
    python bench/gner-loader.py out/gner/train.jsonl GNER/src/gner_dataset.py GNER/configs/instruction_configs/instruction.json

The words, tags and label order of each row are written as the loader's files, since the loader draws that order at
random; it then makes prompt and target itself. Needs datasets and pandas. Ends with 1 where a row differs.
"""

import importlib.util
import json
import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

from datasets import load_dataset


def loader_class(path):
    spec = importlib.util.spec_from_file_location("gner_dataset", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.GNERDataset


def write_corpus(folder, split, rows):
    folder.mkdir(parents=True)
    tagged = ("".join(f"{w}\t{t}\n" for w, t in zip(row["words"], row["labels"])) for row in rows)
    (folder / f"{split}.txt").write_text("\n".join(tagged), encoding="utf-8")
    (folder / "label.txt").write_text("placeholder", encoding="utf-8")


def made_by_loader(loader, name, split, with_name, orders):
    remaining = iter(orders)

    def in_row_order(labels):
        labels[:] = next(remaining)

    shuffle, random.shuffle = random.shuffle, in_row_order
    try:
        for _, example in loader._generate_examples([{"dataset name": name, "max_num_instances": None}], with_name, split):
            yield {**example, "label_list": list(example["label_list"])}
    finally:
        random.shuffle = shuffle


def main(rows_file, loader_file, instruction_file):
    lines = Path(rows_file).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    loaded = load_dataset("json", data_files=rows_file, split="train")
    differing = sum(dict(a) != b for a, b in zip(loaded, rows, strict=True))
    by_set = defaultdict(list)
    for row in rows:
        by_set[row["dataset"], row["split"]].append(row)
    with tempfile.TemporaryDirectory() as folder:
        builder = loader_class(loader_file)
        for (name, split), ours in by_set.items():
            write_corpus(Path(folder) / name, split, [row["instance"] for row in ours])
            loader = object.__new__(builder)
            instructions = json.loads(Path(instruction_file).read_text(encoding="utf-8"))
            loader.config = SimpleNamespace(data_dir=folder, instructions=instructions)
            with_name = f"\nDataset: {name}.\n" in ours[0]["instance"]["instruction_inputs"]
            orders = [row["label_list"] for row in ours]
            theirs = made_by_loader(loader, name, split, with_name, orders)
            for own, their in zip(ours, theirs, strict=True):
                their["instance"]["id"] = own["instance"]["id"]
                if own != their:
                    differing += 1
                    print(f"{own['instance']['id']} differs", file=sys.stderr)
    print(f"{len(rows)} rows, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
