"""Flan-T5 and LLaMA by transformers: loading, adapters, and what training needs to know of them."""

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from huggingface_hub import constants as hub_constants
from tokenizers.processors import TemplateProcessing
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, PreTrainedModel
from transformers.tokenization_utils_base import PreTrainedTokenizerBase
from transformers.utils import logging as transformers_logging

from .data import SpecialIds
from .recipe import Lora, Recipe, RecipeError
from .run_folder import model_folder

CLASSES = {"t5": AutoModelForSeq2SeqLM, "llama": AutoModelForCausalLM}
# As the rows are written: the paper's instruction markers, one space inside each.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message.role == 'user' %}{{ 'GAP[INST] ' + message.content + ' [/INST]' }}"
    "{% elif message.role == 'assistant' %}{{ ' ' + message.content + eos_token }}"
    "{% else %}{{ raise_exception('messages are of the user or the assistant') }}{% endif %}{% endfor %}"
)


@dataclass(frozen=True)
class LanguageModel:
    """`tokenizer` is what is saved beside the weights."""

    model: nn.Module
    tokenizer: PreTrainedTokenizerBase
    ids: SpecialIds
    # What an encoder-decoder's decoder begins with; unused by causal models.
    decoder_start: int


def quiet_libraries() -> None:
    """Their progress bars and their advice to programmers are no messages to a user."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("accelerate").setLevel(logging.ERROR)


def stay_offline() -> None:
    """Nothing is asked of the hub any more. `local_files_only` is not enough: the libraries still ask whether a base
    model has adapters or a larger vocabulary, and what they are run by. The environment alone is read too early."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    hub_constants.HF_HUB_OFFLINE = True


def load_base(recipe: Recipe, download: bool) -> LanguageModel:
    """The weights that a recipe starts from, adapters added. Raises RecipeError where they are not at hand."""
    source = model_folder(Path(recipe.model)) if Path(recipe.model).is_dir() else recipe.model
    options = {"local_files_only": not download}
    if not download:
        stay_offline()
    dtype = torch.bfloat16 if recipe.lora is not None and recipe.precision == "bf16" else torch.float32
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **options)
        if isinstance(source, Path) and (source / "adapter_config.json").exists():
            model = merged_adapters(source, dtype, download)
        else:
            model_type = AutoConfig.from_pretrained(source, **options).model_type
            if model_type != recipe.architecture:
                raise RecipeError(f"{recipe.model} is a model of type {model_type}, not {recipe.architecture}")
            model = CLASSES[recipe.architecture].from_pretrained(source, dtype=dtype, **options)
    except OSError as error:
        raise RecipeError(
            f"the model {recipe.model} is neither a folder beside the recipe nor fetched already: "
            "name a folder, or allow the download with --download"
        ) from error
    if recipe.gradient_checkpointing:
        model.activation_checkpointing_enable()
    model.config.use_cache = not recipe.gradient_checkpointing
    return prepare(add_adapters(model, recipe.lora), tokenizer, recipe.architecture)


def add_adapters(model: PreTrainedModel, lora: Lora | None) -> nn.Module:
    if lora is None:
        return model
    from peft import LoraConfig, get_peft_model

    model.enable_input_require_grads()
    settings = LoraConfig(
        task_type="CAUSAL_LM",
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
    )
    return get_peft_model(model, settings)


def merged_adapters(folder: Path, dtype: torch.dtype, download: bool) -> PreTrainedModel:
    """Adapters of an earlier run, added into the weights that they were trained over. Raises RecipeError where those
    are not at hand."""
    from peft import AutoPeftModelForCausalLM

    try:
        model = AutoPeftModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=not download)
    except OSError as error:
        base = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["base_model_name_or_path"]
        raise RecipeError(
            f"{folder} holds adapters of the model {base}, which is neither a folder nor fetched already: "
            "put it there, or let gner train --download fetch it"
        ) from error
    return model.merge_and_unload()


def prepare(model: nn.Module, tokenizer: PreTrainedTokenizerBase, architecture: str) -> LanguageModel:
    config, end, unknown = model.config, tokenizer.eos_token_id, tokenizer.unk_token_id
    if end is None or unknown is None:
        raise RecipeError("the model's tokenizer names no end token or no unknown token")
    if architecture == "t5":
        ids = SpecialIds(None, end, tokenizer.pad_token_id, unknown)
        return LanguageModel(model, tokenizer, ids, config.decoder_start_token_id)
    begin = tokenizer.bos_token_id
    if begin is None:
        raise RecipeError("the model's tokenizer names no begin token")
    speak_as_trained(tokenizer)
    # Where no token is for padding the end token does: padding is masked, and no loss is taken on it.
    pad = tokenizer.pad_token_id
    return LanguageModel(model, tokenizer, SpecialIds(begin, end, end if pad is None else pad, unknown), begin)


def speak_as_trained(tokenizer: PreTrainedTokenizerBase) -> None:
    """A server that tokenizes a prompt with this tokenizer reads what the model was trained on: the begin token
    first, the instruction markers around a chat's messages."""
    begin = tokenizer.bos_token
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single=f"{begin} $A", pair=f"{begin} $A $B", special_tokens=[(begin, tokenizer.bos_token_id)]
    )
    tokenizer.chat_template = CHAT_TEMPLATE.replace("GAP", gap_behind_begin(tokenizer))


def gap_behind_begin(tokenizer: PreTrainedTokenizerBase) -> str:
    """What a template must write behind the begin token so that the rest is spelled as at the start of a text: some
    tokenizers take a first word for one inside another there."""
    prompt = "[INST] a [/INST]"
    read = tokenizer(prompt, add_special_tokens=False).input_ids
    for gap in ("", " "):
        if tokenizer(f"{tokenizer.bos_token}{gap}{prompt}", add_special_tokens=False).input_ids[1:] == read:
            return gap
    raise RecipeError("no chat template makes this tokenizer read prompts as in training: it is not LLaMA's")


def open_checkpoint(folder: Path) -> LanguageModel:
    """The model of a checkpoint in full precision, ready for inference, adapters merged into its weights. Raises
    RecipeError where it, or what its adapters were trained over, is not at hand: nothing is fetched."""
    stay_offline()
    options = {"local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        if (folder / "adapter_config.json").exists():
            model, architecture = merged_adapters(folder, torch.float32, download=False), "llama"
        else:
            architecture = AutoConfig.from_pretrained(folder, **options).model_type
            if architecture not in CLASSES:
                raise RecipeError(f"{folder} holds a model of type {architecture}: t5 and llama are known")
            model = CLASSES[architecture].from_pretrained(folder, dtype=torch.float32, **options)
    except OSError as error:
        raise RecipeError(f"{folder} holds no whole model: {' '.join(str(error).split())}") from error
    return prepare(model.eval(), tokenizer, architecture)
