"""One document of a kind with pages: Poster, Deck, Infographic and what else templates offer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import LOCALE_PATTERN, AssetKind, Brand, Document, PageSource, Spec, Table

from .brand import load_brand, make_theme
from .canvas import check_canvas
from .checks import LayoutChecks, check_name
from .data import declare, load_tables
from .diagnose import salvage, validate
from .extends import LayoutBook
from .files import Files
from .keywords import document_keys
from .kinds import Templates
from .names import Names, page_names, piece_names, row_names, table_names
from .outputs import check_outputs
from .pages import PageReader
from .plugged import check_ids
from .report import Report, nearest
from .slots import SlotReader
from .texts import Path, TextRules, has_cjk
from .tree import Map, Seq, as_text, flatten, place_of, plain, strings
from .yaml12 import Source


@dataclass(frozen=True, slots=True)
class Request:
    """What decides how one document is read, beside its text."""

    path: FilePath
    templates: Templates
    files: Files
    report: Report
    brand: tuple[str, Place, Files] | None = None
    """A batch's brand, instead of the document's own."""
    locales: tuple[str, ...] = ()
    """A batch's locale sets, instead of the document's own."""
    filled: frozenset[str] = frozenset()
    """Slots and layers that a batch's map fills."""
    names: Names | None = None
    """What strings see because of a batch: its row, axes, vars and tables. None outside a batch."""


def read_document(source: Source, tree: Map, kind: AssetKind, request: Request) -> Spec:
    """The Spec of a document; SpecError with everything that is wrong."""
    return _Reader(source, tree, kind, request).read()


