"""Writes the built-in architecture's model folder: two ONNX graphs, the tokenizer and gner.json.

The same inputs give the same bytes. The model card is written by hand and left alone.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from .checkpoint import load_model
from .graphs import export_graphs
from .inputs import LABEL_SEPARATOR, SECTION_END, START, UNKNOWN
from .model import TOP, Config
from .quantize import quantize

# Coarser blocks for the decoder's matrices: there finer ones changed nothing that could be measured.
ENCODER_BLOCK, DECODER_BLOCK = 16, 32
# The longest sentences of the training data, and twice the tokens that the longest of their outputs has.
SOURCE_WORDS, OUTPUT_TOKENS = 80, 1024


@dataclass(frozen=True)
class Title:
    """What gner.json says of a model that its files do not."""

    name: str
    version: str = "1"
    license: str = "unknown"
    # Log-probabilities are divided by it before they become a score: `gner eval` fits it on development data.
    score_temperature: float = 1.0

    def fields(self) -> dict:
        return {"name": self.name, "version": self.version, "license": self.license, "languages": ["en"]}


def write_model_folder(checkpoint: Path, tokenizer: Path, out: Path, precision: str, title: Title) -> None:
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
    manifest = describe(model.config, title, files)
    (out / "gner.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def plain_tokenizer(path: Path) -> bytes:
    """The tokenizer without the settings that would cut or pad its input."""
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def describe(config: Config, title: Title, files: dict[str, bytes]) -> dict:
    """The contents of gner.json."""
    outside, begin, inside = config.special("outside"), config.special("begin"), config.special("inside")
    close = config.special("close")

    return {
        "formatVersion": 1,
        **title.fields(),
        "family": "gner",
        "promptStyle": "compact",
        **described_files(files),
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
        "scoreTemperature": title.score_temperature,
    }


def described_files(files: dict[str, bytes]) -> dict:
    """The part of gner.json that the files are checked by when they are loaded."""
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    graphs = {
        role: {"file": f"{role}.onnx", "sha256": hashes[f"{role}.onnx"], "bytes": len(files[f"{role}.onnx"])}
        for role in ("encoder", "decoder")
    }
    return {"tokenizer": {"file": "tokenizer.json", "sha256": hashes["tokenizer.json"]}, "graphs": graphs}
