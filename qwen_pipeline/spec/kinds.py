"""What the templates folder offers: kinds, layout files, styles, the scale of type, icons. A broken file is fatal, and named."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import AssetKind, StyleSheet, TypeScale, parse_canvas_size

from .diagnose import validate
from .files import Files, shown
from .report import Report
from .tree import Map, Seq, place_of
from .yaml12 import Source, Stop, read_file

M = TypeVar("M", bound=BaseModel)
_PACKAGE = Path(__file__).resolve().parents[1]


def templates_dir() -> Path:
    """The templates of a checkout, beside the package; else those inside the installed package."""
    checkout = _PACKAGE.parent / "templates"
    return checkout if (checkout / "_shared" / "type.yaml").is_file() else _PACKAGE / "_templates"


@dataclass(frozen=True, slots=True)
class Templates:
    """A templates folder. Every method raises SpecError for a file that is broken, naming it."""

    root: Path

    def kinds(self) -> dict[str, AssetKind]:
        """All kinds by name, in the order of their folders."""
        found = {}
        for path in sorted(self.root.glob("[!_.]*/kind.yaml")):
            kind = _model(path, AssetKind)
            if kind.kind.lower() != path.parent.name:
                _broken(path, "bad-kind", f"the kind is '{kind.kind}', and its folder '{path.parent.name}'", "kind")
            found[kind.kind] = kind
        return found

    def folder(self, kind: str) -> Path:
        return self.root / kind.lower()

    def layout_files(self, kind: str) -> dict[str, Path]:
        """Layout files of a kind by name."""
        return {path.stem: path for path in sorted((self.folder(kind) / "layouts").glob("*.yaml"))}

    def type_scale(self) -> TypeScale:
        return _model(self.root / "_shared" / "type.yaml", TypeScale)

    def styles(self) -> dict[str, StyleSheet]:
        """Named styles, in the order of their names."""
        found = {}
        for path in sorted((self.root / "_shared" / "styles").glob("*.yaml")):
            style = _model(path, StyleSheet)
            if style.name != path.stem:
                _broken(path, "bad-style", f"the style is called '{style.name}', and its file '{path.name}'", "name")
            found[style.name] = style
        return found

    def icons(self) -> Mapping[str, tuple[str, ...]]:
        """Icon name -> SVG path data."""
        path = self.root / "_shared" / "icons.yaml"
        return _icons(str(path), *_stamp(path)) if path.is_file() else {}

    def note_inputs(self, files: Files, kind: str) -> None:
        """Remember the files that decide every piece of a kind."""
        shared = self.root / "_shared"
        names = [
            self.folder(kind) / "kind.yaml",
            shared / "type.yaml",
            shared / "icons.yaml",
            *sorted((shared / "styles").glob("*.yaml")),
        ]
        for path in names:
            if path.is_file():
                files.note(path, self.name(path))

    def name(self, path: Path) -> str:
        return "templates/" + path.relative_to(self.root).as_posix()


def open_templates(root: Path | str | None) -> Templates:
    """The templates in `root`, or our own. SpecError `no-templates` where there are none."""
    path = Path(root) if root is not None else templates_dir()
    if not (path / "_shared" / "type.yaml").is_file():
        report = Report()
        report.add("no-templates", "no templates here: _shared/type.yaml is missing", Place(shown(path)))
        raise report.error()
    return Templates(path.resolve())


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def read_template(path: Path) -> Source:
    """A template file, parsed once as long as it stays the same; SpecError if it is no map."""
    return _read(str(path), *_stamp(path))


@lru_cache(maxsize=1024)
def _read(path: str, _modified: int, _size: int) -> Source:
    report = Report()
    name = shown(Path(path))
    try:
        source = read_file(Path(path), name, report)
    except Stop:
        raise report.error() from None
    if not isinstance(source.data, Map):
        report.add("not-a-map", "a map of keys is wanted", Place(name, 1, 1))
    report.stop_if_any()
    return source


def _model(path: Path, model: type[M]) -> M:
    return _validated(str(path), model, *_stamp(path))  # type: ignore[return-value]


@lru_cache(maxsize=512)
def _validated(path: str, model: type[BaseModel], modified: int, size: int) -> BaseModel:
    source = _read(path, modified, size)
    report = Report()
    made = validate(model, source.data, report)
    if isinstance(made, AssetKind):
        try:
            parse_canvas_size(made.canvas.size, made.canvas.orientation)
        except ValueError as error:
            report.add("bad-canvas", str(error), place_of(source.data, ("canvas",)))
    report.stop_if_any()
    assert made is not None
    return made


@lru_cache(maxsize=8)
def _icons(path: str, modified: int, size: int) -> Mapping[str, tuple[str, ...]]:
    source = _read(path, modified, size)
    report = Report()
    found: dict[str, tuple[str, ...]] = {}
    for name, value in source.data.items():
        paths = (value,) if isinstance(value, str) else value
        if not isinstance(paths, (Seq, tuple)) or not all(isinstance(p, str) and p for p in paths):
            report.add("wrong-type", f"icon '{name}': SVG path data is wanted", source.data.places[name])
        else:
            found[name] = tuple(paths)
    report.stop_if_any()
    return found


def _broken(path: Path, code: str, message: str, key: str) -> None:
    report = Report()
    report.add(code, message, place_of(read_template(path).data, (key,)))
    raise report.error()
