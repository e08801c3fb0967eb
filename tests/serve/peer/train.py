"""Trains a LLaMA of toy size until it knows given answers by heart, and saves it as a folder that can be served.

usage: train.py TOKENIZER_MODEL ROWS_JSONL OUT_FOLDER

Rows are {"prompt": ..., "answer": ...}; prompts carry their [INST] marks. The chat template adds the same marks.
"""

import json
import pathlib
import shutil
import sys
import time

import torch
from transformers import AutoTokenizer, GenerationConfig, LlamaConfig, LlamaForCausalLM

CHAT_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'user' %}[INST] {{ message['content'] }} [/INST]"
    "{% else %}{{ message['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
)
NEGATIVES = 2000
MOST_STEPS = 600


def main(tokenizer_model: str, rows_file: str, out: str) -> None:
    torch.manual_seed(0)
    # Steps are so small that a second thread on a busy machine costs several times what it brings.
    torch.set_num_threads(1)
    tokenizer = tokenizer_folder(tokenizer_model, pathlib.Path(out))
    rows = [json.loads(line) for line in pathlib.Path(rows_file).read_text(encoding="utf-8").splitlines()]
    inputs, targets = batch_of(tokenizer, rows)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=128,
            intermediate_size=256,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )
    steps = overfit(model, inputs, targets)
    model.generation_config = GenerationConfig(
        do_sample=False, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.eos_token_id
    )
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    print(f"{len(rows)} answers known after {steps} steps")


def tokenizer_folder(tokenizer_model: str, out: pathlib.Path):
    """The tokenizer with a chat template, saved where the model is to stand."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tokenizer_model, out / "tokenizer.model")
    config = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (out / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer = AutoTokenizer.from_pretrained(out)
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def batch_of(tokenizer, rows: list[dict]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids, filled up with the end token on the right, and the same with -100 for what is not to be learnt."""
    sequences = []
    for row in rows:
        prompt = tokenizer.encode(row["prompt"])
        whole = tokenizer.encode(f"{row['prompt']} {row['answer']}") + [tokenizer.eos_token_id]
        assert whole[: len(prompt)] == prompt, "a prompt's tokens must not depend on its answer"
        sequences.append((whole, len(prompt)))
    width = max(len(whole) for whole, _ in sequences)
    inputs = torch.full((len(rows), width), tokenizer.eos_token_id)
    targets = torch.full((len(rows), width), -100)
    for i, (whole, start) in enumerate(sequences):
        inputs[i, : len(whole)] = torch.tensor(whole)
        targets[i, start : len(whole)] = torch.tensor(whole[start:])
    return inputs, targets


def overfit(model: LlamaForCausalLM, inputs: torch.Tensor, targets: torch.Tensor) -> int:
    """
    Returns after how many steps the model's best next token was right everywhere, so that its greedy answers are the
    given ones. Against all tokens that occur and some others, new ones each time: the whole vocabulary would cost most
    of the time.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0, betas=(0.9, 0.98))
    occurring = inputs.unique()
    place = torch.full((model.config.vocab_size,), -1)
    place[occurring] = torch.arange(len(occurring))
    learnt = targets[:, 1:] != -100
    expected = targets[:, 1:][learnt]
    for step in range(1, MOST_STEPS + 1):
        optimizer.param_groups[0]["lr"] = 3e-3 * min(1.0, step / 20)
        hidden = model.model(inputs[:, :-1]).last_hidden_state[learnt]
        rivals = torch.randint(model.config.vocab_size, (NEGATIVES,))
        rivals = rivals[place[rivals] == -1]
        weights = model.lm_head.weight[torch.cat([occurring, rivals])]
        loss = torch.nn.functional.cross_entropy(hidden @ weights.T, place[expected])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if loss.item() < 0.02 and step % 5 == 0 and is_known(model, inputs, learnt, expected):
            return step
    raise SystemExit(f"not learnt after {MOST_STEPS} steps: the loss is {loss.item():.3f}")


@torch.no_grad()
def is_known(model, inputs: torch.Tensor, learnt: torch.Tensor, expected: torch.Tensor) -> bool:
    logits = model.lm_head(model.model(inputs[:, :-1]).last_hidden_state[learnt])
    best = logits.topk(2, dim=-1)
    margin = best.values[:, 0] - best.values[:, 1]
    return bool((best.indices[:, 0] == expected).all()) and bool((margin > 1).all())


if __name__ == "__main__":
    start = time.monotonic()
    main(*sys.argv[1:])
    print(f"{time.monotonic() - start:.0f} s")
