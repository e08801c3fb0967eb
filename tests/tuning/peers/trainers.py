"""One training step of two common trainers on rows of `gner dataset build`, as they come.

    python trainers.py --tokenizers ../shared/tokenizers --t5 t5/train.jsonl --chat chat/train.jsonl

Hugging Face's Seq2SeqTrainer takes the form `t5`, TRL's SFTTrainer the form `chat`, each with a tiny model of random
weights. Prints one JSON line per trainer: the columns that were read, the loss, and how many weights the step moved.
Needs torch, transformers, datasets, trl, accelerate and sentencepiece.
"""

import argparse
import json
import tempfile
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import (
    DataCollatorForSeq2Seq,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaTokenizer,
    PreTrainedTokenizerFast,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    T5Config,
    T5ForConditionalGeneration,
)
from trl import SFTConfig, SFTTrainer

ROWS = 4

# LLaMA 2's turns; the marks of the assistant's words let TRL keep the loss to the answer.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message.role == 'user' %}{{ bos_token + '[INST] ' + message.content + ' [/INST]' }}"
    "{% elif message.role == 'system' %}{{ '<<SYS>>' + message.content + '<</SYS>>' }}"
    "{% else %}{% generation %}{{ ' ' + message.content + eos_token }}{% endgeneration %}{% endif %}"
    "{% endfor %}"
)


def rows_of(path: str):
    rows = load_dataset("json", data_files=path, split="train")
    return rows.select(range(min(ROWS, len(rows))))


def step_arguments(folder: str) -> dict:
    return dict(
        output_dir=folder,
        max_steps=1,
        per_device_train_batch_size=ROWS,
        learning_rate=1e-3,
        report_to=[],
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
        use_cpu=True,
        seed=0,
    )


def report(name: str, columns: list[str], model, before: list[torch.Tensor], loss: float) -> None:
    moved = sum(int((old != new).sum()) for old, new in zip(before, model.parameters(), strict=True))
    print(json.dumps({"trainer": name, "columns": columns, "loss": loss, "moved": moved}), flush=True)


def snapshot(model) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in model.parameters()]


def step_seq2seq(path: str, tokenizers: Path, folder: str) -> None:
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizers / "t5/tokenizer.json"), pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    rows = rows_of(path)

    def tokenize(row):
        return tokenizer(row["input"], text_target=row["target"], return_token_type_ids=False)

    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=len(tokenizer),
            d_model=32,
            d_kv=8,
            d_ff=64,
            num_layers=1,
            num_decoder_layers=1,
            num_heads=4,
            decoder_start_token_id=0,
        )
    )
    before = snapshot(model)
    trainer = Seq2SeqTrainer(
        model=model,
        args=Seq2SeqTrainingArguments(**step_arguments(folder)),
        train_dataset=rows.map(tokenize, remove_columns=rows.column_names),
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
    )
    loss = trainer.train().training_loss
    report("Seq2SeqTrainer", rows.column_names, model, before, loss)


def step_sft(path: str, tokenizers: Path, folder: str) -> None:
    tokenizer = LlamaTokenizer.from_pretrained(tokenizers / "llama2")
    tokenizer.pad_token = tokenizer.unk_token
    tokenizer.chat_template = CHAT_TEMPLATE
    rows = rows_of(path)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=1,
            num_attention_heads=4,
            max_position_embeddings=2048,
        )
    )
    before = snapshot(model)
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(**step_arguments(folder), max_length=2048, assistant_only_loss=True, bf16=False),
        train_dataset=rows,
        processing_class=tokenizer,
    )
    loss = trainer.train().training_loss
    report("SFTTrainer", rows.column_names, model, before, loss)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizers", type=Path, required=True, help="folder with t5/ and llama2/")
    parser.add_argument("--t5", help="rows of the form t5")
    parser.add_argument("--chat", help="rows of the form chat")
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        if given.t5:
            step_seq2seq(given.t5, given.tokenizers, f"{folder}/t5")
        if given.chat:
            step_sft(given.chat, given.tokenizers, f"{folder}/chat")


if __name__ == "__main__":
    main()
