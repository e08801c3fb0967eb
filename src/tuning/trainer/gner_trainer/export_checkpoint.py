"""Makes a checkpoint of `gner train` ready for serving.

    python -m gner_trainer.export_checkpoint CHECKPOINT --out DIR

T5 and the built-in architecture become a model folder of two ONNX graphs; LLaMA, its adapters merged, a folder that
vLLM and other servers load.
CHECKPOINT is a run's folder (its last checkpoint is taken), a checkpoint or a folder that transformers loads.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from . import export
from .language_models import LanguageModel, open_checkpoint, quiet_libraries
from .recipe import RecipeError
from .run_folder import model_folder
from .t5_export import write_model_folder


def write_merged_folder(language: LanguageModel, out: Path) -> None:
    """Weights in bfloat16, as servers run them, with the tokenizer and its chat template."""
    language.model.generation_config.do_sample = False
    language.model.to(torch.bfloat16).save_pretrained(out)
    language.tokenizer.save_pretrained(out)


def export_builtin(weights: Path, tokenizer: Path | None, out: Path, precision: str, title: export.Title) -> None:
    if tokenizer is None:
        raise RecipeError("the built-in architecture needs --tokenizer")
    export.write_model_folder(weights, tokenizer, out, precision, title)
    print_result(out, "builtin")


def main() -> None:
    parser = argparse.ArgumentParser(prog="gner_trainer.export_checkpoint", description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--precision", choices=["int8", "float32"], default="int8", help="of T5's graphs")
    parser.add_argument("--name", help="the model's name; default: that of its folder")
    parser.add_argument("--model-version", default="1")
    parser.add_argument("--license", default="unknown")
    parser.add_argument("--score-temperature", type=float, default=1.0)
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json, for the built-in architecture")
    parser.add_argument("--input-tokens", type=int, default=640)
    parser.add_argument("--output-tokens", type=int, default=640)
    arguments = parser.parse_args()
    quiet_libraries()
    out: Path = arguments.out
    try:
        if out.exists() and any(out.iterdir()) and not ({"gner.json", "config.json"} & {f.name for f in out.iterdir()}):
            raise RecipeError(f"{out} holds other files: name a new folder")
        title = export.Title(
            arguments.name or out.resolve().name,
            arguments.model_version,
            arguments.license,
            arguments.score_temperature,
        )
        builtin = arguments.checkpoint / "weights.safetensors"
        if builtin.exists():
            export_builtin(builtin, arguments.tokenizer, out, arguments.precision, title)
            return
        language = open_checkpoint(model_folder(arguments.checkpoint))
        if language.model.config.model_type == "t5":
            limits = arguments.input_tokens, arguments.output_tokens
            write_model_folder(language, out, arguments.precision, title, limits)
        else:
            write_merged_folder(language, out)
    except RecipeError as error:
        print(f"gner model export: {error}", file=sys.stderr)
        sys.exit(2)
    print_result(out, language.model.config.model_type)


def print_result(out: Path, architecture: str) -> None:
    size = sum(file.stat().st_size for file in out.iterdir())
    print(json.dumps({"folder": str(out), "architecture": architecture, "bytes": size}))


if __name__ == "__main__":
    main()
