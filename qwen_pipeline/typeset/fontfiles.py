"""Font files: which there are, what is in them, and static TrueType instances made from them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
import mmap
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import cast

import uharfbuzz as hb

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import DataError, Diagnostic
from qwen_pipeline.fingerprint import file_digest
from qwen_pipeline.types import Place

from .glyf import with_quadratic_outlines
from .sfnt import TRUETYPE, is_whole, read_tables, rename, write_font

RECIPE = 1
"""Raise when an instance made from the same file would have other bytes."""

NOTO_SHA256 = {
    "SC": "a3041811a78c361b1de50f953c805e0244951c21c5bd412f7232ef0d899af0da",
    "TC": "864727d210d54f2537bbe23b3a839436c3992af72de9322af5270897246bd44f",
    "JP": "c2f3b4d463500a2ddcd3849cded1fceeb9fd6d1c32e6cbecd568453ba50fc68f",
    "KR": "194018e6b2b293a7964f037b25c0249ce1418bc9ab3c971060a03aa57861e252",
}
"""The files of justmytype-intl-cjk 0.1.0 (SIL OFL 1.1), by region."""

_FSTYPE_AT, _RESTRICTED = 8, 0x0002
_DIRECTORY = 4096


@dataclass(frozen=True, slots=True)
class FontFile:
    """One face in a file. `name` starts the ids of its instances; `weights` is its range, or None for a static face."""

    name: str
    path: str
    sha256: str
    index: int = 0
    weights: tuple[int, int] | None = None

    def instance_id(self, weight: int) -> str:
        """Id of the instance nearest to `weight`, by hundreds: `NotoSansSC-w700`."""
        if self.weights is None:
            return self.name
        return f"{self.name}-w{min(max(round(weight / 100) * 100, self.weights[0]), self.weights[1])}"


def noto(region: str) -> FontFile:
    """The built-in variable font of `region`: SC, TC, JP or KR."""
    name = f"NotoSans{region}"
    folder = importlib.resources.files("justmytype_intl_cjk") / "fonts" / "ofl" / name.lower()
    return FontFile(name, str(folder / f"{name}[wght].ttf"), NOTO_SHA256[region], 0, (100, 900))


def user_font(path: str, language: str) -> FontFile:
    """A font the user named. Of a collection (.ttc), the face whose name ends with the region (`SC`), or the first."""
    try:
        digest = file_digest(Path(path))
        faces = hb.Face(hb.Blob.from_file_path(path)).count
    except (OSError, hb.HarfBuzzError) as error:
        raise _unusable(path, "it cannot be read", "check the path") from error
    index = next((i for i in range(faces) if _family(path, i).endswith(f" {language}")), 0)
    face = open_face(path, index)
    if not face.glyph_count or not face.unicodes:
        raise _unusable(path, "it is not a TrueType or OpenType font", "use a .ttf, .otf or .ttc file")
    if "OS/2" in face.table_tags and _fs_type(face) & 0x000F == _RESTRICTED:
        raise _unusable(path, "its licence bits forbid embedding (OS/2 fsType 2)", "ask the foundry, or use another font")
    stem = re.sub(r"[^A-Za-z0-9]", "", Path(path).stem) or "Font"
    axis = next((a for a in face.axis_infos if a.tag == "wght"), None)
    weights = (round(axis.min_value), round(axis.max_value)) if axis else None
    return FontFile(f"{stem}-{digest[:8]}" + (f"-{index}" if index else ""), path, digest, index, weights)


@lru_cache(maxsize=64)
def open_face(path: str, index: int = 0) -> hb.Face:
    """The face, mapped into memory and not read."""
    return hb.Face(hb.Blob.from_file_path(path), index)


def _family(path: str, index: int) -> str:
    return open_face(path, index).get_name(hb.OTNameIdPredefined.FONT_FAMILY) or ""


def _fs_type(face: hb.Face) -> int:
    table = cast(bytes, face.reference_table("OS/2").data)
    return int.from_bytes(table[_FSTYPE_AT : _FSTYPE_AT + 2], "big")


def _unusable(path: str, why: str, hint: str) -> DataError:
    return DataError([Diagnostic("font-unusable", f"the font {Path(path).name} cannot be used: {why}", Place(path), hint)])


class OpenFont:
    """A static TrueType font to measure and to draw with: mapped from the cache where it is kept there, else in memory.

    HarfBuzz copies bytes that it is handed, and 10 MB a weight count; a mapped file costs what is looked at.
    """

    __slots__ = ("_advances", "data", "digest", "font", "upem")

    def __init__(self, data: bytes | mmap.mmap, path: Path | None = None) -> None:
        self.data = data
        face = hb.Face(hb.Blob.from_file_path(str(path)) if path else hb.Blob(bytes(data)))
        self.font = hb.Font(face)
        self.upem = face.upem
        self.digest = hashlib.sha256(data[:_DIRECTORY] + str(len(data)).encode()).hexdigest()
        """Of the table directory, which holds a checksum of every table, so that ten megabytes need not be hashed."""
        self._advances: dict[str, float] = {}

    def advance(self, char: str) -> float:
        """Width of a character in em, by the font's own advance."""
        width = self._advances.get(char)
        if width is None:
            glyph = self.font.get_nominal_glyph(ord(char)) or 0
            width = self._advances[char] = self.font.get_glyph_h_advance(glyph) / self.upem
        return width


