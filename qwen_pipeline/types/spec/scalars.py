"""Scalars of the spec language: numbers as written, lengths, texts, colours, names."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from qwen_pipeline.dataclass import dataclass

from ..geometry import Length

API_VERSION: Literal["design/v1"] = "design/v1"
LOCALE_PATTERN = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


class SourceInt(int):
    """An integer that remembers how it was written."""

    source: str

    def __str__(self) -> str:
        return self.source


class SourceFloat(float):
    """A float that remembers how it was written."""

    source: str

    def __str__(self) -> str:
        return self.source


_LENGTH = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(mm|cm|in|pt|px|%)\s*$")
_LARGEST = 1_000_000
"""Of any unit: far beyond every canvas, and small enough to reckon with."""


def parse_length(value: Any) -> Length:
    """A Length from `3mm`; raises PydanticCustomError `length` for bare numbers and unknown units."""
    if isinstance(value, Length):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise PydanticCustomError("length", "a size with a unit is wanted (3mm, 11pt, 8%, 1080px)")
    if isinstance(value, (int, float)):
        if value == 0:
            return Length(0.0, "pt")
        raise PydanticCustomError(
            "length", "{value} has no unit; write {value}mm, {value}pt, {value}px or {value}%", {"value": str(value)}
        )
    match = _LENGTH.match(value)
    if not match:
        raise PydanticCustomError("length", "'{value}' is not a size; use mm, cm, in, pt, px or %", {"value": value})
    size = float(match[1])
    if abs(size) > _LARGEST:
        raise PydanticCustomError("length", "'{value}' is larger than anything", {"value": value[:30]})
    return Length(size, match[2])  # type: ignore[arg-type]


LengthField = Annotated[
    Length,
    BeforeValidator(parse_length),
    PlainSerializer(str),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": _LENGTH.pattern}, {"const": 0}], "examples": ["3mm", "11pt", "8%", "1080px"]}
    ),
]


def parse_extent(value: Any) -> Length:
    """A Length that is not less than nothing: of a side, a gap, a stroke."""
    length = parse_length(value)
    if length.value < 0:
        raise PydanticCustomError("length", "{value} is less than nothing", {"value": str(value)})
    return length


ExtentField = Annotated[
    Length,
    BeforeValidator(parse_extent),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": _LENGTH.pattern.replace("-?", "")}, {"const": 0}],
            "examples": ["3mm", "11pt", "8%", "1080px"],
        }
    ),
]


def parse_percent(value: Any) -> Length:
    """A Length from 0% to 100%: where in a box or on a ramp."""
    length = parse_length(value)
    if length.value and length.unit != "%":
        raise PydanticCustomError("length", "{value} where a percentage is wanted", {"value": str(value)})
    if not 0 <= length.value <= 100:
        raise PydanticCustomError("length", "{value} lies outside of 0% to 100%", {"value": str(value)})
    return length


PercentField = Annotated[
    Length,
    BeforeValidator(parse_percent),
    PlainSerializer(str),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%\s*$"}, {"const": 0}], "examples": ["0%", "50%", "100%"]}
    ),
]


def parse_focus(value: Any) -> tuple[Length, ...]:
    """A point [x, y] or a box [x, y, width, height] of a picture, in percent of it."""
    if not isinstance(value, (list, tuple)) or len(value) not in (2, 4):
        raise PydanticCustomError("focus", "a point [x, y] or a box [x, y, width, height] of the picture is wanted, in percent")
    found = tuple(parse_length(item) for item in value)
    if any((item.value and item.unit != "%") or not 0 <= item.value <= 100 for item in found):
        raise PydanticCustomError("focus", "each value is a share of the picture, 0% to 100%")
    if any(start.value + side.value > 100 for start, side in zip(found[:2], found[2:], strict=False)):
        raise PydanticCustomError("focus", "the box reaches beyond the picture")
    return found


FocusField = Annotated[
    tuple[Length, ...],
    BeforeValidator(parse_focus),
    PlainSerializer(lambda value: tuple(str(item) for item in value)),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"anyOf": [{"type": "string", "pattern": r"^\s*\d+(?:\.\d+)?\s*%\s*$"}, {"const": 0}]},
            "minItems": 2,
            "maxItems": 4,
            "examples": [["70%", "40%"], ["55%", "20%", "40%", "60%"]],
        }
    ),
]


@dataclass(frozen=True, slots=True)
class Text:
    """A text value: one string for every locale (key None), or one a locale."""

    values: tuple[tuple[str | None, str], ...]

    def get(self, locale: str) -> str | None:
        """The string for `locale`: its own, else its language's (`zh` for `zh-CN`), else the one for all; None if missing."""
        for key, text in self.values:
            if key == locale:
                return text
        found = dict(self.values)
        return found.get(locale.split("-")[0], found.get(None))

    @property
    def shared(self) -> bool:
        return len(self.values) == 1 and self.values[0][0] is None


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _scalar_text(value: Any) -> str:
    if isinstance(value, bool):
        raise PydanticCustomError("text", "true/false where text is wanted; quote it")
    if value is None:
        raise PydanticCustomError(
            "text_null", "nothing where text is wanted; a comma or colon may have split this string: quote it"
        )
    if isinstance(value, str):
        unseen = _CONTROL.search(value)
        if unseen:
            raise PydanticCustomError("text", "the control character U+{code} in a text", {"code": f"{ord(unseen[0]):04X}"})
        return value
    if isinstance(value, (SourceInt, SourceFloat)):
        return value.source
    if isinstance(value, (int, float)):
        return str(value)
    raise PydanticCustomError("text", "text is wanted, or a map from locale to text")


