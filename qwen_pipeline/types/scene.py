"""What an image engine is asked for, and what it gives back."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.dataclass import dataclass

from .geometry import Color
from .reading import PixelBox


@dataclass(frozen=True, slots=True)
class Weights:
    """Which weights draw: their digest ("" = they are not here), their precision, and the steps that their authors take."""

    digest: str = ""
    dtype: str = ""
    num_inference_steps: int = 0


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine is and can do. `version` enters the fingerprint of every scene it draws."""

    id: str
    version: str
    licence: str
    usages: frozenset[str]
    """Of `commercial` and `research`."""
    capabilities: frozenset[str]
    """Of `generate`, `edit`, `references`, `alpha`, `adapters`, `distillation` (generates under a Lightning LoRA), `hints` (reads
    SceneHints), `exact-lettering` (draws `lettering` as is)."""
    native_sizes: tuple[tuple[int, int], ...]
    """(width_px, height_px) that the model was made for: a plan takes the one nearest in shape. Empty = none is better."""
    size_multiple: int
    max_area_px: int
    prompt_limit_tokens: int
    max_references: int = 0
    num_inference_steps: int = 0
    true_cfg_scale: float = 1.0
    sigmas: tuple[float, ...] = ()
    weights_digest: str = ""
    dtype: str = ""
    seconds_per_scene: float = 1.0
    """Rough cost on the machine it was measured on, for the estimate of a plan."""
    describe: str = ""
    rank: int = 0
    """Of several engines that can run, `auto` takes the one with the highest."""
    editing: Weights | None = None
    """Weights of their own for what is made from pictures: edits, and pictures with references. None = the same."""

    def weights(self, from_pictures: bool) -> Weights:
        """Those that draw a picture, by whether it is made from others."""
        if from_pictures and self.editing is not None:
            return self.editing
        return Weights(self.weights_digest, self.dtype, self.num_inference_steps)

    @property
    def can_edit(self) -> bool:
        """Whether it edits pictures here; one with weights of their own for that needs them."""
        return "edit" in self.capabilities and (self.editing is None or bool(self.editing.digest))


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA laid over an engine's weights."""

    digest: str
    """sha256 of its file."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """With what a picture is drawn: weights, steps, guidance, noise levels, LoRAs. No `sigmas`: the scheduler's own."""

    weights: Weights
    num_inference_steps: int
    true_cfg_scale: float
    sigmas: tuple[float, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    adapter_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalmArea:
    """A part of the picture that carries words: fractions of the picture (0 to 1), from the top left corner."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class SceneHints:
    """What a procedural engine needs beside the prompt. None for engines that read only the prompt."""

    style: str
    """Named style, or "" for free words."""
    style_words: str
    subject: str
    palette: tuple[Color, ...]
    """Primary, secondary, accent, ink, paper."""
    tone: Literal["light", "dark"]
    """Whether the calm areas carry dark words (light) or light words (dark)."""
    calm: tuple[CalmArea, ...] = ()


@dataclass(frozen=True, slots=True)
class EnhancerInfo:
    """A model that rewrites prompts before pictures are drawn. `version` and weights are part of each picture's identity."""

    id: str
    version: str
    licence: str
    usages: frozenset[str]
    """Of `commercial` and `research`."""
    reads_pictures: bool
    """Whether it is shown the references of a picture: one that is takes pictures with references, the other those without."""
    weights_digest: str = ""
    seconds_per_prompt: float = 1.0
    """Rough cost on the machine it was measured on, for the estimate of a plan."""
    describe: str = ""


@dataclass(frozen=True, slots=True)
class Enhance:
    """That a prompt is to be rewritten before its picture is drawn: by what, from which seed, and what if no answer will do."""

    enhancer: str
    version: str
    weights_digest: str
    seed: int
    max_attempts: int
    on_fail: Literal["plain", "error"]


@dataclass(frozen=True, slots=True)
class Enhanced:
    """How a picture's prompt came about: `prompt` is what was rewritten, `seed` that of the answer that was taken."""

    enhancer: str
    version: str
    weights_digest: str
    seed: int
    prompt: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an enhancer said, word for word. `ended`: by itself, not because it may not say more."""

    text: str
    ended: bool
    tokens: int
    versions: tuple[tuple[str, str], ...] = ()
    mode: str = ""


@dataclass(frozen=True, slots=True)
class SceneRequest:
    """Everything that decides the pixels of one picture, generation and edits alike, and nothing else.

    An edit has `source`, the fingerprint of the scene it changes, and its `prompt` is the instruction.
    """

    engine: str
    engine_version: str
    weights_digest: str
    dtype: str
    prompt: str
    negative_prompt: str
    width_px: int
    height_px: int
    seed: int
    num_inference_steps: int
    true_cfg_scale: float
    sigmas: tuple[float, ...] = ()
    references: tuple[str, ...] = ()
    """sha256 of each reference file, in order."""
    source: str | None = None
    lettering: str | None = None
    """sha256 of an RGBA picture with the baked strings, for engines that letter exactly."""
    transparent: bool = False
    hints: SceneHints | None = None
    within: tuple[PixelBox, ...] = ()
    """Of an edit: only these parts, in pixels of its own picture, may change. Empty = all of it."""
    mask: str | None = None
    """Of an edit: sha256 of a picture that is white where it may change and black where not."""
    adapters: tuple[Adapter, ...] = ()
    guide: bool = False
    """The last reference is a sketch of the page: to be followed in where things stand, and in nothing else."""
    enhance: Enhance | None = None
    """Its prompt is to be rewritten. In a picture that was drawn: no answer would do, and its prompt is the template's."""
    enhanced: Enhanced | None = None
    """Its prompt was rewritten."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One distinct picture of a plan. `used_by`: ids of the pieces that show it."""

    fingerprint: str
    request: SceneRequest
    reference_paths: tuple[str, ...] = ()
    tokens: int = 0
    used_by: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    """What the picture must spell (baked strings)."""
    mask_path: str = ""
    adapter_paths: tuple[str, ...] = ()
    plain_prompt: str = ""
    """The prompt of the same picture without any lettering, for when no picture spells `strings`."""
    guide_calm: tuple[CalmArea, ...] = ()
    """Of a guided scene: the areas that its sketch shows as blocks."""
    edit_schedule: Schedule | None = None
    """How its edits are drawn, where that is another way: with weights for editing, without a distillation."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What an engine is busy with: `identify` and `load` (bytes of weights), `encode` (texts), `denoise` (steps of a picture); or
    an enhancer: `write` (tokens of an answer, of as many as it may have)."""

    name: str
    done: int
    total: int
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class SceneResult:
    """One picture and how it came about. `cached`: it was in the store already."""

    fingerprint: str
    path: str
    digest: str
    width_px: int
    height_px: int
    seconds: float
    peak_memory_bytes: int
    versions: tuple[tuple[str, str], ...]
    mode: str
    """Precision, kind of device and kernels; and after a `;` what does not show in the numbers: where weights waited. For people,
    "" where a picture is computed the same everywhere."""
    cached: bool = False

    @property
    def numerics(self) -> str:
        """Of `mode`, what shows in the numbers: what a delivered file may tell."""
        return self.mode.partition(";")[0]
