"""Small fonts for files that carry their own: the glyphs of the characters shown, and nothing that could replace one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, cast

import uharfbuzz as hb

from qwen_pipeline.dataclass import dataclass

from .fontfiles import OpenFont

_LAYOUT_TABLES = ("GSUB", "GPOS", "GDEF", "BASE", "kern")


class NamedFonts(Protocol):
    """Where font instances come from, and the names of the families they belong to."""

    def opened(self, font_id: str, /) -> OpenFont: ...

    def family(self, font_id: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class WebFont:
    """A static TrueType font of a few glyphs. `family`: the name that a designer knows it by; `weight` 100 to 900."""

    family: str
    weight: int
    data: bytes


def web_font(fonts: NamedFonts, font_id: str, characters: Iterable[str]) -> WebFont:
    """The instance `font_id` cut down to `characters`, without kerning, ligatures or alternates.

    Runs are placed by the glyphs' plain advances, so a renderer that has no tables to be clever with sets them exactly.
    """
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(ord(char) for char in characters)
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _LAYOUT_TABLES)
    wanted.flags = hb.SubsetFlags.NO_HINTING
    face = fonts.opened(font_id).font.face
    return WebFont(fonts.family(font_id), weight_of(face), cast(bytes, hb.subset(face, wanted).blob.data))


def weight_of(face: hb.Face) -> int:
    """The weight class of a face, from its OS/2 table (OpenType 1.9, OS/2, usWeightClass)."""
    table = cast(bytes, face.reference_table("OS/2").data)
    return int.from_bytes(table[4:6], "big") or 400