def _not_a_locale(key: str, item: Any) -> PydanticCustomError:
    if item is None:
        message = "'{key}' is no locale and has no value: a comma split this string; quote the text"
        return PydanticCustomError("text_split", message, {"key": key})
    return PydanticCustomError("locale_key", "'{key}' is not a locale (zh-CN, en-GB)", {"key": key})


def parse_text(value: Any) -> Text:
    """A Text from a string, a number (as written) or a map locale -> string."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Mapping):
        if not value:
            raise PydanticCustomError("text", "an empty map where text is wanted")
        items: list[tuple[str | None, str]] = []
        for key, item in value.items():
            if not isinstance(key, str) or not re.match(LOCALE_PATTERN, key):
                raise _not_a_locale(str(key), item)
            items.append((key, _scalar_text(item)))
        return Text(tuple(items))
    return Text(((None, _scalar_text(value)),))


TextField = Annotated[
    Text,
    BeforeValidator(parse_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number"]},
                {
                    "type": "object",
                    "patternProperties": {LOCALE_PATTERN: {"type": ["string", "number"]}},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ]
        }
    ),
]

_COLOR = re.compile(r"^(#[0-9a-fA-F]{6}|[a-z][a-z0-9-]*)(/(\d{1,3})%)?$")


def parse_color(value: Any) -> str:
    """A colour as written: `#0f6b5c`, a token of the palette (`primary`), either with an opacity: `ink/60%`."""
    if not isinstance(value, str) or not _COLOR.match(value):
        raise PydanticCustomError(
            "color", "a colour is wanted: #rrggbb or a palette name (primary, accent, ink, paper), with /60% for opacity"
        )
    return value


ColorField = Annotated[str, BeforeValidator(parse_color), WithJsonSchema({"type": "string", "pattern": _COLOR.pattern})]
LocaleTag = Annotated[str, Field(pattern=LOCALE_PATTERN)]
Identifier = Annotated[str, Field(pattern=ID_PATTERN)]
Expression = Annotated[str, Field(description="A Jinja expression, without braces.", min_length=1)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Float = Annotated[float, Field(strict=True)]
Bool = Annotated[bool, Field(strict=True)]
LevelWord = Literal["error", "warn", "off"]


def _aliases(name: str) -> str:
    return {"for_": "for", "class_": "class"}.get(name, name)


class Strict(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        alias_generator=_aliases,
        populate_by_name=True,
        defer_build=True,  # a start reads few of them, and most within another one
    )