def open_instance(file: FontFile, font_id: str, cache_dir: Path | None) -> OpenFont:
    """The static TrueType font `font_id` of `file`, from `cache_dir` if it is there, else made and put there.

    Raises DataError (`font-unusable`) where the file is not what its digest says, or holds no outlines.
    """
    if cache_dir is None:
        return OpenFont(_make(file, font_id))
    kept = cache_dir / f"{font_id}-{file.sha256[:16]}-r{RECIPE}-hb{hb.__version__}.ttf"
    found = _mapped(kept)
    if found is not None:
        return found
    data = _make(file, font_id)
    with contextlib.suppress(OSError):  # A cache that cannot be written only costs time and memory.
        _write(kept, data)
    return _mapped(kept) or OpenFont(data)


def _mapped(path: Path) -> OpenFont | None:
    """The font in a file of the cache; None where there is none, or only part of one."""
    with contextlib.suppress(OSError, ValueError), path.open("rb") as handle:
        data = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        if is_whole(data):
            return OpenFont(data, path)
    return None


_PARTIAL = ".font-"


def _write(path: Path, data: bytes) -> None:
    """Write a whole font, or nothing. One process at a time, so that what it finds half-written was left by a killed one."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / ".lock"):
        for left in path.parent.glob(f"{_PARTIAL}*"):
            left.unlink()
        partial = path.with_name(_PARTIAL + path.name)
        try:
            partial.write_bytes(data)
            os.replace(partial, path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise


def _make(file: FontFile, font_id: str) -> bytes:
    if hashlib.sha256(Path(file.path).read_bytes()).hexdigest() != file.sha256:
        raise _unusable(file.path, "it is not the file it was (its sha256 differs)", "install justmytype-intl-cjk==0.1.0 again")
    face = open_face(file.path, file.index)
    wanted = hb.SubsetInput()
    wanted.keep_everything()
    for axis in face.axis_infos:
        if axis.tag == "wght":
            wanted.pin_axis_location(face, "wght", float(font_id.rpartition("-w")[2]))
        else:
            wanted.pin_axis_to_default(face, axis.tag)
    pinned = hb.subset(face, wanted)
    tables = read_tables(cast(bytes, pinned.blob.data))
    if "glyf" not in tables:
        if "CFF " not in tables and "CFF2" not in tables:
            raise _unusable(file.path, "it has no outlines", "use an outline font, not a bitmap or colour font")
        tables = with_quadratic_outlines(pinned, tables)
    tables["name"] = rename(tables["name"], font_id)
    font = write_font(tables)
    assert font.startswith(TRUETYPE)
    return font
