"""Spec -> Plan: every piece, the distinct scenes they share, their names; nothing is drawn and no file but assets is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import DataError, Diagnostic, SpecError
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.types import Failure, Metadata, Page, Piece, Place, Plan
from qwen_pipeline.types.spec import Batch, DiscloseSpec, Document, GenerateSpec, LimitsSpec, OutputSpec, Spec, Text, shape_of

from .assets import make_assets
from .context import PlanContext
from .contract import baking_of
from .disclosure import Disclosing
from .enhancing import Enhancing
from .flow import over_pages
from .generating import generating
from .jobs import Job, JobList, canvas_of, scene_identity
from .outputs import OutputBook
from .page import Assets
from .page_program import PageProgram
from .piece_scenes import PieceScenes
from .rules import check_limits, merge_checks
from .scenes import SceneBook, derive_seed
from .scope import PlanError, Scope, fail, text_for
from .variants import Variant, VariantMaker
from .vocabulary import Vocabulary, make_vocabulary, table_views


def make(spec: Spec, context: PlanContext) -> Plan:
    """The plan of a spec.

    SpecError: what is wrong for every piece (or for the one piece there is). A batch's bad rows become `Plan.failures`
    where `run.keep_going` holds, else a DataError. BudgetRefused: over `limits`.
    """
    planner = _Planner(spec, context)
    planner.run()
    return planner.result()


@dataclass
class _Planner:
    spec: Spec
    context: PlanContext
    pieces: list[Piece] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    variants: dict[tuple[object, ...], Variant | PlanError] = field(default_factory=dict)
    notes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        document = self.spec.document
        self.batch: Batch | None = document if isinstance(document, Batch) else None
        template = self.spec.template if self.batch else self.spec
        assert template is not None
        assert template.theme is not None
        assert template.kind is not None
        self.template, self.theme, self.kind = template, template.theme, template.kind
        assert isinstance(template.document, Document)
        self.document = template.document
        self.assets: Assets = make_assets(self.spec, self.template, self.context.digest, self.context.measure)
        self.vocabulary = self._vocabulary()
        generate = (self.batch.generate if self.batch else None) or self.document.generate
        self.book = self._book(generate)
        self.candidates = generate.candidates
        self.disclosing = Disclosing(self.document.disclose, self.context.engine, self.template.place)
        self.checks = merge_checks(self.kind, self.document, self.batch)
        self.outputs = OutputBook(self._outputs(), self.context.formats)
        self.usage = self.batch.usage if self.batch else self.document.usage
        self.rows_table = self.spec.tables.get("rows") if self.batch else None
        self.static_map = self._map_texts()
        self.checks_digest = digest([self.usage, [(rule.id, rule.level, rule.options) for rule in self.checks]])
        said = self.document.disclose
        self.disclose_digest = () if said == DiscloseSpec() else (said.model_dump_json(),)
        self.maker = VariantMaker(
            spec=self.template,
            theme=self.theme,
            dynamic=self.vocabulary.dynamic,
            overridden=frozenset(self.static_map),
            tables=self.vocabulary.tables,
            assets=self.assets,
            context=self.context,
            place=self.spec.place,
            baking=baking_of(self.context, self.checks, self.batch, self.notes.setdefault),
        )

    def _book(self, generate: GenerateSpec) -> SceneBook:
        try:
            made = generating(generate, self.context.engine, self.assets, self.spec.place)
        except PlanError as error:
            raise SpecError([error.diagnostic]) from error
        context, notify = self.context, self.notes.setdefault
        enhancing = Enhancing(generate.enhance, context.enhancers, context.engine, derive_seed(generate.seed, "enhance"), notify)
        return SceneBook(context.engine, context.count_tokens, self.assets, made, enhancing, notify)

    def _vocabulary(self) -> Vocabulary:
        tables = {**table_views(self.template), **table_views(self.spec)}
        changing = {"row"} if self.batch else set()
        if self.batch:
            changing |= {axis for axis in self.batch.matrix if axis not in ("locale", "size", "exclude", "include")}
            changing |= {"size"}
        own = self.batch.vars if self.batch else {}
        mapped = {k: v for k, v in self.batch.map.items() if k in self.document.vars} if self.batch else {}
        return make_vocabulary(self.template, {**own, **mapped}, tables, frozenset(changing))

    def _map_texts(self) -> dict[str, Text]:
        """What a batch's map says of slots and layers (its vars are in the vocabulary)."""
        return {k: v for k, v in self.batch.map.items() if k not in self.document.vars} if self.batch else {}

    def _outputs(self) -> tuple[tuple[OutputSpec, Place], ...]:
        if self.batch and self.batch.outputs:
            return tuple((o, self.spec.place(f"outputs[{i}]")) for i, o in enumerate(self.batch.outputs))
        if self.document.outputs:
            return tuple((o, self.template.place(f"outputs[{i}]")) for i, o in enumerate(self.document.outputs))
        return tuple((o, self.spec.place("")) for o in self.kind.outputs)

    # --- jobs ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        for job in JobList(self.spec, self.document, self.context, self.candidates):
            try:
                self._plan_piece(job)
            except PlanError as error:
                self._note(job, error.diagnostic)
        self._note_bad_rows()

    # --- one piece -------------------------------------------------------------------------------------------------

    def _plan_piece(self, job: Job) -> None:
        variant = self._variant(job)
        scope = Scope(names=self._names(job, variant))
        scope.overrides = self._overrides(job, scope)
        piece_id = job.id(self.spec.name)
        pages: list[Page] = []
        fields = job.fields(self.spec.name)
        pictures = self._piece_scenes(job, fields, piece_id)
        for program in variant.pages:
            pages += self._pages(program, scope, job, pictures, len(pages) + 1)
        if not pages:
            raise fail("no-pages", "no page is left for this piece", self.spec.place(""), "check `when`")
        self._keep(fields, variant, scope, tuple(pages), piece_id)

    def _names(self, job: Job, variant: Variant) -> Mapping[str, Mapping[str, Any]]:
        if not self.batch:
            return variant.names
        extra: dict[str, Any] = {axis: value for axis, value in job.cell.values.items() if axis not in ("locale", "size")}
        if job.row is not None:
            extra["row"] = job.row
        if job.size is not None:
            extra["size"] = {"id": job.size.id}
        return self.vocabulary.complete(variant.names, extra)

    def _overrides(self, job: Job, scope: Scope) -> dict[str, dict[str, str]]:
        out: dict[str, dict[str, str]] = {}
        for key, text in self.static_map.items():

            def place(key: str = key) -> Place:
                return self.spec.place(f"map.{key}")

            out[key] = {tag: scope.expand(text_for(text, tag, place), tag, place) for tag in job.locales}
        return out

    def _piece_scenes(self, job: Job, fields: Mapping[str, str], piece_id: str) -> PieceScenes:
        wanted = self.document.consistency
        return PieceScenes(
            book=self.book,
            tag=job.locales[0],
            identity=scene_identity(job, fields, self.spec),
            piece=piece_id,
            shared=bool(self.batch and self.batch.share),
            consistency=wanted.reference.split(".", 1)[-1] if wanted else None,
        )

    def _pages(self, program: PageProgram, scope: Scope, job: Job, pictures: PieceScenes, folio: int) -> tuple[Page, ...]:
        own = self._numbered(program, scope, job, folio)
        if not program.when(own):
            return ()
        layers = program.layers(own)
        scene, notes = pictures.of_page(program, own, layers), program.notes(own)
        page = program.page(pictures.among_layers(program, own, layers), scene, notes)
        pages = over_pages(program, page, self.context, self.theme, lambda p, n: self._numbered(p, scope, job, folio + n))
        return tuple(self.disclosing.labelled(page, own, job.locales) for page in pages)

    def _numbered(self, program: PageProgram, scope: Scope, job: Job, folio: int) -> Scope:
        names = {tag: {**scope.names[tag], **program.extra[tag], "folio": folio} for tag in job.locales}
        return Scope(names=names, overrides=scope.overrides, trace=scope.trace)

    def _keep(self, fields: Mapping[str, str], variant: Variant, scope: Scope, pages: tuple[Page, ...], piece_id: str) -> None:
        tag = variant.locales[0]
        outputs = self.outputs.of_piece(fields, len(pages), piece_id)
        facts = self.vocabulary.fact_list(scope.names[tag]) if self.kind.facts else None
        metadata = self._metadata(pages, scope, tag)
        decided = (
            variant.digest,
            scope.trace,
            [(page.id, page.scenes) for page in pages],
            [(output.format, output.name, output.options) for output in outputs],
            self.checks_digest,
            metadata,
            facts,
            self.context.reader_of(pages),
            *self.disclose_digest,
        )
        fingerprint = digest(decided)
        self.pieces.append(
            Piece(
                id=piece_id,
                name=self.spec.name,
                kind=self.kind.kind,
                usage=self.usage,
                locales=variant.locales,
                pages=pages,
                outputs=outputs,
                checks=self.checks,
                metadata=replace(metadata, aigc=aigc) if (aigc := self.disclosing.aigc(pages, fingerprint)) else metadata,
                fingerprint=fingerprint,
                facts=facts,
                fields=tuple((name, value) for name, value in fields.items() if name != "name"),
                signed=self.disclosing.signs(pages),
            )
        )

    def _metadata(self, pages: Sequence[Page], scope: Scope, tag: str) -> Metadata:
        meta = self.document.meta

        def text(value: Text | None, key: str) -> str:
            if value is None:
                return ""

            def place() -> Place:
                return self.template.place(f"meta.{key}")

            return scope.expand(text_for(value, tag, place), tag, place)

        title = text(meta.title, "title") or (pages[0].title if pages[0].title != pages[0].id else self.spec.name)
        return Metadata(title, tag, meta.author or self.theme.author, text(meta.subject, "subject"), meta.keywords)

    # --- variants --------------------------------------------------------------------------------------------------

    def _variant(self, job: Job) -> Variant:
        key = (job.locales, job.size.id if job.size else None)
        found = self.variants.get(key)
        if found is None:
            try:
                found = self._compile(job)
            except PlanError as error:
                found = error
            self.variants[key] = found
        if isinstance(found, PlanError):
            raise found
        return found

    def _compile(self, job: Job) -> Variant:
        canvas = canvas_of(job, self.spec, self.template, self.kind)
        shape = shape_of(canvas.width_pt, canvas.height_pt)
        return self.maker.compile(job.locales, canvas, self.vocabulary.fixed(job.locales, shape))

    # --- ends ------------------------------------------------------------------------------------------------------

    def _note(self, job: Job, diagnostic: Diagnostic) -> None:
        if not self.batch:
            self.diagnostics.append(diagnostic)
            return
        where = f"{diagnostic.place}" + (f" (row {job.row_place})" if job.row_place else "")
        self.failures.append(Failure(job.id(self.spec.name), diagnostic.code, diagnostic.message, 2, where, diagnostic.hint))

    def _note_bad_rows(self) -> None:
        for key, code, message, place in self.rows_table.bad if self.rows_table else ():
            self.failures.append(Failure(f"{self.spec.name}/{key}", code, message, 2, str(place)))

    def result(self) -> Plan:
        if self.diagnostics:
            raise SpecError(self.diagnostics)
        keep_going = self.batch.run.keep_going if self.batch else True
        if self.failures and (not keep_going or not self.pieces):
            raise DataError(Diagnostic(f.code, f"{f.piece}: {f.message}", Place(f.place), f.hint) for f in self.failures)
        scenes = self.book.result()
        limits = self.batch.limits if self.batch else LimitsSpec()
        exceeded = check_limits(limits, self.spec, len(self.pieces), len(scenes), self.context.engine)
        context = self.context
        models = (context.engine, *context.enhancers)
        empty = () if self.pieces or self.failures else ("nothing to make: no row is there, or none that `where` lets through",)
        return Plan(
            name=self.spec.name,
            digest=digest(
                [self.spec.digest, *models, context.code_digest, context.fonts_digest, context.locales, context.select]
            ),
            pieces=tuple(self.pieces),
            scenes=scenes,
            engine=context.engine,
            failures=tuple(self.failures),
            inputs=self.spec.inputs,
            notices=(*self.spec.notices, *exceeded, *empty, *self.notes, *self.book.enhancing.notices(scenes)),
            keep_going=keep_going,
            run_outputs=self.outputs.of_run(self.spec.name),
        )
