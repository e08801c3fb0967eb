"""Models with random weights, small enough to learn a few rows by heart in seconds on a CPU.

    python tiny_models.py t5|llama TOKENIZER_FOLDER OUT
"""

import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM, LlamaTokenizer, T5Config, T5ForConditionalGeneration, T5Tokenizer


def write_t5(tokenizer_folder: Path, out: Path, dropout: float = 0.0) -> None:
    tokenizer = T5Tokenizer.from_pretrained(tokenizer_folder)
    torch.manual_seed(5)
    config = T5Config(
        vocab_size=32128,
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
        dropout_rate=dropout,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
    )
    model = T5ForConditionalGeneration(config)
    # As in Flan-T5, the output layer is not the table of embeddings.
    model.lm_head.weight = torch.nn.Parameter(model.shared.weight.detach() * config.d_model**-0.5)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def write_llama(tokenizer_folder: Path, out: Path) -> None:
    tokenizer = LlamaTokenizer.from_pretrained(tokenizer_folder)
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=32000,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        # A model this narrow learns many times faster from larger first weights.
        initializer_range=0.1,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(out)
    tokenizer.save_pretrained(out)


if __name__ == "__main__":
    architecture, tokenizer, out = sys.argv[1:]
    {"t5": write_t5, "llama": write_llama}[architecture](Path(tokenizer), Path(out))
