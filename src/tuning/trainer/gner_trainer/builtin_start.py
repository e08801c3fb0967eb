"""What a training of the built-in architecture starts from."""

import importlib.util
from pathlib import Path

from safetensors import safe_open

from .builtin_training import from_encoder
from .checkpoint import load_model
from .dequantize import load_model_folder
from .model import Gner
from .recipe import RecipeError


# The built-in model stands beside the trainer in gner's package and in its repository.
BUILTIN = Path(__file__).resolve().parents[4] / "models" / "builtin"


def start_model(start: str, decoder_layers: int, folder: Path) -> Gner:
    """The model of a model folder or of a checkpoint; a new one where `start` is a BERT encoder. Paths are relative to
    `folder`; `builtin` is the built-in model. Raises RecipeError where a model has another number of decoder layers than the recipe asks for."""
    model_folder = BUILTIN if start == "builtin" else folder / start
    if (model_folder / "gner.json").is_file():
        model = load_model_folder(model_folder)
    else:
        path = locate(start, folder, "model.safetensors")
        with safe_open(path, "pt") as weights:
            is_encoder = "decoder.0.qkv.weight" not in weights.keys()
        model = from_encoder(path, decoder_layers) if is_encoder else load_model(path)
    layers = model.config.decoder_layers
    if layers != decoder_layers:
        raise RecipeError(f"{start} has {layers} decoder layers: say `decoderLayers: {layers}`, or start from an encoder")
    return model


def locate(name: str, folder: Path, inside: str) -> Path:
    """The file of a recipe's path, of `package:NAME`, or of the built-in model, which is named `builtin`."""
    if name == "builtin":
        path = BUILTIN / inside
    elif not name.startswith("package:"):
        path = folder / name
    else:
        package = importlib.util.find_spec(name.removeprefix("package:"))
        if package is None or package.origin is None:
            raise RecipeError(f"{name}: no such package is installed")
        path = Path(package.origin).parent / "model" / inside
    if not path.is_file():
        raise RecipeError(f"{name}: there is no file {path}")
    return path
