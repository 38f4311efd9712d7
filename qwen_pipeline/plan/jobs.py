"""Rows x matrix x locales x candidates -> the pieces to plan, in order."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.types import Canvas, Place
from qwen_pipeline.types.spec import AssetKind, Batch, CanvasSpec, Document, SizeAxis, Spec, Table

from .context import PlanContext
from .environment import RowView
from .geometry import resolve_canvas
from .locales import locale_set
from .matrix import Cell, cells, cells_of_row, excluded_rows
from .scope import PlanError, fail
from .vocabulary import row_passes


@dataclass(frozen=True)
class Job:
    """One piece to plan: its cell of the matrix, its row."""

    cell: Cell
    locales: tuple[str, ...]
    size: SizeAxis | None
    row: RowView | None
    row_place: Place | None
    key: str
    """The value in the data's key column, else the row's number."""
    key_column: str | None
    candidate: int
    """0 where there is one."""

    def id(self, name: str) -> str:
        """The piece's identity: name, data key, axes, locale."""
        axes = [value for axis, value in self.cell.ids if axis != "locale"]
        candidate = [f"candidate-{self.candidate}"] if self.candidate else []
        return "/".join(part for part in (name, self.key, *axes, *candidate, "+".join(self.locales)) if part)

    def fields(self, name: str) -> dict[str, str]:
        """What output names may use, and what tells pieces apart."""
        found = {"name": name, "locale": "+".join(self.locales)}
        if self.key:
            found[self.key_column or "row"] = self.key
        found.update({axis: value for axis, value in self.cell.ids if axis != "locale"})
        if self.candidate:
            found["candidate"] = str(self.candidate)
        return found


def scene_identity(job: Job, fields: Mapping[str, str], spec: Spec) -> tuple[str, ...]:
    """What tells one picture's seed from another's: the key and every axis but the language, or what `share.scene` names."""
    share = spec.document.share if isinstance(spec.document, Batch) else None
    names = share.scene if share else tuple(n for n in fields if n not in ("name", "locale"))
    for name in names:
        if name not in fields and name != "size":
            hint = "there are: " + ", ".join(f for f in fields if f != "name")
            place = spec.place("share.scene")
            raise SpecError([Diagnostic("unknown-axis", f"share.scene: no axis or data key '{name}'", place, hint)])
    candidate = (f"candidate={job.candidate}",) if job.candidate and "candidate" not in names else ()
    return (spec.name, *(f"{name}={fields.get(name, '')}" for name in names), *candidate)


def canvas_of(job: Job, spec: Spec, template: Spec, kind: AssetKind) -> Canvas:
    """The canvas of a job: the size axis, else the document's, the layout's, the kind's; PlanError for no such size."""
    assert isinstance(template.document, Document)
    own = template.document.canvas
    written = job.size.canvas if job.size else own or _made_for(template) or kind.canvas
    bleed = (job.size.bleed if job.size else None) or written.bleed
    safe = (job.size.safe if job.size else None) or written.safe or (own.safe if own else None)
    try:
        return resolve_canvas(written, id=job.size.id if job.size else "", bleed=bleed, safe=safe)
    except ValueError as error:
        place = spec.place("matrix.size") if job.size else template.place("canvas")
        raise fail("bad-canvas", str(error), place, "A4, 210mmx297mm, 1080x1080px or 16:9") from error


def _made_for(template: Spec) -> CanvasSpec | None:
    """The canvas that the first page's layout is made for; a piece has one canvas."""
    return next(iter(template.pages[0].layouts.values())).canvas if template.pages else None


@dataclass(frozen=True)
class JobList:
    """All jobs of a spec that the caller's filters let through."""

    spec: Spec
    document: Document
    context: PlanContext
    candidates: int

    @property
    def batch(self) -> Batch | None:
        return self.spec.document if isinstance(self.spec.document, Batch) else None

    @property
    def rows_table(self) -> Table | None:
        return self.spec.tables.get("rows") if self.batch else None

    def __iter__(self) -> Iterator[Job]:
        matrix = self.batch.matrix if self.batch else {}
        try:
            combos = cells(matrix, self.spec.place("matrix"))
        except PlanError as error:
            raise SpecError([error.diagnostic]) from error
        rules = excluded_rows(matrix)
        for row, place, key in self._rows():
            for cell in cells_of_row(combos, rules, key):
                yield from self._of_cell(cell, row, place, key)

    def _of_cell(self, cell: Cell, row: RowView | None, place: Place | None, key: str) -> Iterator[Job]:
        written = (cell.id("locale"),) if cell.id("locale") else self.document.locales
        column = self.rows_table.key if self.rows_table else None
        for locale in written:
            if self.context.locales and locale not in self.context.locales:
                continue
            for candidate in range(1, self.candidates + 1) if self.candidates > 1 else (0,):
                job = Job(cell, locale_set(str(locale)), cell.values.get("size"), row, place, key, column, candidate)
                if self._selected(job):
                    yield job

    def _selected(self, job: Job) -> bool:
        patterns = self.context.select
        if not patterns:
            return True
        known = [job.id(self.spec.name), job.key, *(value for _, value in job.cell.ids)]
        return any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns for value in known if value)

    def _rows(self) -> Iterator[tuple[RowView | None, Place | None, str]]:
        if self.rows_table is None:
            yield None, None, ""
            return
        table = self.rows_table
        assert self.batch is not None
        where = self.batch.data["rows"].where
        for number, (row, place) in enumerate(zip(table.rows, table.places, strict=True), 1):
            view = RowView(row)
            key = str(row[table.key]) if table.key else str(number)
            if not where or row_passes(where, view, lambda: self.spec.place("data.rows.where")):
                yield view, place, key
