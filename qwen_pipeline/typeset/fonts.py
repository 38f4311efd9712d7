"""Which font sets a character, and how wide it comes out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

import uharfbuzz as hb

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import DataError, Diagnostic
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.memo import Memo
from qwen_pipeline.types import Place

from .chars import NARROW_MARKS, is_wide
from .fontfiles import NOTO_SHA256, RECIPE, FontFile, OpenFont, noto, open_face, open_instance, user_font
from .optical import CAPITAL, IDEOGRAPHS, PLAIN, SMALL, Heights, Ink, Optical, average, fitted

_PLAIN = {"liga": False, "clig": False, "dlig": False, "calt": False, "hlig": False, "locl": False}
"""Nothing may replace a glyph: what is drawn is the characters' own glyphs, so that text can be extracted."""


BOLD_FROM = 600
"""The weight from which a family's bold file is taken, where it has two."""
_Pair = tuple[str | None, str | None]
_NO_FILES: tuple[_Pair, _Pair] = ((None, None), (None, None))


class FamilySpec(Protocol):
    """Font files of a family: absolute paths, or None."""

    @property
    def latin(self) -> str | None: ...
    @property
    def latin_bold(self) -> str | None: ...
    @property
    def cjk(self) -> str | None: ...
    @property
    def cjk_bold(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class FontMetrics:
    """Heights over the baseline in em; `descent` is negative."""

    ascent: float
    descent: float
    cap_height: float
    x_height: float


class Fonts:
    """The built-in families and the user's, as static instances made when first used.

    `families`: name -> font files; a name that is not in it, and every character its files lack, is set in the built-in
    sans. `cache_dir` keeps instances from run to run. Raises DataError (`font-unusable`) when a user's font is first used.
    """

    def __init__(self, families: Mapping[str, FamilySpec] | None = None, cache_dir: Path | None = None) -> None:
        self._families = {name: _files(spec) for name, spec in sorted((families or {}).items())}
        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._instances: dict[str, OpenFont] = {}
        self._chains: dict[tuple[str, str, bool, bool], tuple[FontFile, ...]] = {}
        self._found: dict[tuple[str, str, int], dict[str, str | None]] = {}
        self._kerns: Memo[tuple[float, ...]] = Memo(4_000_000, lambda k: 100 + 32 * len(k))
        self.memo: Memo[object] = Memo(48_000_000, _weight)
        """Measured texts; see `measure`."""

    def instance(self, family: str, locale: str, weight: int, char: str) -> str | None:
        """Id of the font that sets `char`: the family's own files first, then the locale's Noto, then the others."""
        found = self._found.setdefault((family, locale, weight), {})
        if char not in found:
            chain = self._chain(family, locale, is_wide(char, locale), weight >= BOLD_FROM)
            if char in NARROW_MARKS and not is_wide(char, locale):
                own = (f for f in chain if f not in _NOTO.values() and not _is_full_width(f, char))
                chain = (*own, _NOTO["JP"], *chain)
            holder = next((f for f in chain if _in_face(f, char)), None)
            found[char] = holder.instance_id(weight) if holder else None
        return found[char]

    def _chain(self, family: str, locale: str, wide: bool, bold: bool) -> tuple[FontFile, ...]:
        key = (family, locale, wide, bold)
        if key not in self._chains:
            region = noto_region(locale)
            built_in = (_NOTO[region], *(f for r, f in _NOTO.items() if r != region))
            regular, heavy = self._families.get(family, _NO_FILES)
            chosen = [(b or a) if bold else (a or b) for a, b in zip(regular, heavy, strict=True)]
            latin, cjk = (_user_file(p, region) if p else None for p in chosen)
            order = (cjk, *built_in, latin) if wide else (latin, cjk, *built_in)
            self._chains[key] = tuple(f for f in order if f)
        return self._chains[key]

    def has(self, font_id: str, char: str) -> bool:
        """Whether the font has a glyph for `char`."""
        return self.opened(font_id).font.get_nominal_glyph(ord(char)) is not None

    def opened(self, font_id: str) -> OpenFont:
        """The static TrueType font; the same object for the same id."""
        found = self._instances.get(font_id)
        if found is None:
            with self._lock:
                found = self._instances.get(font_id) or open_instance(self._file(font_id), font_id, self._cache_dir)
                self._instances[font_id] = found
        return found

    def family(self, font_id: str) -> str:
        """The family's name as its maker wrote it: `Noto Sans SC`."""
        file = self._file(font_id)
        face = open_face(file.path, file.index)
        names = (hb.OTNameIdPredefined.TYPOGRAPHIC_FAMILY, hb.OTNameIdPredefined.FONT_FAMILY)
        return next((name for name in map(face.get_name, names) if name), file.name)

    def _file(self, font_id: str) -> FontFile:
        for file in _NOTO.values():
            if font_id.rpartition("-w")[0] == file.name:
                return file
        for paths in self._families.values():
            for path in filter(None, (*paths[0], *paths[1])):
                for region in _NOTO:
                    file = _user_file(path, region)
                    if font_id in (file.name, file.name + "-w" + font_id.rpartition("-w")[2]):
                        return file
        message = f"the page was set with the font {font_id}, which is not among the families given"
        raise DataError([Diagnostic("font-unknown", message, Place(""), "build it again with the same brand")])

    def advance(self, font_id: str, text: str) -> float:
        """Width of `text` in em by the font's own advances, without kerning: what drawing its characters gives."""
        one = self.opened(font_id).advance
        return sum(map(one, text))

    def advances(self, font_id: str, text: str) -> list[float]:
        """The same, character by character."""
        return list(map(self.opened(font_id).advance, text))

    def kerns(self, font_id: str, text: str) -> tuple[float, ...]:
        """What HarfBuzz adds to each character's own advance, in em; ligatures and alternates are off."""
        return self._kerns.get((font_id, text), lambda: self._shape(font_id, text))

    def _shape(self, font_id: str, text: str) -> tuple[float, ...]:
        instance = self.opened(font_id)
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction, buffer.language = "ltr", "en"  # the guess would ask the environment
        hb.shape(instance.font, buffer, _PLAIN)
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        if [i.cluster for i in infos] != list(range(len(text))):
            return (0.0,) * len(text)
        nominal = instance.font.get_nominal_glyph
        return tuple(
            p.x_advance / instance.upem - instance.advance(c) if i.codepoint == nominal(ord(c)) else 0.0
            for c, i, p in zip(text, infos, positions or [], strict=True)
        )

    def metrics(self, font_id: str) -> FontMetrics:
        """The font's own heights, from its OS/2 and hhea tables."""
        font = self.opened(font_id).font
        extents, upem = font.get_font_extents("ltr"), font.face.upem
        tags = (hb.OTMetricsTag.CAP_HEIGHT, hb.OTMetricsTag.X_HEIGHT)
        cap, x = (cast(int, font.get_metric_position_with_fallback(tag)) / upem for tag in tags)
        return FontMetrics(extents.ascender / upem, extents.descender / upem, cap, x)

    def bearings(self, font_id: str, char: str) -> tuple[float, float]:
        """The blank on the left and on the right of a character's ink, in em."""
        instance = self.opened(font_id)
        extents = instance.font.get_glyph_extents(instance.font.get_nominal_glyph(ord(char)) or 0)
        left, width = (extents.x_bearing / instance.upem, extents.width / instance.upem) if extents else (0.0, 0.0)
        return left, instance.advance(char) - left - width

    def optical(self, latin_id: str, cjk_id: str) -> Optical:
        """How runs of one font are set in lines of ideographs of another."""
        built_in = [font_id.rpartition("-w")[0] in _NOTO_NAMES for font_id in (latin_id, cjk_id)]
        if latin_id == cjk_id or all(built_in):
            return PLAIN
        found = self.memo.get(("optical", latin_id, cjk_id), lambda: self._fitted(latin_id, cjk_id))
        assert isinstance(found, Optical)
        return found

    def _fitted(self, latin_id: str, cjk_id: str) -> Optical:
        weight = int(cjk_id.rpartition("-w")[2]) if cjk_id.rpartition("-w")[2].isdigit() else 400
        model = _NOTO["SC"].instance_id(weight)
        return fitted(self._heights(latin_id), self._heights(cjk_id), self._heights(model))

    def _heights(self, font_id: str) -> Heights:
        capitals, smalls = self._ink(font_id, CAPITAL), self._ink(font_id, SMALL)
        return Heights(average(self._ink(font_id, char) for char in IDEOGRAPHS), capitals, smalls)

    def _ink(self, font_id: str, char: str) -> Ink | None:
        instance = self.opened(font_id)
        glyph = instance.font.get_nominal_glyph(ord(char))
        extents = instance.font.get_glyph_extents(glyph) if glyph else None
        if extents is None:
            return None
        return Ink((extents.y_bearing + extents.height) / instance.upem, extents.y_bearing / instance.upem)

    @property
    def digest(self) -> str:
        """Identity of all fonts: two `Fonts` with the same digest set every text alike."""
        users = {name: [[file_sha256(p) for p in pair] for pair in paths] for name, paths in self._families.items()}
        return digest(["fonts", RECIPE, NOTO_SHA256, users])


def _files(spec: FamilySpec) -> tuple[_Pair, _Pair]:
    """((latin, cjk) regular, (latin, cjk) bold)."""
    return (spec.latin, spec.cjk), (spec.latin_bold, spec.cjk_bold)


_NOTO = {region: noto(region) for region in NOTO_SHA256}
_NOTO_NAMES = frozenset(file.name for file in _NOTO.values())


def file_sha256(path: str | None) -> str | None:
    """Digest of a user's font file, once a process."""
    return _user_file(path, "SC").sha256 if path else None


@lru_cache(maxsize=64)
def _user_file(path: str, region: str) -> FontFile:
    return user_font(path, region)


def noto_region(locale: str) -> str:
    """Which Noto's shapes a locale wants: TC for Traditional Chinese, JP, KR, else SC."""
    tags = locale.lower().replace("_", "-").split("-")
    if tags[0] in ("ja", "ko"):
        return "JP" if tags[0] == "ja" else "KR"
    traditional = {"hant", "tw", "hk", "mo"} & set(tags[1:]) and "hans" not in tags
    return "TC" if tags[0] in ("zh", "yue") and traditional else "SC"


@lru_cache(maxsize=16)
def _font_of(path: str, index: int) -> hb.Font:
    return hb.Font(open_face(path, index))


def _in_face(file: FontFile, char: str) -> bool:
    return _font_of(file.path, file.index).get_nominal_glyph(ord(char)) is not None


def _is_full_width(file: FontFile, char: str) -> bool:
    """Whether the face draws a mark as wide as an ideograph, as Chinese faces draw quotation marks: no apostrophe for Latin."""
    font = _font_of(file.path, file.index)
    return bool(font.get_glyph_h_advance(font.get_nominal_glyph(ord(char)) or 0) >= 0.9 * font.face.upem)


def _weight(value: object) -> int:
    return int(getattr(value, "size_bytes", 1000))
