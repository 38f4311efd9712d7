"""From a file to a Spec: everything read, merged and checked, or everything that is wrong at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import Batch, Spec

from .batch import read_batch
from .brand import read_brand
from .document import Request, read_document
from .files import Files, find_root
from .kinds import Templates, open_templates
from .overrides import Override, apply_overrides, read_overrides
from .report import Report, nearest
from .shape import keys
from .texts import check_nulls, without_nulls
from .tree import Map, place_of
from .yaml12 import Source, Stop, read_file

_NOT_PIECES = ("Brand", "Layout")


def load(
    path: Path | str, *, templates: Path | str | None = None, overrides: Iterable[str] = (), assets_dir: Path | str | None = None
) -> Spec:
    """The spec in the file `path`, with its layouts, brand, data and template.

    `templates`: a templates folder, None = our own. `overrides`: `key=value` lines of `--set`. `assets_dir`: where paths may also
    lead (`--assets`). SpecError holds every diagnostic of the file and of all it refers to; DataError if only data is wrong.
    """
    report = Report()
    file = Path(path)
    name = str(path)
    source = _read(file, name, report)
    offered = open_templates(templates)
    root = find_root(file.parent, Path(assets_dir) if assets_dir is not None else None)
    files = Files(file.parent, root, report, file.parent)
    request = Request(path=file, templates=offered, files=files, report=report)
    return _load(source, request, read_overrides(list(overrides), report))


def _load(source: Source, request: Request, overrides: Sequence[Override]) -> Spec:
    report = request.report
    tree = _tree(source, report)
    kind = _kind(tree, request.templates, report)
    if kind == "Batch":
        own = [o for o in overrides if o.path[0] in keys(Batch)]
        rest = [o for o in overrides if o not in own]
        tree = apply_overrides(tree, own, report)
        return read_batch(source, tree, request, lambda written, place, inner: _template(written, place, inner, rest))
    kinds = request.templates.kinds()
    tree = apply_overrides(tree, overrides, report)
    return read_document(source, tree, kinds[kind], request)


def _template(written: str, place: Place, request: Request, overrides: Sequence[Override]) -> Spec | None:
    """A batch's template; None where the report says what is wrong."""
    files = request.files
    path = files.find(written, place, what="template", code="missing-template")
    if path is None:
        return None
    name = str(files.folder / written)
    try:
        source = read_file(path, name, request.report)
    except Stop:
        return None
    if isinstance(source.data, Map) and source.data.get("kind") in ("Batch", *_NOT_PIECES):
        message = f"a {source.data['kind']} cannot be the template of a batch"
        request.report.add("wrong-kind", message, place, "a Poster, a Deck, an Infographic")
        return None
    inner = Request(
        path,
        request.templates,
        files.at(path.parent),
        request.report,
        request.brand,
        request.locales,
        request.filled,
        request.names,
    )
    return _load(source, inner, overrides)


def _read(path: Path, name: str, report: Report) -> Source:
    if not path.is_file():
        names = sorted(p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        close = difflib.get_close_matches(path.name, names, n=1)
        what = "a folder" if path.is_dir() else "no such file"
        report.add("missing-file", what, Place(name), f"did you mean '{close[0]}'?" if close else "give the path of a .yaml file")
        raise report.error()
    try:
        return read_file(path, name, report)
    except Stop:
        raise report.error() from None


def _tree(source: Source, report: Report) -> Map:
    if not isinstance(source.data, Map):
        report.add("not-a-map", "a map of keys is wanted", Place(source.file, 1, 1), "kind: Poster")
        raise report.error()
    check_nulls(source.data, report)
    tree = without_nulls(source.data)
    assert isinstance(tree, Map)
    return tree


def _kind(tree: Map, templates: Templates, report: Report) -> str:
    """The document's kind, which must be one that can be built."""
    known = [*templates.kinds(), "Batch"]
    kind = tree.get("kind")
    if kind is None:
        near = [key for key in tree if nearest(key, ["kind"], cutoff=0.7).startswith("did")]
        hint = f"'{near[0]}' should be 'kind'" if near else f"add kind: {', '.join(known)}"
        report.add("missing-key", "the key 'kind' is missing", place_of(tree, (near[0],), key=True) if near else tree.at, hint)
    elif kind in _NOT_PIECES:
        _check_alone(str(kind), tree, report)
        report.add(
            "not-a-piece",
            f"a {kind} is used by other specs; there is nothing to build",
            tree.places["kind"],
            f"a piece has kind: {', '.join(known)}",
        )
    elif kind not in known:
        report.add("unknown-kind", f"no kind '{getattr(kind, 'source', kind)}'", tree.places["kind"], nearest(str(kind), known))
    else:
        return str(kind)
    raise report.error()


def _check_alone(kind: str, tree: Map, report: Report) -> None:
    if kind == "Brand":
        folder = Path(tree.at.file).parent
        read_brand(Source(tree.at.file, tree, ""), Files(folder, find_root(folder, None), report, folder), report)
