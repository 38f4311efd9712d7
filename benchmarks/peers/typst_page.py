"""Typst setting the poster to PDF and PNG. As a program, one page in a fresh process: typst_page.py FOLDER PICTURE N."""

from __future__ import annotations

import shutil
import sys
from importlib import resources
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("poster.typ")
PPI = 2048 / 1536 * 72
"""2048 px over 1536 pt."""


def fonts_dir() -> Path:
    """The folder of the fonts that ours uses."""
    return Path(str(resources.files("justmytype_intl_cjk"))) / "fonts" / "ofl" / "notosanssc"


class Press:
    """A compiler that stays open, with its fonts read once. `folder` receives the template, the picture and the results."""

    def __init__(self, folder: Path, picture: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(TEMPLATE, folder / TEMPLATE.name)
        shutil.copy(picture, folder / picture.name)
        self._folder = folder
        self._picture = picture.name
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(fonts_dir())])
        self._compiler = typst.Compiler(str(folder / TEMPLATE.name), root=str(folder), font_paths=fonts)

    def set(self, n: int) -> None:
        inputs = {"n": str(n), "picture": self._picture}
        self._compiler.compile(output=str(self._folder / "poster.pdf"), format="pdf", sys_inputs=inputs)
        self._compiler.compile(output=str(self._folder / "poster.png"), format="png", ppi=PPI, sys_inputs=inputs)


if __name__ == "__main__":
    Press(Path(sys.argv[1]), Path(sys.argv[2])).set(int(sys.argv[3]))
