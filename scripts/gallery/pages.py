"""The pages of docs/gallery: Markdown for a code host, and one page of HTML to choose with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from string import Template
from typing import TypeVar

from scripts import samples
from scripts.gallery import cells
from scripts.gallery.cells import Cell

COLUMNS = {"deck": 4, "comic/strip": 3}
USUAL_COLUMNS = 5
SHOWN_IN = (
    "ink-wash",
    "swiss",
    "paper-cut",
    "travel-poster",
    "porcelain",
    "risograph",
    "blue-green",
    "mid-century",
    "guochao",
    "art-deco",
    "woodblock",
    "photographic",
    "lacquer",
    "flat-editorial",
)
"""Styles that the layouts of the index are shown in, in turn."""
STYLE_SHOWN_BY = ("poster/hero-left", "poster/full-bleed", "deck/cover")
Shown = TypeVar("Shown")
_PAGE = Path(__file__).parent / "index.html"
_INTRODUCTION = """\
{layouts} layouts in {styles} styles, made by the `draft` engine from the same words. A layout's name leads to it in every style,
a style's name to every layout in it. [index.html](index.html), opened from a checkout, shows any two styles one under the other.
Engines with weights draw other pictures in the same places.
"""
_TITLES = {
    "deck": "Slides",
    "poster": "Posters",
    "infographic": "Infographics",
    "product": "Product pages",
    "card": "Cards, tickets and labels",
    "guide": "Travel guides",
    "comic": "Comics",
    "document": "Documents",
}


def texts() -> dict[str, str]:
    """Every page, by its path from docs/gallery."""
    styles, names = samples.styles(), cells.layout_names()
    found = {"README.md": index(names, styles), "index.html": chooser(names, styles)}
    found |= {_layout_page(name): layout_page(name) for name in names}
    return found | {f"styles/{style}.md": style_page(style, names) for style in styles}


def _layout_page(name: str) -> str:
    return f"layouts/{name.replace('/', '-')}.md"


def index(names: Sequence[str], styles: Sequence[str]) -> str:
    lines = ["# Gallery", ""]
    lines += [_INTRODUCTION.format(layouts=len(names), styles=len(styles)), "## Styles", ""]
    lines += table(styles, lambda style: _style_cell(style), 3)
    for kind in samples.KINDS:
        own = [name for name in names if name.startswith(f"{kind}/")]
        lines += [f"## {_TITLES[kind]}", "", f"`kind: {kind.capitalize()}`", ""]
        lines += table(own, lambda name: _layout_cell(name, names.index(name)), COLUMNS.get(kind, USUAL_COLUMNS))
    left = [f"`{name}` ({why})" for name, why in cells.LEFT_OUT.items()]
    return "\n".join([*lines, "Not shown: " + ", ".join(left) + ".", "", "`make gallery` draws all of it again.", ""])


def _style_cell(style: str) -> str:
    shown = [next(c for c in cells.of_layout(name) if c.style == style) for name in STYLE_SHOWN_BY]
    pictures = "".join(_picture(cell, "", height=112) for cell in shown)
    return f'<a href="styles/{style}.md">{pictures}</a><br><a href="styles/{style}.md"><code>{style}</code></a>'


def _layout_cell(name: str, turn: int) -> str:
    own = cells.of_layout(name)
    shown = next((cell for cell in own if cell.style == SHOWN_IN[turn % len(SHOWN_IN)]), own[0])
    page = _layout_page(name)
    return f'<a href="{page}">{_picture(shown, "")}</a><br><a href="{page}"><code>{shown.layout}</code></a>'


def layout_page(name: str) -> str:
    """A layout in every style."""
    own = cells.of_layout(name)
    kind, _, layout = name.partition("/")
    lines = [f"# {kind.capitalize()}: `{layout}`", "", samples.describe(kind, layout), "", "[Gallery](../README.md)", ""]
    columns = COLUMNS.get(name) or COLUMNS.get(kind, USUAL_COLUMNS)
    lines += table(own, lambda cell: _captioned(cell, cell.style, f"../styles/{cell.style}.md"), columns)
    return "\n".join(lines)


def style_page(style: str, names: Sequence[str]) -> str:
    """Every layout in a style."""
    lines = [f"# `{style}`", "", samples.describe_style(style), "", "[Gallery](../README.md)", ""]
    for kind in samples.KINDS:
        own = [c for name in names if name.startswith(f"{kind}/") for c in cells.of_layout(name) if c.style == style]
        lines += [f"## {_TITLES[kind]}", ""]
        columns = COLUMNS.get(kind, USUAL_COLUMNS)
        lines += table(own, lambda cell: _captioned(cell, cell.layout, f"../{_layout_page(cell.name)}"), columns)
    return "\n".join(lines)


def _captioned(cell: Cell, caption: str, page: str) -> str:
    name = f'<a href="{page}"><code>{caption}</code></a>' if cell.style != cells.PLAIN else f"<code>{caption}</code>"
    return f"{_picture(cell, '../')}<br>{name}"


def _picture(cell: Cell, up: str, height: int = 0) -> str:
    size = f'height="{height}"' if height else f'width="{cell.width_px}"'
    return f'<img src="{up}{cell.file}" {size} loading="lazy" alt="{cell.kind} {cell.layout} in {cell.style}">'


def table(entries: Sequence[Shown], cell: Callable[[Shown], str], columns: int) -> list[str]:
    """Lines of an HTML table; Markdown's own has no cells without a head."""
    rows: Iterable[Sequence[Shown]] = (entries[i : i + columns] for i in range(0, len(entries), columns))
    lines = ["<table>"]
    for row in rows:
        lines += ["<tr>", *(f'<td align="center" valign="bottom">{cell(entry)}</td>' for entry in row), "</tr>"]
    return [*lines, "</table>", ""]


def chooser(names: Sequence[str], styles: Sequence[str]) -> str:
    """index.html: what to show is chosen by kind, layout and style."""
    layouts = [
        {"name": name, "about": samples.describe(*name.split("/")), "width": own[0].width_px, "styles": [c.style for c in own]}
        for name, own in ((name, cells.of_layout(name)) for name in names)
    ]
    looks = [{"name": style, "about": samples.describe_style(style)} for style in styles]
    data = json.dumps({"layouts": layouts, "styles": looks}, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(data=data)
