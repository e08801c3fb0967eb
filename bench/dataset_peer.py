"""Peer of bench/dataset.ts: the same rows by datasets.map and to_json. Prints JSON: seconds of each step."""

import json
import random
import sys
import time

import datasets

INSTRUCTION, CORPUS, OUT = sys.argv[1:4]
datasets.disable_progress_bars()
datasets.disable_caching()


def read(path):
    examples, words, tags = [], [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line:
                word, tag = line.split("\t")
                words.append(word)
                tags.append(tag)
            elif words:
                examples.append({"words": words, "tags": tags})
                words, tags = [], []
    if words:
        examples.append({"words": words, "tags": tags})
    return examples


with open(INSTRUCTION, encoding="utf-8") as file:
    instruction = file.read()

started = time.perf_counter()
examples = read(CORPUS)
labels = sorted({tag[2:] for example in examples for tag in example["tags"] if tag != "O"})
dataset = datasets.Dataset.from_list(examples)
read_at = time.perf_counter()


def row(example, index):
    order = labels[:]
    random.Random(f"7-{index}").shuffle(order)
    words, tags = example["words"], example["tags"]
    prompt = instruction.replace("LABELS", ", ".join(order)).replace("WORDS", " ".join(words))
    target = " ".join(f"{word}({tag})" for word, tag in zip(words, tags))
    return {"id": f"made-train-{index}", "input": prompt, "target": target}


dataset = dataset.map(row, with_indices=True, remove_columns=["words", "tags"])
mapped_at = time.perf_counter()
dataset.to_json(OUT)
done = time.perf_counter()
print(
    json.dumps(
        {
            "rows": len(examples),
            "read": read_at - started,
            "map": mapped_at - read_at,
            "to_json": done - mapped_at,
        }
    )
)
