"""How pictures are made, as written: generation settings, adapters, and the steps of an edit."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from .scalars import ExtentField, LengthField, Seed, Strict

Operation = Literal["do", "add", "remove", "replace", "style", "background", "pose", "text"]
OPERATIONS: tuple[Operation, ...] = ("do", "add", "remove", "replace", "style", "background", "pose", "text")
_WITH = ("replace", "pose", "text")


class EditSpec(Strict):
    """One step that changes a picture: exactly one of `do`, `add`, `remove`, `replace`, `style`, `background`, `pose`, `text`.

    A plain string is `do`. `<image1>` is the picture itself, `<image2>` the first of this step's `references`.
    """

    do: str = ""
    """An instruction in free words."""
    add: str = ""
    """What comes into the picture."""
    remove: str = ""
    """What goes; what was behind it is filled in."""
    replace: str = ""
    """What gives way to `with`."""
    style: str = ""
    """How the same picture is painted from now on."""
    background: str = ""
    """What stands behind the subject from now on."""
    pose: str = ""
    """Whose posture changes, to `with`."""
    text: str = ""
    """Words in the picture that become `with`."""
    with_: Annotated[str, Field(alias="with")] = ""
    """What comes in its place: needed by `replace`, `pose` and `text`, and by no other."""
    at: str = ""
    """Of `add`: the place, in words."""
    references: Annotated[tuple[str, ...], Field(max_length=9)] = ()
    """Picture files that the instruction speaks of."""
    region: str | None = None
    """Only this region of the page may change; every pixel outside stays as it was."""
    box: tuple[LengthField, LengthField, ExtentField, ExtentField] | None = None
    """Only this part of the page may change: [x, y, width, height]."""
    mask: str | None = None
    """A picture file, white where the picture may change and black where not."""

    @property
    def operation(self) -> Operation:
        return next(name for name in OPERATIONS if getattr(self, name))

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        given = [name for name in OPERATIONS if getattr(self, name)]
        if len(given) != 1:
            raise PydanticCustomError("edit", "exactly one of {names} is wanted", {"names": ", ".join(OPERATIONS)})
        if (given[0] in _WITH) != bool(self.with_):
            raise PydanticCustomError("edit", "`with` belongs to {names}, which need it", {"names": ", ".join(_WITH)})
        if self.at and given[0] != "add":
            raise PydanticCustomError("edit", "`at` belongs to `add`; others are limited by region, box or mask")
        if self.region and self.box:
            raise PydanticCustomError("edit", "one of region and box, not both")
        return self


def parse_edit(value: Any) -> Any:
    return {"do": value} if isinstance(value, str) else value


EditField = Annotated[EditSpec, BeforeValidator(parse_edit, json_schema_input_type=EditSpec | str)]


class AdapterSpec(Strict):
    """A LoRA for the engine's weights. A plain string is its file."""

    file: str
    """A safetensors file beside the spec."""
    weight: Annotated[float, Field(strict=True, ge=-4, le=4)] = 1.0
    """How strongly it counts; 0 is not at all."""


def parse_adapter(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


AdapterField = Annotated[AdapterSpec, BeforeValidator(parse_adapter, json_schema_input_type=AdapterSpec | str)]


class DistilledSpec(Strict):
    """A distillation in the form of a LoRA, as Lightning is: a few steps, without guidance."""

    adapter: str
    """A safetensors file beside the spec, made for the checkpoint that generates."""
    steps: Literal[4, 8] = 8
    """The number that the file was made for."""


class EnhanceSpec(Strict):
    """Prompts are rewritten by a model of its own before pictures are drawn. `on` stands for all of it as it is by default."""

    max_attempts: Annotated[int, Field(strict=True, ge=1, le=8)] = 3
    """Answers to ask for, each from another seed, until one will do."""
    on_fail: Literal["plain", "error"] = "plain"
    """Where none will do: draw from the template's prompt with a finding (`prompt.enhanced`), or do not draw."""


def parse_enhance(value: Any) -> Any:
    """YAML's `on` and `off` are words here."""
    return {"on": {}, "off": None}.get(value, value) if isinstance(value, str) else value


EnhanceField = Annotated[
    EnhanceSpec | None, BeforeValidator(parse_enhance, json_schema_input_type=EnhanceSpec | Literal["on", "off"] | None)
]


class GenerateSpec(Strict):
    model: str = "auto"
    """An engine's id, or auto."""
    candidates: Annotated[int, Field(strict=True, ge=1, le=16)] = 1
    """Pictures to choose from; each is a piece of its own (`{candidate}` in names)."""
    seed: Seed | None = None
    """Default: derived from the spec's name and the piece. Other seeds follow from it, one an operation."""
    size: Annotated[int, Field(strict=True, ge=32, le=4096)] | None = None
    """Side in pixels of a square as large as the pictures; 1024 is a quick look. Default: the model's native size."""
    num_inference_steps: Annotated[int, Field(strict=True, ge=1, le=200)] | None = None
    """Default: the engine's."""
    true_cfg_scale: Annotated[float, Field(strict=True, ge=1, le=20)] | None = None
    """Guidance away from what is not wanted; over 1 takes twice the time. Default: the engine's."""
    adapters: Annotated[tuple[AdapterField, ...], Field(max_length=8)] = ()
    """LoRAs, for engines with weights; the draft engine draws without them."""
    distilled: DistilledSpec | None = None
    """Generate in 4 or 8 steps by a distillation (Lightning). Edits and pictures with references keep the engine's own steps."""
    enhance: EnhanceField = None
    """on: a prompt enhancer rewrites the prompts of what is drawn from words or from reference files, not those of edits. Words
    that a picture must spell are never changed. Its weights are for research only."""
