"""A batch: data x matrix over a template document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import Batch, Document, LocaleSet, SizeAxis, Spec, Table

from .canvas import check_canvas
from .checks import check_name
from .data import declare, load_tables
from .diagnose import nearest_locale, salvage, validate
from .document import Request
from .names import Names, batch_names
from .outputs import check_outputs
from .plugged import check_ids
from .report import Report, nearest
from .texts import TextRules, batch_rules
from .timezones import check_timezone
from .tree import Map, Seq, as_text, flatten, place_of, plain
from .yaml12 import Source

ROWS = "rows"
_RULES = ("exclude", "include")
_RESERVED = frozenset({"row", "name", "page", "candidate", "item", "loop", "facts", "locale.tag"})
_LOCALE_SET: TypeAdapter[str] = TypeAdapter(LocaleSet)
"""A locale or a pair."""

LoadTemplate = Callable[[str, Place, Request], Spec | None]
"""(path as written, its place, request with the batch's brand, locales and map) -> the template."""


def read_batch(source: Source, tree: Map, request: Request, load_template: LoadTemplate) -> Spec:
    """The Spec of a batch, its template inside; SpecError with everything that is wrong."""
    return _Reader(source, tree, request, load_template).read()


@dataclass(slots=True)
class _Reader:
    source: Source
    tree: Map
    request: Request
    load_template: LoadTemplate

    @property
    def report(self) -> Report:
        return self.request.report

    def read(self) -> Spec:
        tree, report, files = self.tree, self.report, self.request.files
        batch = validate(Batch, self._batch_tree(), report)
        tables = load_tables(declare(tree.get("data"), report), files, report, rows_name=ROWS)
        axes = self._axes()
        names = batch_names(tree, axes, tables, ROWS)
        template = self._template(axes, names)
        if template is not None and isinstance(tree.get("map"), Map):
            self._check_map(tree["map"], template)
        self._check_rules(axes, tables.get(ROWS))
        sound = batch or salvage(Batch, self._batch_tree())
        if sound is not None:
            self._check(sound, axes, template, names)
        report.stop_if_any()
        assert batch is not None
        assert template is not None
        files.note(self.request.path)
        inputs = files.result()
        return Spec(
            path=self.source.file,
            folder=str(self.request.path.parent.resolve()),
            root=str(files.root),
            name=batch.name or re.sub(r"[^A-Za-z0-9_.-]+", "-", self.request.path.stem).strip("-_.") or "batch",
            document=batch,
            digest=digest([[(i.path, i.digest) for i in inputs], plain(tree), template.digest]),
            kind=template.kind,
            theme=template.theme,
            pages=(),
            tables=tables,
            inputs=inputs,
            places=flatten(tree),
            styles=template.styles,
            icons=template.icons,
            template=template,
            notices=tuple(dict.fromkeys((*report.notices, *template.notices))),
            source_text=self.source.text,
        )

    def _batch_tree(self) -> Map:
        """The tree as the model takes it: free values without places, exclusions by the data's key as `row`."""
        out = self.tree.pick(set(self.tree))
        for key in ("vars", "matrix"):
            if isinstance(out.get(key), Map):
                value = plain(out[key])
                dict.__setitem__(out, key, self._with_row(value) if key == "matrix" else value)
        return out

    def _with_row(self, matrix: dict[str, Any]) -> dict[str, Any]:
        key = self._data_key()
        for rule in _RULES:
            if key and isinstance(matrix.get(rule), tuple):
                matrix[rule] = tuple(_rename(entry, key, "row") for entry in matrix[rule])
        return matrix

    def _data_key(self) -> str | None:
        data = self.tree.get("data")
        rows = data.get(ROWS) if isinstance(data, Map) else None
        key = rows.get("key") if isinstance(rows, Map) else None
        return str(key) if key is not None else None

    # --- template --------------------------------------------------------------------------------------------------

    def _template(self, axes: Mapping[str, Seq], names: Names) -> Spec | None:
        written, brand = as_text(self.tree.get("template")), as_text(self.tree.get("brand"))
        if written is None:
            return None
        mapped = self.tree.get("map")
        locales = tuple(v for v in axes.get("locale", ()) if isinstance(v, str) and _is_locale_set(v))
        request = Request(
            path=self.request.path,
            templates=self.request.templates,
            files=self.request.files,
            report=self.report,
            brand=(brand, self.tree.places["brand"], self.request.files) if brand is not None else None,
            locales=locales,
            filled=frozenset(mapped) if isinstance(mapped, Map) else frozenset(),
            names=names,
        )
        return self.load_template(written, self.tree.places["template"], request)

    def _check_map(self, mapped: Map, template: Spec) -> None:
        assert isinstance(template.document, Document)
        known = list(template.document.vars)
        for page in template.pages:
            for layout in page.layouts.values():
                known += [*layout.slots, *(layer.id for layer in layout.layers)]
        for key in mapped:
            if key not in known:
                message = f"the template has no slot, layer or variable '{key}'"
                self.report.add("unknown-key", message, mapped.keys_at[key], nearest(key, known))

    # --- matrix ----------------------------------------------------------------------------------------------------

    def _axes(self) -> dict[str, Seq]:
        """The axes as written, each checked."""
        matrix = self.tree.get("matrix")
        if not isinstance(matrix, Map):
            return {}
        axes = {}
        for name, values in matrix.items():
            if name in _RULES:
                continue
            if name in _RESERVED:
                self.report.add("reserved-name", f"'{name}' cannot be an axis", matrix.keys_at[name], "call it otherwise")
            elif not isinstance(values, Seq) or not values:
                self.report.add("wrong-type", f"the axis '{name}' is a list of values", matrix.places[name], f"{name}: [a, b]")
            else:
                axes[name] = values
                self._axis(name, values)
        return axes

    def _axis(self, name: str, values: Seq) -> None:
        seen: set[str] = set()
        for value, place in zip(values, values.places, strict=True):
            if name == "locale":
                self._locale(value, place)
            elif name == "size":
                self._size(value, place)
            elif isinstance(value, Map) and "id" not in value:
                self.report.add("missing-key", "a value that is a map needs an id", place, "add id: ...")
            id_ = axis_id(value)
            if id_ in seen:
                self.report.add("duplicate-id", f"'{id_}' stands twice on the axis '{name}'", place)
            seen.add(id_)

    def _locale(self, value: Any, place: Place) -> None:
        if not isinstance(value, str) or not _is_locale_set(value):
            hint = nearest_locale(str(value)) or "zh-CN, en-GB, or a pair: zh-CN+en-GB"
            self.report.add("bad-locale", f"'{value}' is not a locale", place, hint)

    def _size(self, value: Any, place: Place) -> None:
        if not isinstance(value, Map):
            self.report.add("wrong-type", "a size is a map with id and canvas", place, f"{{id: a3, canvas: {value}}}")
            return
        axis = validate(SizeAxis, value, self.report)
        if axis is not None:
            check_canvas(axis.canvas, value["canvas"], value.places["canvas"], self.report, axis)

    def _check_rules(self, axes: Mapping[str, Seq], rows: Table | None) -> None:
        matrix = self.tree.get("matrix")
        if not isinstance(matrix, Map):
            return
        for rule in (r for r in _RULES if r in matrix):
            entries = matrix[rule]
            if not isinstance(entries, Seq) or not all(isinstance(entry, Map) for entry in entries):
                self.report.add("wrong-type", f"{rule} is a list of maps", matrix.places[rule], "- {locale: en-US, size: story}")
                continue
            for entry in entries:
                self._check_entry(entry, rule, axes, rows)

    def _check_entry(self, entry: Map, rule: str, axes: Mapping[str, Seq], rows: Table | None) -> None:
        row_keys = {"row", self._data_key() or "row"}
        for key, value in entry.items():
            if key in row_keys:
                self._check_row(str(axis_id(value)), entry.places[key], rows)
            elif key in axes:
                self._one_of(axis_id(value), [axis_id(v) for v in axes[key]], key, entry.places[key])
            else:
                hint = nearest(key, [*axes, *sorted(row_keys)], cutoff=0.7)
                if rule == "exclude" or hint.startswith("did"):
                    self.report.add("unknown-key", f"no axis '{key}'", entry.keys_at[key], hint)
        missing = [axis for axis in axes if axis not in entry]
        if rule == "include" and missing:
            first = ", ".join(axis_id(v) for v in axes[missing[0]])
            self.report.add(
                "bad-include", f"include says nothing of the axis '{missing[0]}'", entry.at, f"add {missing[0]}: one of {first}"
            )

    def _one_of(self, value: str, known: Iterable[str], axis: str, place: Place) -> None:
        words = list(known)
        if value not in words:
            self.report.add("bad-value", f"'{value}' is not on the axis '{axis}'", place, nearest(value, words))

    def _check_row(self, value: str, place: Place, rows: Table | None) -> None:
        if rows is None:
            return
        known = [str(row[rows.key]) for row in rows.rows] if rows.key else [str(n + 1) for n in range(len(rows.rows))]
        if value not in known and value not in {key for key, *_ in rows.bad}:
            self.report.add("unknown-row", f"no row '{value}'", place, nearest(value, known[:5000]))

    # --- the rest --------------------------------------------------------------------------------------------------

    def _check(self, batch: Batch, axes: Mapping[str, Seq], template: Spec | None, names: Names) -> None:
        tree, report = self.tree, self.report
        written = tuple(v for v in axes.get("locale", ()) if isinstance(v, str))
        own = template.document.locales if template and isinstance(template.document, Document) else ()
        tags = tuple(dict.fromkeys(tag for locale in (written or own) for tag in locale.split("+")))
        rules = TextRules(tags, report)
        rules.check_model(batch, tree, seen=batch_rules(rules, template, names, ROWS))
        check_ids(batch, tree, report)
        check_outputs(batch.outputs, tree, report)
        for name in batch.vars:
            check_name(name, "variable", tree["vars"].keys_at[name], report)
        self._check_share(batch, axes)
        if batch.schedule is not None and len(batch.schedule.cron.split()) != 5:
            hint = '"0 6 * * 1": minute hour day month weekday'
            report.add("bad-value", f"'{batch.schedule.cron}' is no cron line", place_of(tree, ("schedule", "cron")), hint)
        if batch.schedule is not None and batch.schedule.timezone != "UTC":
            check_timezone(batch.schedule.timezone, place_of(tree, ("schedule", "timezone")), report)

    def _check_share(self, batch: Batch, axes: Mapping[str, Seq]) -> None:
        key = self._data_key()
        known = [*axes, *([key] if key else []), "row", "locale", "size"]
        for index, name in enumerate(batch.share.scene if batch.share else ()):
            if name not in known:
                place = place_of(self.tree, ("share", "scene", index))
                self.report.add("unknown-axis", f"no axis or data key '{name}'", place, nearest(name, known))


def axis_id(value: Any) -> str:
    """What an axis value is called: itself as written, or its `id`."""
    if isinstance(value, Map):
        value = value.get("id", "")
    return str(getattr(value, "source", value))


def _rename(entry: Any, key: str, to: str) -> Any:
    return {to if k == key else k: v for k, v in entry.items()} if isinstance(entry, dict) else entry


def _is_locale_set(value: str) -> bool:
    try:
        _LOCALE_SET.validate_python(value)
    except ValidationError:
        return False
    return True
