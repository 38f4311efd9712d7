"""Brand and theme: shared type < the kind's roles < the brand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import AssetKind, Brand, FontSpec, LogoSpec, RoleSpec, Theme, TypeScale

from .diagnose import validate
from .files import Files, shown
from .report import Report, nearest
from .tree import Map, place_of
from .yaml12 import Source, Stop, read_file

_FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_FACES = ("latin", "latin_bold", "cjk", "cjk_bold")


def load_brand(written: str, place: Place, files: Files, report: Report) -> Brand | None:
    """The brand in the file `written`, with absolute paths; None where the report says what is wrong."""
    path = files.find(written, place, what="brand file", code="missing-brand")
    if path is None:
        return None
    files.note(path)
    try:
        source = read_file(path, shown(path), report)
    except Stop:
        return None
    if not isinstance(source.data, Map):
        report.add("not-a-map", "a map of keys is wanted", Place(source.file, 1, 1))
        return None
    return read_brand(source, files.at(path.parent), report)


def read_brand(source: Source, files: Files, report: Report) -> Brand | None:
    """A brand from a file's data."""
    if source.data.get("kind", "Brand") != "Brand":
        report.add("wrong-kind", f"a Brand is wanted, and this is a {source.data['kind']}", place_of(source.data, ("kind",)))
        return None
    brand = validate(Brand, source.data, report)
    if brand is None:
        return None
    _check_colors(brand, source.data, report)
    fonts = {name: _font(name, font, source.data, files, report) for name, font in brand.fonts.items()}
    return brand.model_copy(update={"logo": _logo(brand.logo, source.data, files), "fonts": fonts})


def _logo(logo: LogoSpec | None, data: Map, files: Files) -> LogoSpec | None:
    if logo is None:
        return None
    found = {}
    for key in ("src", "on_dark"):
        written = getattr(logo, key)
        path = files.picture(written, place_of(data, ("logo", key))) if written else None
        found[key] = str(path) if path else written
    return logo.model_copy(update=found)


def _font(name: str, font: FontSpec, data: Map, files: Files, report: Report) -> FontSpec:
    found = {}
    for key in _FACES:
        written = getattr(font, key)
        if not written:
            continue
        place = place_of(data, ("fonts", name, key))
        if not written.lower().endswith(_FONT_SUFFIXES):
            report.add("bad-font", f"'{written}' is no font file", place, "a file that ends in " + ", ".join(_FONT_SUFFIXES))
            continue
        path = files.asset(written, place)
        found[key] = str(path) if path else written
    return font.model_copy(update=found)


def _check_colors(brand: Brand, data: Map, report: Report) -> None:
    for name, color in brand.colors.items():
        token = color.split("/")[0]
        if token == name:
            report.add("bad-color", f"the colour '{name}' is itself", place_of(data, ("colors", name)), "write #rrggbb")


def make_theme(scale: TypeScale, kind: AssetKind, brand: Brand | None) -> Theme:
    """Type and colour of every piece of a spec."""
    roles = merge_roles(merge_roles(scale.roles, kind.roles), brand.roles if brand else {})
    base = kind.base or scale.base
    if brand is None:
        return Theme(base, scale.min_pt, scale.colors, roles, ratio=scale.ratio)
    return Theme(
        base=base,
        ratio=scale.ratio,
        min_pt=scale.min_pt,
        colors=scale.colors,
        roles=roles,
        brand_colors=brand.colors,
        fonts=brand.fonts,
        logo=brand.logo,
        words=brand.words,
        author=brand.author,
        name=brand.name,
        family=brand.family or "",
        brand_roles=brand.roles,
    )


def merge_roles(base: Mapping[str, RoleSpec], over: Mapping[str, RoleSpec]) -> dict[str, RoleSpec]:
    """`over` on `base`, field by field; a role that is new is added."""
    out = dict(base)
    for name, role in over.items():
        out[name] = base[name].under(role, role.model_fields_set) if name in base else role
    return out


_TOKEN = re.compile(r"^(?:fg|bg)$")


def check_color(color: str, known: frozenset[str], place: Place, report: Report) -> None:
    """Report a palette name that no palette of this spec will have."""
    token = color.split("/")[0]
    if token.startswith("#") or token in known or _TOKEN.match(token):
        return
    bare = token.removeprefix("fg-").removeprefix("on-")
    if bare in known:
        return
    report.add("unknown-color", f"no colour '{token}' in the palette", place, nearest(token, sorted({*known, "fg", "bg"})))
