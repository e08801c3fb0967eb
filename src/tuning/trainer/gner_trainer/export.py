"""Writes a model folder: two ONNX graphs, the tokenizer and gner.json.

    python -m gner_trainer.export --checkpoint F --tokenizer F --out DIR --precision int8

The same inputs give the same bytes. The model card is written by hand and left alone.
"""

import argparse
import hashlib
import json
from pathlib import Path

from .checkpoint import load_model
from .graphs import export_graphs
from .inputs import LABEL_SEPARATOR, SECTION_END, START, UNKNOWN
from .model import TOP, Config
from .quantize import quantize

VERSION = "0.1.0"
NAMES = {"int8": "gner-builtin", "float32": "gner-builtin-float32"}
# Coarser blocks for the decoder's matrices: there finer ones changed nothing that could be measured.
ENCODER_BLOCK, DECODER_BLOCK = 16, 32
# The longest sentences of the training data, and twice the tokens that the longest of their outputs has.
SOURCE_WORDS, OUTPUT_TOKENS = 80, 1024


def write_model_folder(checkpoint: Path, tokenizer: Path, out: Path, precision: str) -> None:
    """Writes all files of the folder but the card; an existing folder's files of the same names are replaced."""
    model = load_model(checkpoint)
    encoder, decoder = export_graphs(model)
    if precision == "int8":
        encoder, decoder = quantize(encoder, ENCODER_BLOCK), quantize(decoder, DECODER_BLOCK)

    out.mkdir(parents=True, exist_ok=True)
    files = {
        "encoder.onnx": encoder.SerializeToString(deterministic=True),
        "decoder.onnx": decoder.SerializeToString(deterministic=True),
        "tokenizer.json": plain_tokenizer(tokenizer),
    }
    for name, content in files.items():
        (out / name).write_bytes(content)
    manifest = describe(model.config, NAMES[precision], files)
    (out / "gner.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def plain_tokenizer(path: Path) -> bytes:
    """The tokenizer without the settings that would cut or pad its input."""
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def describe(config: Config, name: str, files: dict[str, bytes]) -> dict:
    """The contents of gner.json."""
    outside, begin, inside = config.special("outside"), config.special("begin"), config.special("inside")
    close = config.special("close")

    def file(path: str) -> dict:
        content = files[path]
        return {"file": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

    return {
        "formatVersion": 1,
        "name": name,
        "version": VERSION,
        "family": "gner",
        "promptStyle": "compact",
        "license": "Apache-2.0",
        "languages": ["en"],
        "tokenizer": {key: value for key, value in file("tokenizer.json").items() if key != "bytes"},
        "graphs": {"encoder": file("encoder.onnx"), "decoder": file("decoder.onnx")},
        "input": {
            "kind": "labels-and-words",
            "start": START,
            "labelSeparator": LABEL_SEPARATOR,
            "sectionEnd": SECTION_END,
            "unknown": UNKNOWN,
        },
        "output": {
            "start": config.special("start"),
            "end": config.special("end"),
            "topTokens": TOP,
            "tokens": {str(outside): "(O)", str(begin): "(B-", str(inside): "(I-", str(close): ")"},
        },
        "positions": {"rule": "source-pointer", "openers": [begin, inside], "closers": [close]},
        "cache": {"layers": config.decoder_layers, "heads": config.heads, "headSize": config.head_size},
        "limits": {"inputTokens": config.positions, "sourceWords": SOURCE_WORDS, "outputTokens": OUTPUT_TOKENS},
        "scoreTemperature": 1,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="gner_trainer.export", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--precision", choices=sorted(NAMES), required=True)
    arguments = parser.parse_args()
    write_model_folder(arguments.checkpoint, arguments.tokenizer, arguments.out, arguments.precision)


if __name__ == "__main__":
    main()
