"""Writes the model folder of a fine-tuned T5: two ONNX graphs, the tokenizer and gner.json."""

import json
from pathlib import Path

from transformers import T5Config

from .export import Title, described_files, plain_tokenizer
from .language_models import LanguageModel
from .model import TOP
from .quantize import quantize
from .recipe import RecipeError
from .t5_graphs import export_graphs

# One activation scale and one weight scale for so many values of a row.
BLOCK = 32
# Where protobuf ends. A graph of more would need its weights in files beside it.
MOST_BYTES = 2**31 - 1


def write_model_folder(
    language: LanguageModel, out: Path, precision: str, title: Title, limits: tuple[int, int]
) -> None:
    """`limits`: tokens of a prompt, tokens of an answer. An existing folder's files of the same names are replaced."""
    config = language.model.config
    refuse_too_large(language)
    encoder, decoder = export_graphs(language.model)
    if precision == "int8":
        encoder, decoder = quantize(encoder, BLOCK, BLOCK), quantize(decoder, BLOCK, BLOCK)
    out.mkdir(parents=True, exist_ok=True)
    language.tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    files = {
        "encoder.onnx": encoder.SerializeToString(deterministic=True),
        "decoder.onnx": decoder.SerializeToString(deterministic=True),
        "tokenizer.json": plain_tokenizer(out / "tokenizer.json"),
    }
    for file, content in files.items():
        (out / file).write_bytes(content)
    manifest = describe(config, language, files, title, limits)
    (out / "gner.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def refuse_too_large(language: LanguageModel) -> None:
    model = language.model
    shared = model.shared.weight.numel()
    sizes = {
        "encoder": sum(weight.numel() for weight in model.encoder.parameters()),
        "decoder": sum(weight.numel() for weight in model.decoder.parameters()) + shared,
    }
    for role, count in sizes.items():
        if 4 * count > MOST_BYTES:
            raise RecipeError(
                f"the {role} has {count / 1e9:.1f} billion weights, more than one ONNX file holds: "
                "serve this model with transformers on a GPU; its checkpoint is a folder that transformers loads"
            )


def describe(
    config: T5Config,
    language: LanguageModel,
    files: dict[str, bytes],
    title: Title,
    limits: tuple[int, int],
) -> dict:
    """The contents of gner.json."""
    return {
        "formatVersion": 1,
        **title.fields(),
        "family": "gner",
        "promptStyle": "gner",
        **described_files(files),
        "input": {"kind": "text", "end": language.ids.end, "unknown": language.ids.unknown},
        "output": {"start": language.decoder_start, "end": language.ids.end, "topTokens": TOP, "tokens": {}},
        "positions": {"rule": "sequence"},
        "cache": {
            "layers": config.num_decoder_layers,
            "heads": config.num_heads,
            "headSize": config.d_kv,
        },
        "limits": {"inputTokens": limits[0], "sourceWords": None, "outputTokens": limits[1]},
        "scoreTemperature": title.score_temperature,
    }
