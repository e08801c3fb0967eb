"""Generations of dev rows during training."""

from collections.abc import Callable

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object

from .collate import padded
from .data import DataSet
from .language_models import LanguageModel
from .recipe import Recipe


@torch.inference_mode()
def generate(
    language: LanguageModel, accelerator: Accelerator, model, dev: DataSet, recipe: Recipe, stopped: Callable[[], bool]
) -> list[dict] | None:
    """Greedy generations of all dev rows, in order, on the main process; elsewhere an empty list. Each process takes
    its share. None where the run was told to stop meanwhile."""
    unwrapped = accelerator.unwrap_model(model)
    unwrapped.eval()
    by_length = sorted(range(len(dev.examples)), key=lambda row: dev.examples[row].size)
    own: list[dict] = []
    step = recipe.rows_per_device * accelerator.num_processes
    for start in range(0, len(by_length), step):
        if stopped():
            break
        rows = by_length[start : start + step][accelerator.process_index :: accelerator.num_processes]
        # A process without rows must still take part: sharded weights are gathered by all of them together.
        examples = [dev.examples[row] for row in rows or by_length[:1]]
        texts = _continue(language, accelerator, unwrapped, examples, recipe)
        own += [{"row": row, "prediction": text} for row, text in zip(rows, texts)]
    unwrapped.train()
    everyone = sorted(gather_object(own), key=lambda one: one["row"])
    if len(everyone) < len(dev.examples):
        return None
    if not accelerator.is_main_process:
        return []
    return [dev.rows[one["row"]].model_dump() | {"prediction": one["prediction"]} for one in everyone]


def _continue(language: LanguageModel, accelerator: Accelerator, model, examples, recipe: Recipe) -> list[str]:
    pad = language.ids.pad
    causal = recipe.architecture == "llama"
    # A causal model goes on at the right end, so its prompts are padded on the left.
    prompts = [one.prompt[::-1] if causal else one.prompt for one in examples]
    ids, mask = padded(prompts, pad), padded([prompt * 0 + 1 for prompt in prompts], 0)
    if causal:
        ids, mask = ids.flip(1), mask.flip(1)
    room = recipe.sequence_tokens - ids.shape[1] if causal else recipe.target_tokens
    generated = model.generate(
        input_ids=ids.to(accelerator.device),
        attention_mask=mask.to(accelerator.device),
        do_sample=False,
        num_beams=1,
        use_cache=True,
        max_new_tokens=max(1, room),
        eos_token_id=language.ids.end,
        pad_token_id=pad,
    )
    new = generated[:, ids.shape[1] :] if causal else generated[:, 1:]
    texts = language.tokenizer.batch_decode(new, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return [text.removeprefix(" ") for text in texts]
