"""Files that specs name: found beside the spec or under its root, never outside; and every file that was read."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import field
from functools import lru_cache
from pathlib import Path

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import BadPicture
from qwen_pipeline.fingerprint import file_digest
from qwen_pipeline.types import InputFile, Place

from .report import Report

MARKER = ".design-root"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_MAX_PART_BYTES = 255


def find_root(folder: Path, assets_dir: Path | None) -> Path:
    """Where paths must stay: `assets_dir`, else the nearest folder from `folder` up with a `.design-root`, else `folder`."""
    if assets_dir is not None:
        return assets_dir.resolve()
    here = folder.resolve()
    return next((p for p in (here, *here.parents) if (p / MARKER).is_file()), here)


def _is_path(written: str) -> bool:
    if not written.strip() or _CONTROL.search(written) or len(written) > 2000:
        return False
    return all(len(part.encode()) <= _MAX_PART_BYTES for part in written.split("/"))


def shown(path: Path) -> str:
    """How messages call a file: relative to the current folder where it is inside, else in full."""
    text = os.path.relpath(path)
    return str(path) if text.startswith("..") else text


@lru_cache(maxsize=4096)
def _digest(path: str, _modified: int, _size: int) -> str:
    return file_digest(Path(path))


@dataclass(slots=True)
class Files:
    """The files of one load. `folder`: where names start; `root`: where all must stay; `base`: what inputs are named from."""

    folder: Path
    root: Path
    report: Report
    base: Path
    inputs: dict[str, str] = field(default_factory=dict)

    def at(self, folder: Path) -> Files:
        """The same files seen from another folder (of a brand or a layout)."""
        return Files(folder, self.root, self.report, self.base, self.inputs)

    def find(self, written: str, place: Place, *, what: str = "file", code: str = "missing-file") -> Path | None:
        """The file called `written`; None, with the reason reported, where it lies outside or is not there."""
        if not _is_path(written):
            self.report.add(code, f"{written[:60]!r} is no path", place)
            return None
        tried = [(base / written).resolve() for base in dict.fromkeys((self.folder.resolve(), self.root))]
        inside = [path for path in tried if path.is_relative_to(self.root) or path.is_relative_to(self.folder.resolve())]
        if Path(written).is_absolute() or not inside:
            message = f"'{written}' lies outside of what this spec may read"
            hint = f"keep it beside the spec, give --assets DIR, or put an empty {MARKER} into the folder that holds all"
            self.report.add("path-outside", message, place, hint)
            return None
        for path in inside:
            if path.is_file():
                return path
        what = "a folder, not a file" if inside[0].is_dir() else f"no {what}"
        self.report.add(code, f"'{written}' is {what}" if "folder" in what else f"{what} '{written}'", place, _near(inside[0]))
        return None

    def asset(self, written: str, place: Place) -> Path | None:
        """A picture, a font or weights; its digest is among the inputs."""
        path = self.find(written, place, code="missing-asset")
        if path is not None:
            self.note(path)
        return path

    def picture(self, written: str, place: Place) -> Path | None:
        """An asset that shows something: its header is read."""
        path = self.asset(written, place)
        if path is not None:
            from qwen_pipeline.pictures import size_px  # most specs name no picture

            try:
                size_px(str(path))
            except BadPicture as error:
                self.report.add(error.code, error.message, place, error.hint)
        return path

    def note(self, path: Path, name: str | None = None) -> None:
        """Remember a file that decides the result."""
        stat = path.stat()
        self.inputs[name or Path(os.path.relpath(path, self.base.resolve())).as_posix()] = _digest(
            str(path), stat.st_mtime_ns, stat.st_size
        )

    def result(self) -> tuple[InputFile, ...]:
        return tuple(InputFile(path, digest) for path, digest in sorted(self.inputs.items()))


def _near(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        parent = folder.parent
        names = [p.name for p in parent.iterdir() if p.is_dir()] if parent.is_dir() else []
        close = difflib.get_close_matches(folder.name, names, n=1)
        return f"there is no folder '{folder.name}'" + (f"; did you mean '{close[0]}'?" if close else "")
    names = sorted(p.name for p in folder.iterdir() if p.is_file())
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean '{close[0]}'?" if close else "paths are relative to the file that names them"
