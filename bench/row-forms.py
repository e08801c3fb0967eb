"""One training step on built rows: TRL's SFTTrainer on form `chat` (or `prompt-completion`), Seq2SeqTrainer on form `t5`.

    gner dataset build PLAN -o out/chat          (a plan with `form: chat`; likewise the other forms)
    python bench/row-forms.py out/chat/train.jsonl

The models are tiny and random, on CPU; the tokenizer is the built-in model's. Needs transformers and trl.
"""

import math
import sys
import tempfile
from pathlib import Path

from datasets import load_dataset
from transformers import (
    DataCollatorForSeq2Seq,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    T5Config,
    T5ForConditionalGeneration,
)
from trl import SFTConfig, SFTTrainer

TOKENIZER = Path(__file__).parents[1] / "models/builtin/tokenizer.json"
TEMPLATE = "{% for m in messages %}[CLS] {{ m['role'] }} {{ m['content'] }} [SEP]{% endfor %}"
ONE_STEP = {"max_steps": 1, "per_device_train_batch_size": 2, "report_to": [], "use_cpu": True, "logging_steps": 1}


def tokenizer():
    return PreTrainedTokenizerFast(
        tokenizer_file=str(TOKENIZER),
        pad_token="[PAD]",
        eos_token="[SEP]",
        unk_token="[UNK]",
        chat_template=TEMPLATE,
    )


def causal_step(rows, folder):
    pieces = tokenizer()
    config = LlamaConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    arguments = SFTConfig(output_dir=folder, max_length=512, bf16=False, **ONE_STEP)
    model = LlamaForCausalLM(config)
    return SFTTrainer(model, args=arguments, train_dataset=rows, processing_class=pieces)


def seq2seq_step(rows, folder):
    pieces = tokenizer()
    config = T5Config(
        vocab_size=len(pieces),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=2,
        decoder_start_token_id=pieces.pad_token_id,
    )
    model = T5ForConditionalGeneration(config)
    tokenized = rows.map(
        lambda row: {**pieces(row["input"]), "labels": pieces(row["target"])["input_ids"]},
        remove_columns=rows.column_names,
    )
    arguments = Seq2SeqTrainingArguments(output_dir=folder, **ONE_STEP)
    collator = DataCollatorForSeq2Seq(pieces, model=model)
    return Seq2SeqTrainer(model, arguments, data_collator=collator, train_dataset=tokenized)


def main(rows_file):
    rows = load_dataset("json", data_files=rows_file, split="train").select(range(8))
    with tempfile.TemporaryDirectory() as folder:
        trainer = (seq2seq_step if "target" in rows.column_names else causal_step)(rows, folder)
        loss = trainer.train().training_loss
    print(f"{rows_file}: columns {', '.join(rows.column_names)}; one step, loss {loss:.3f}")
    return 0 if math.isfinite(loss) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
