"""Documents: what a file of the spec language may hold at its top."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from .canvas import CanvasField
from .data import DataSource, FactSpec, MetaSpec, PairSpec
from .disclose import DiscloseSpec
from .generate import GenerateSpec
from .layers import RegionSpec
from .paints import PaintSpec
from .review import ReviewSpec
from .scalars import (
    API_VERSION,
    LOCALE_PATTERN,
    Bool,
    Expression,
    Identifier,
    LengthField,
    LevelWord,
    Strict,
    TextField,
    _aliases,
)
from .scene import CheckSpec, OutputSpec, SceneField


def parse_locales(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _of_two(value: str) -> str:
    first, _, second = value.partition("+")
    if first == second:
        raise PydanticCustomError("pair", "a pair of {value} and itself", {"value": first})
    return value


LocaleSet = Annotated[str, Field(pattern=LOCALE_PATTERN[:-1] + r"(\+" + LOCALE_PATTERN[1:-1] + r")?$"), AfterValidator(_of_two)]


class PageSpec(Strict):
    """Keys of a page, beside its slots: of a slide, or of the whole spec where there is one page."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=_aliases, populate_by_name=True)
    id: Identifier | None = None
    layout: str | None = None
    """Default: that of `defaults`, else the kind's."""
    scene: SceneField | None = None
    regions: dict[Identifier, RegionSpec] = Field(default_factory=dict)
    """Changes to the layout's regions, and new ones."""
    layers: tuple[dict[str, Any], ...] = ()
    """Merged into the layout's layers of the same id, else added."""
    background: PaintSpec | None = None
    when: Expression | None = None
    """Leave the page out where this does not hold."""
    for_each: str | None = None
    """One page for each entry of this list, as `item`."""
    notes: TextField | None = None
    """Speaker notes."""


class DefaultsSpec(Strict):
    """For every page of a spec that has pages."""

    layout: str | None = None
    scene: SceneField | None = None
    background: PaintSpec | None = None


class ConsistencySpec(Strict):
    reference: str
    """`slide.cover`: the page whose finished picture is a reference for the others."""


class Document(Strict):
    """Keys that every kind of piece has; pages and slots come with the kind."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=_aliases, populate_by_name=True)
    apiVersion: Literal["design/v1"] = API_VERSION
    kind: str
    name: Identifier | None = None
    """Default: the file's name."""
    usage: Literal["commercial", "research"] = "commercial"
    """Decides which weights may be used."""
    brand: str | None = None
    """A `Brand` file."""
    family: Identifier | None = None
    """Family of text that names none: `sans`, `serif`, or one of the brand's `fonts`."""
    canvas: CanvasField | None = None
    """Default: the kind's."""
    locales: Annotated[tuple[LocaleSet, ...], BeforeValidator(parse_locales), Field(min_length=1)] = ("en",)
    """`[zh-CN, en-GB]` = two pieces; `[zh-CN+en-GB]` = one bilingual piece."""
    pair: PairSpec = PairSpec()
    vars: dict[Identifier, Any] = Field(default_factory=dict)
    """Names for expressions; a map from locale to text counts as a text."""
    data: dict[Identifier, DataSource] = Field(default_factory=dict)
    """Tables, by the name that expressions use."""
    facts: dict[Identifier, FactSpec] = Field(default_factory=dict)
    """Where the numbers on the page come from."""
    defaults: DefaultsSpec = DefaultsSpec()
    consistency: ConsistencySpec | None = None
    generate: GenerateSpec = GenerateSpec()
    checks: dict[str, LevelWord | CheckSpec] = Field(default_factory=dict)
    """Over the kind's and the profile's."""
    outputs: tuple[OutputSpec, ...] = ()
    """Default: the kind's, a PDF and a PNG."""
    meta: MetaSpec = MetaSpec()
    disclose: DiscloseSpec = DiscloseSpec()
    """What the piece says about having been made by a machine."""
    review: ReviewSpec = ReviewSpec()
    """Whether a person looks at the pieces before they are delivered."""


class SizeAxis(Strict):
    id: Identifier
    canvas: CanvasField
    """Pieces of this size."""
    bleed: LengthField | None = None
    safe: LengthField | None = None


class ShareSpec(Strict):
    scene: tuple[str, ...]
    """Axes and the data key that a scene depends on; pieces equal in these share it."""


class LimitsSpec(Strict):
    max_pieces: Annotated[int, Field(strict=True, ge=1)] | None = None
    max_scenes: Annotated[int, Field(strict=True, ge=0)] | None = None
    max_gpu_minutes: Annotated[float, Field(strict=True, ge=0)] | None = None
    on_exceed: LevelWord = "error"
    """error: refuse before any work (exit code 3)."""


class RunSpec(Strict):
    keep_going: Bool = True
    """A bad row or a failed piece does not stop the others."""
    retries: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    """Of a picture that fails."""


class ScheduleSpec(Strict):
    cron: str
    """Five fields: `0 6 * * 1` is Mondays at six."""
    timezone: str = "UTC"
    only_if_changed: Bool = True
    """Skip the run where nothing has changed."""


class Batch(Strict):
    """Data x matrix over a template spec."""

    apiVersion: Literal["design/v1"] = API_VERSION
    kind: Literal["Batch"] = "Batch"
    name: Identifier | None = None
    usage: Literal["commercial", "research"] = "commercial"
    template: str
    """The spec that is made for every row and cell."""
    brand: str | None = None
    data: dict[Identifier, DataSource] = Field(default_factory=dict)
    """`rows` is what the batch runs over."""
    matrix: dict[Identifier, tuple[Any, ...]] = Field(default_factory=dict)
    """Axes `locale` and `size` are known; any other axis is a variable. `exclude` and `include` as in CI matrices."""
    share: ShareSpec | None = None
    map: dict[Identifier, TextField] = Field(default_factory=dict)
    """Slots, layer ids or `vars` of the template -> Jinja text."""
    vars: dict[Identifier, Any] = Field(default_factory=dict)
    limits: LimitsSpec = LimitsSpec()
    """Checked before any work."""
    run: RunSpec = RunSpec()
    schedule: ScheduleSpec | None = None
    checks: dict[str, LevelWord | CheckSpec] = Field(default_factory=dict)
    outputs: tuple[OutputSpec, ...] = ()
    review: ReviewSpec | None = None
    """Over the template's."""
    generate: GenerateSpec | None = None
