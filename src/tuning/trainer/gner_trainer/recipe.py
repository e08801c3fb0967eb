"""A recipe: which weights are fine-tuned on which rows, and how. YAML, every key checked, no key unknown."""

import glob
import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel


class RecipeError(ValueError):
    """A fault of the recipe or of what it names; the message says where."""


def _number(value: object) -> object:
    """YAML 1.1 reads `5e-5` as text."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    return value


Rate = Annotated[float, BeforeValidator(_number), Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Lora(Strict):
    """Low-rank adapters (LoRA) on the named linear layers; the other weights stay as they are."""

    rank: Count = 16
    alpha: Count = 32
    dropout: Rate = 0.05
    targets: list[str] = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class Recipe(Strict):
    # What the weights are: an encoder-decoder (Flan-T5) or a causal model (LLaMA).
    architecture: Literal["t5", "llama"]
    # A folder, or a name on the hub: that is fetched only where `--download` says so.
    model: str
    # Files or patterns of rows as `gner dataset build` writes them, relative to the recipe.
    train: Annotated[list[str], Field(min_length=1)]
    dev: list[str] = []
    output: str

    # Rows of one optimiser step, whatever the number of GPUs, and how many of them one GPU takes at once.
    batch_rows: Count = 256
    rows_per_device: Count = 8
    epochs: Count
    learning_rate: Rate
    schedule: Literal["constant", "cosine"] = "constant"
    # The share of the steps over which the learning rate rises to its full height.
    warmup_share: Annotated[Rate, Field(le=1)] = 0.0
    weight_decay: Rate = 0.0
    # The gradient's norm is cut to this.
    clip_norm: Annotated[Rate, Field(gt=0)] = 1.0
    # t5: tokens of a prompt and of a target. llama: prompt tokens of both together are `sequence_tokens`.
    input_tokens: Count = 640
    target_tokens: Count = 640
    sequence_tokens: Count = 1280
    # What becomes of longer rows: `refuse` ends the run before it begins, `leave-out` counts them in the log.
    overlong: Literal["refuse", "leave-out"] = "refuse"

    # bf16: half-precision arithmetic over full-precision weights. There is no fp16: T5 overflows in it.
    precision: Literal["bf16", "float32"] = "bf16"
    gradient_checkpointing: bool = False
    lora: Lora | None = None
    # ZeRO stage: 2 shares out gradients and optimiser state, 3 the weights too.
    deepspeed: Literal["zero2", "zero3"] | None = None
    seed: int = 42

    log_every: Count = 10
    checkpoint_every: Count = 500
    keep_checkpoints: Count = 2
    # Steps between measurements of dev F1, on the first `dev_rows` rows.
    dev_every: Count = 500
    dev_rows: Count = 500

    @model_validator(mode="after")
    def _consistent(self) -> "Recipe":
        if self.lora is not None and self.architecture != "llama":
            raise ValueError("lora goes with architecture llama only")
        if self.rows_per_device > self.batch_rows:
            raise ValueError("rowsPerDevice is more than batchRows")
        return self

    def digest(self) -> str:
        """Tells apart recipes whose runs differ. Not how often is logged or measured, nor how many rows a GPU takes."""
        free = {"output", "dev", "log_every", "checkpoint_every", "keep_checkpoints", "dev_every", "dev_rows"}
        free |= {"rows_per_device", "gradient_checkpointing", "deepspeed"}
        return hashlib.sha256(json.dumps(self.model_dump(exclude=free), sort_keys=True).encode()).hexdigest()


Form = TypeVar("Form", bound=Strict)


def read_keys(path: Path, form: type[Form]) -> Form:
    """The keys of a YAML file, checked against their form. Raises RecipeError with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise RecipeError(f"{path}: expected keys with values")
    try:
        return form.model_validate(values)
    except ValidationError as error:
        faults = [f"{path}:{_line_of(root, fault['loc'])}: {_describe(fault)}" for fault in error.errors()]
        raise RecipeError("; ".join(faults)) from error


def read_recipe(path: Path) -> Recipe:
    """Paths come back absolute, patterns as the files they match. Raises RecipeError."""
    recipe = read_keys(path, Recipe)
    folder = path.resolve().parent
    is_folder = (folder / recipe.model).is_dir()
    return recipe.model_copy(
        update={
            "model": str(folder / recipe.model) if is_folder else recipe.model,
            "train": _files(path, folder, recipe.train),
            "dev": _files(path, folder, recipe.dev),
            "output": str(folder / recipe.output),
        }
    )


def _files(recipe: Path, folder: Path, patterns: list[str]) -> list[str]:
    files: list[str] = []
    for pattern in patterns:
        found = sorted(glob.glob(str(folder / pattern)))
        if not found:
            raise RecipeError(f"{recipe}: there is no {folder / pattern}: make it with gner dataset build")
        files += found
    return files


def _line_of(root: yaml.Node | None, path: tuple[int | str, ...]) -> int:
    """The line of the deepest part of a path that the file has."""
    node, line = root, 1
    for part in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((key, value) for key, value in pairs if key.value == part), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _describe(fault) -> str:
    name = ".".join(str(part) for part in fault["loc"])
    return f"{name}: {fault['msg']}" if name else fault["msg"]
