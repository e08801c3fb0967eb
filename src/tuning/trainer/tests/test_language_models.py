"""What a server reads with the exported tokenizer is what the model was trained on."""

import os
from pathlib import Path

import pytest
from transformers import AutoTokenizer, LlamaTokenizer

from gner_trainer.data import CompletionRow, Encoder, SpecialIds
from gner_trainer.language_models import speak_as_trained

SHARED = Path(os.environ.get("GNER_SHARED") or Path(__file__).parents[5] / "shared")
TOKENIZER = SHARED / "tokenizers" / "llama2"
if not TOKENIZER.exists() and not os.environ.get("CI"):
    pytest.skip(f"no {TOKENIZER}", allow_module_level=True)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer = LlamaTokenizer.from_pretrained(TOKENIZER)
    speak_as_trained(tokenizer)
    tokenizer.save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


ROW = CompletionRow(
    id="a",
    prompt="[INST] Tags: person and O.\nSentence: Ada Müller sings . [/INST]",
    completion=" Ada(B-person) Müller(I-person)",
)


def test_prompts_and_chats_read_as_in_training(tokenizer):
    encoder = Encoder(tokenizer.backend_tokenizer, SpecialIds(begin=1, end=2, pad=2, unknown=0))
    [trained] = encoder.completions([ROW], ["rows:1"])
    assert tokenizer(ROW.prompt).input_ids == trained.prompt.tolist()
    content = ROW.prompt.removeprefix("[INST] ").removesuffix(" [/INST]")
    chat = tokenizer.apply_chat_template([{"role": "user", "content": content}], return_dict=False)
    assert chat == trained.prompt.tolist()
    answer = {"role": "assistant", "content": ROW.completion.removeprefix(" ")}
    whole = tokenizer.apply_chat_template([{"role": "user", "content": content}, answer], return_dict=False)
    assert whole == [*trained.prompt.tolist(), *trained.answer.tolist()]
