"""A spec for one locale set on one canvas, compiled once and run for every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.types import Box, CalmArea, Canvas, Layer, Place, Region, TextLayer, TextPart
from qwen_pipeline.types.spec import Document, Layout, PageSource, SceneSpec, Spec, StyleSheet, TextLayerSpec, Theme, shape_of

from .calm import calm_areas
from .charts import ChartLook, make_chart
from .context import PlanContext
from .contract import Baking
from .edits import edit_parts
from .environment import Names, TableView
from .geometry import resolve_regions
from .grounds import grounds_of
from .layers import compile_layers
from .names import kind_folder
from .page import Assets, Entry, PageContext, complete_slots, entries
from .page_program import PageProgram, grid_load
from .pictures import Picture, pictures_of
from .programs import Program
from .scene_setting import SceneSetting
from .scope import Scope, fail, text_for
from .theme import Palette, dressed, make_palette, text_style

_CHART_COLORS = ("primary", "accent", "secondary", "muted")


@dataclass(frozen=True)
class Variant:
    """One locale set on one canvas: the pages as programs. `digest` covers all that no row changes."""

    locales: tuple[str, ...]
    canvas: Canvas
    pages: tuple[PageProgram, ...]
    names: Mapping[str, Names]
    digest: str


@dataclass(frozen=True)
class VariantMaker:
    """What every variant of a plan is compiled from. `place` says where a key of the outermost spec stands."""

    spec: Spec
    theme: Theme
    dynamic: frozenset[str]
    overridden: frozenset[str]
    tables: Mapping[str, TableView]
    assets: Assets
    context: PlanContext
    place: Callable[[str], Place]
    baking: Baking

    def compile(self, locales: tuple[str, ...], canvas: Canvas, names: Mapping[str, Names]) -> Variant:
        """All pages for one locale set and canvas; PlanError for what cannot be right for any row."""
        maker = _PageMaker(self, locales, canvas, names)
        pages = tuple(page for source in self.spec.pages for page in maker.pages(source))
        fixed = {
            "locales": locales,
            "canvas": canvas,
            "code": self.context.code_digest,
            "fonts": (self.context.fonts_digest, self._font_digests()),
            "pages": [maker.identity(page) for page in pages],
        }
        return Variant(locales, canvas, pages, names, digest(fixed))

    def _font_digests(self) -> dict[str, str]:
        paths = [path for font in self.theme.fonts.values() for path in font.files]
        return {p.rsplit("/", 1)[-1]: self.assets.digest(p) for p in paths}


@dataclass(frozen=True)
class _PageMaker:
    maker: VariantMaker
    locales: tuple[str, ...]
    canvas: Canvas
    names: Mapping[str, Names]

    @property
    def document(self) -> Document:
        assert isinstance(self.maker.spec.document, Document)
        return self.maker.spec.document

    def pages(self, source: PageSource) -> list[PageProgram]:
        repeated = self._context(source, Entry(), self._palette(source, self._layout(source)), {}, True)
        out = []
        for entry in entries(source.for_each, repeated):
            page_id = f"{source.id}-{entry.index + 1}" if entry.count else source.id
            out.append(self._page(source, page_id, entry))
        return out

    def _layout(self, source: PageSource) -> Layout:
        return source.layouts[(shape_of(self.canvas.width_pt, self.canvas.height_pt), len(self.locales) > 1)]

    def _style(self, scene: SceneSpec | None) -> StyleSheet | None:
        return self.maker.spec.styles.get(scene.style if scene else self._usual_style())

    def _theme(self, source: PageSource) -> Theme:
        return dressed(self.maker.theme, self._style(source.scene), self._layout(source), self.document.family)

    def _usual_style(self) -> str:
        """The named style of the pages that have a picture, for the colours of those that have none."""
        default = self.document.defaults.scene
        scenes = [page.scene for page in self.maker.spec.pages] + [default if isinstance(default, SceneSpec) else None]
        return next((scene.style for scene in scenes if scene and scene.style in self.maker.spec.styles), "")

    def _palette(self, source: PageSource, layout: Layout) -> Palette:
        style = self._style(source.scene)
        asked = source.scene.tone if source.scene else "auto"
        tone = asked if asked != "auto" else layout.tone or (style.tone if style and source.scene else "light")
        return make_palette(self.maker.theme, style, tone)  # type: ignore[arg-type]

    def _context(
        self, source: PageSource, entry: Entry, palette: Palette, regions: Mapping[str, Region], has_scene: bool
    ) -> PageContext:
        own = {"page": source.id, "scene": has_scene}
        names = {tag: {**known, **entry.names(tag), **own} for tag, known in self.names.items()}

        def place(path: str) -> Place:
            if path.startswith("map."):
                return self.maker.place(path)
            return self.maker.spec.place(f"{source.place.path}.{path}" if source.place.path else path)

        theme = self._theme(source)
        look = self._chart_look(palette, theme)

        def chart(spec: Any, layer_id: str, region: str, scope: Scope, where: Place) -> Layer:
            return make_chart(
                spec, layer_id, region, scope=scope, tables=self.maker.tables, tag=self.locales[0], look=look, place=where
            )

        return PageContext(
            locales=self.locales,
            canvas=self.canvas,
            theme=theme,
            palette=palette,
            pair=self.document.pair,
            slots=complete_slots(source.slots, self._layout(source).slots),
            regions=regions,
            names=names,
            dynamic_names=self.maker.dynamic | {"folio"},  # the page's number: known once the pages before it are
            overridden=self.maker.overridden,
            place=place,
            assets=self.maker.assets,
            chart=chart,
            grounds=grounds_of(self._layout(source), regions, palette, has_scene),
            baking=self.maker.baking,
            picture=self._picture_box(source, regions) if has_scene else None,
        )

    def _picture_box(self, source: PageSource, regions: Mapping[str, Region]) -> Box:
        inside = source.scene.region if source.scene else None
        return regions[inside].box if inside in regions else self.canvas.bleed_box  # type: ignore[index]

    def _chart_look(self, palette: Palette, theme: Theme) -> ChartLook:
        spec = TextLayerSpec.model_validate({"id": "chart", "in": "page", "role": "chart-label"})
        label = text_style(spec, theme.roles["chart-label"], theme, self.canvas, palette, "start")
        series, icons = tuple(palette.color(n) for n in _CHART_COLORS), self.maker.assets.icons
        ground, grid, highlight = (palette.color(n) for n in ("bg", "fg/14%", "accent"))
        words = (palette.color("fg-primary"), palette.color("fg-accent"))
        return ChartLook(series, ground, grid, highlight, words, label, icons)

    def _page(self, source: PageSource, page_id: str, entry: Entry) -> PageProgram:
        layout = self._layout(source)
        palette = self._palette(source, layout)
        probe = self._context(source, entry, palette, {}, source.scene is not None)
        regions = self._regions(layout, probe)
        page = self._context(source, entry, palette, regions, source.scene is not None)
        programs = tuple(compile_layers(layout.layers, page))
        scene = self._scene(source, page_id, layout, page, programs)
        return PageProgram(
            id=page_id,
            source=source,
            canvas=self.canvas,
            background=palette.paint(layout.background),
            regions=regions,
            programs=programs,
            scene=scene,
            pictures=self._pictures(source, page_id, layout, page, programs),
            notes=self._notes(source, page, entry),
            extra={tag: {**entry.names(tag), "page": page_id, "scene": source.scene is not None} for tag in self.locales},
            when=self._when(source, page),
            continued=self._further(source, page_id, entry),
            flow=next((name for name, region in layout.regions.items() if region.flow), ""),
        )

    def _further(self, source: PageSource, page_id: str, entry: Entry) -> PageProgram | None:
        if source.continued is None:
            return None
        return self._page(replace(source, layouts=source.continued, continued=None, scene=None, notes=None), page_id, entry)

    def _regions(self, layout: Layout, page: PageContext) -> dict[str, Region]:
        try:
            return resolve_regions(layout, self.canvas, lambda grid: grid_load(grid, page))
        except ValueError as error:
            raise fail("bad-count", str(error), page.place("regions"), "choose another layout, or split the list") from error

    def _when(self, source: PageSource, page: PageContext) -> Callable[[Scope], bool]:
        if source.when is None:
            return lambda _scope: True
        expression = source.when
        return lambda scope: bool(scope.evaluate(expression, self.locales[0], lambda: page.place("when")))

    def _notes(self, source: PageSource, page: PageContext, entry: Entry) -> Callable[[Scope], tuple[TextPart, ...]]:
        notes = source.notes
        if notes is None:
            return lambda _scope: ()

        def run(scope: Scope) -> tuple[TextPart, ...]:
            def place() -> Place:
                return page.place("notes")

            return tuple(
                TextPart(tag, scope.expand(text_for(notes, tag, place), tag, place, entry.names(tag))) for tag in self.locales
            )

        return run

    def _scene(
        self, source: PageSource, page_id: str, layout: Layout, page: PageContext, programs: tuple[Program, ...]
    ) -> SceneSetting | None:
        if source.scene is None:
            return None
        box = page.regions[source.scene.region].box if source.scene.region else self.canvas.bleed_box
        calm = calm_areas(self._probable_layers(layout, page, programs), page.regions, source.scene.keep_clear, box)
        return self._setting(source.scene, page_id, layout, page, (box, calm))

    def _pictures(
        self, source: PageSource, page_id: str, layout: Layout, page: PageContext, programs: tuple[Program, ...]
    ) -> tuple[Picture, ...]:
        layers = [layer for program in programs if isinstance(program, tuple) for layer in program]
        default = self.document.defaults.scene

        def make(spec: SceneSpec, name: str, box: Box) -> SceneSetting:
            return self._setting(spec, name, layout, page, (box, calm_areas(layers, page.regions, (), box)))

        look = source.scene or (default if isinstance(default, SceneSpec) else None)
        return pictures_of(layout.layers, page, look, page_id, make)

    def _setting(
        self, spec: SceneSpec, name: str, layout: Layout, page: PageContext, where: tuple[Box, tuple[CalmArea, ...]]
    ) -> SceneSetting:
        kind = self.maker.spec.kind
        assert kind is not None
        return SceneSetting(
            spec=spec,
            style=self._style(spec),
            palette=page.palette,
            canvas=self.canvas,
            box=where[0],
            calm=where[1],
            parts=edit_parts(spec.edits, page.regions, self.canvas, page.place("scene")),
            page=name,
            layout={"name": layout.name, "composition": spec.composition or layout.composition},
            kind=kind.kind,
            kind_words=kind.scene,
            kind_folder=self.maker.context.templates / kind_folder(kind.kind),
            brand_words=self.maker.theme.words,
            place=page.place("scene"),
        )

    def _probable_layers(self, layout: Layout, page: PageContext, programs: tuple[Program, ...]) -> list[Layer]:
        """Layers that words will stand in, whatever the row: fixed ones, and a stand-in for each that a row fills."""
        out: list[Layer] = []
        for program in programs:
            if isinstance(program, tuple):
                out.extend(program)
        for spec in layout.layers:
            if isinstance(spec, TextLayerSpec) and spec.for_each is None and spec.plate is None and spec.in_ in page.regions:
                filled = spec.id in self.maker.overridden or spec.slot in self.maker.overridden
                if filled or spec.text is not None:
                    role = page.theme.roles[spec.role]
                    style = text_style(spec, role, page.theme, self.canvas, page.palette, "start")
                    out.append(TextLayer(spec.id, spec.in_, spec.role, (), style))
        return out

    def identity(self, page: PageProgram) -> object:
        """What decides a page, beside what a row fills in."""
        layout, theme = self._layout(page.source), self._theme(page.source)
        fixed = [program if isinstance(program, tuple) else "row" for program in page.programs]
        return [
            (page.id, page.background, fixed, dict(page.regions), _seen(page)),
            (layout.model_dump_json(), self._palette(page.source, layout).colors, self.document.pair.model_dump_json()),
            sorted((name, role.model_dump_json()) for name, role in theme.roles.items()),
            (theme.base, theme.min_pt, theme.family),
        ]


def _seen(page: PageProgram) -> list[object]:
    """Where its pictures stand and what of them is seen, which is no part of the pictures themselves."""
    settings = [*([page.scene] if page.scene else []), *(picture.setting for picture in page.pictures)]
    return [(setting.page, setting.box, setting.spec.focus_point, setting.spec.labels) for setting in settings]