@dataclass(slots=True)
class _Reader:
    source: Source
    tree: Map
    kind: AssetKind
    request: Request

    @property
    def report(self) -> Report:
        return self.request.report

    def read(self) -> Spec:
        own_keys = document_keys(self.kind)
        document = validate(Document, self._document_tree(own_keys), self.report)
        locales, document = self._locales(document)
        brand = self._brand()
        templates = self.request.templates
        declared = declare(self.tree.get("data"), self.report)
        tables = load_tables(declared, self.request.files, self.report)
        rules = TextRules(locales, self.report, self._names(tables))
        pages = self._pages(
            rules, brand, {d.name: tables[d.name].columns if d.name in tables else () for d in declared}, own_keys
        )
        sound = document or salvage(Document, self._document_tree(own_keys))
        if sound is not None:
            self._check(sound, rules, tables, pages)
        self.report.stop_if_any()
        assert document is not None
        templates.note_inputs(self.request.files, self.kind.kind)
        self.request.files.note(self.request.path)
        inputs = self.request.files.result()
        return Spec(
            path=self.source.file,
            folder=str(self.request.path.parent.resolve()),
            root=str(self.request.files.root),
            name=document.name or self._default_name(),
            document=document,
            digest=digest([[(i.path, i.digest) for i in inputs], plain(self.tree)]),
            kind=self.kind,
            theme=make_theme(templates.type_scale(), self.kind, brand),
            pages=pages,
            tables=tables,
            inputs=inputs,
            places=flatten(self.tree),
            styles=templates.styles(),
            icons=templates.icons(),
            notices=tuple(dict.fromkeys(self.report.notices)),
            source_text=self.source.text,
        )

    def _document_tree(self, own_keys: tuple[str, ...]) -> Map:
        picked = self.tree.pick(set(own_keys))
        if isinstance(picked.get("vars"), Map):
            dict.__setitem__(picked, "vars", plain(picked["vars"]))
        return picked

    # --- locales ---------------------------------------------------------------------------------------------------

    def _locales(self, document: Document | None) -> tuple[tuple[str, ...], Document | None]:
        """Every tag the texts must have, and the document with its locales where it states none."""
        if self.request.locales:
            return _tags(self.request.locales), document
        if "locales" in self.tree:
            sound = document or salvage(Document, self.tree.pick({"kind", "locales"}))
            return (_tags(sound.locales) if sound and "locales" in sound.model_fields_set else ()), document
        found = _locale_maps(self.tree)
        if found:
            place, tags = found
            message = f"the texts are in {' and '.join(tags)}, and locales is missing"
            self.report.add(
                "missing-locale",
                message,
                place,
                f"add locales: [{', '.join(tags)}], or [{'+'.join(tags[:2])}] for one bilingual piece",
            )
            return (), document
        shown = self.tree.without("scene", "data", "brand", "outputs", "defaults", "facts", "kind", "name")
        chinese = has_cjk(text for path, text, _ in strings(shown) if ".scene" not in path)
        locale = "zh-CN" if chinese else "en"
        if chinese:
            self.report.notices.append("locales is not given; the texts are Chinese, so it is zh-CN")
        return (locale,), document.model_copy(update={"locales": (locale,)}) if document else None

    # --- names -----------------------------------------------------------------------------------------------------

    def _names(self, tables: Mapping[str, Table]) -> Names:
        """What every string of the piece sees."""
        data = table_names(_keys(self.tree.get("data")), tables)
        return {**piece_names(_keys(self.tree.get("vars")), _keys(self.tree.get("facts")), data), **(self.request.names or {})}

    def _seen(self, rules: TextRules, tables: Mapping[str, Table]) -> Callable[[Path], TextRules | None]:
        """The rules for what stands at a path of the document."""
        names = dict(rules.names)
        variables = list(_keys(self.tree.get("vars")))

        def seen(path: Path) -> TextRules | None:
            if path[0] == "vars" and self.request.names is None:
                later = {*variables[variables.index(str(path[1])) :], "facts"}
                return replace(rules, names={name: entries for name, entries in names.items() if name not in later})
            if path[0] == "data":
                table = tables.get(str(path[1])) if path[-1] == "where" else None
                return replace(rules, names=row_names(table.columns)) if table else None
            return replace(rules, names=page_names(names, None, repeated=True)) if path[0] == "defaults" else rules

        return seen

    # --- parts -----------------------------------------------------------------------------------------------------

    def _brand(self) -> Brand | None:
        if self.request.brand:
            return load_brand(*self.request.brand, self.report)
        written = as_text(self.tree.get("brand"))
        if written is None:
            return None
        return load_brand(written, self.tree.places["brand"], self.request.files, self.report)

    def _pages(
        self, rules: TextRules, brand: Brand | None, tables: dict[str, tuple[str, ...]], own_keys: tuple[str, ...]
    ) -> tuple[PageSource, ...]:
        templates, files, report = self.request.templates, self.request.files, self.report
        theme, icons, styles = make_theme(templates.type_scale(), self.kind, brand), templates.icons(), templates.styles()
        variables = self.tree.get("vars")
        colors = frozenset([*theme.colors, *theme.brand_colors, *(c for s in styles.values() for c in s.colors)])
        names = frozenset([*tables, *(variables if isinstance(variables, Map) else ()), *self.request.filled])
        defaults = self.tree.get("defaults")
        reader = PageReader(
            kind=self.kind,
            book=LayoutBook(templates, self.kind, files, report),
            slots=SlotReader(rules, files, icons, tables, styles=frozenset(styles)),
            checks=LayoutChecks(rules, files, theme.roles, colors, icons, tables, names, frozenset(styles)),
            styles=styles,
            defaults=defaults if isinstance(defaults, Map) else Map(self.tree.at),
            filled=self.request.filled,
            other_keys=(*own_keys, self.kind.layout_key) if self.kind.pages is None else own_keys,
        )
        return reader.read(self.tree, self.tree.without(*own_keys))

    def _check(self, document: Document, rules: TextRules, tables: Mapping[str, Table], pages: tuple[PageSource, ...]) -> None:
        tree, report = self.tree, self.report
        rules.check_model(document, tree, seen=self._seen(rules, tables))
        check_ids(document, tree, report)
        if document.canvas is not None:
            check_canvas(document.canvas, tree["canvas"], tree.places["canvas"], report)
        check_outputs(document.outputs, tree, report)
        for what in ("vars", "data"):
            for name in getattr(document, what):
                check_name(name, {"vars": "variable", "data": "table"}[what], place_of(tree, (what, name), key=True), report)
        if document.consistency is not None and pages:
            wanted = document.consistency.reference.split(".", 1)[-1]
            known = [page.id for page in pages]
            if wanted not in known:
                report.add(
                    "unknown-page", f"no page '{wanted}'", place_of(tree, ("consistency", "reference")), nearest(wanted, known)
                )

    def _default_name(self) -> str:
        """The file's name, as far as it is one."""
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", self.request.path.stem).strip("-_.")
        if not name:
            name = self.kind.kind.lower()
            self.report.notices.append(f"name is not given, and the file's name cannot be one; it is {name}")
        return name


def _keys(tree: Any) -> tuple[str, ...]:
    return tuple(tree) if isinstance(tree, Map) else ()


def _tags(sets: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for locale in sets for tag in locale.split("+")))


def _locale_maps(tree: Any) -> tuple[Place, tuple[str, ...]] | None:
    """The first map from locales to texts."""
    if isinstance(tree, Map):
        if (
            tree
            and all(re.match(LOCALE_PATTERN, key) and isinstance(value, str) for key, value in tree.items())
            and _known_language(tree)
        ):
            return tree.at, tuple(tree)
        tree = tuple(value for key, value in tree.items() if key not in ("scene", "data", "checks", "outputs"))
    if isinstance(tree, (tuple, Seq)):
        return next((found for item in tree if (found := _locale_maps(item))), None)
    return None


def _known_language(tree: Map) -> bool:
    return any("-" in key or key in ("zh", "en", "ja", "ko", "de", "fr", "es", "it", "pt", "ru") for key in tree)
