"""docs/spec-reference.md: every key of the spec language, from the models."""

from __future__ import annotations

import inspect
from pathlib import Path

from qwen_pipeline.plan import filters
from qwen_pipeline.types import spec as language
from qwen_pipeline.types.spec import JINJA_FILTERS

from .models import ModelDoc, read_models
from .text import NOTE, fields_table, join, model_section, prose, table

REDUCED = {
    "ceil": "Rounded up.",
    "floor": "Rounded down.",
    "max": "The greatest value of a column.",
    "mean": "The mean of a column.",
    "median": "The middle value of a column.",
    "min": "The least value of a column.",
    "sum": "The sum of a column.",
}
"""Filters whose source says nothing about them."""
KEPT = "Of Jinja's own filters there are: "
LAYERS = ("TextLayerSpec", "ImageLayerSpec", "SceneLayerSpec", "QrLayerSpec", "ShapeLayerSpec", "IconLayerSpec", "ChartLayerSpec")
DISCLOSURE = ("DiscloseSpec", "AigcSpec")
DOCUMENTS = ("Document", "PageSpec", "DefaultsSpec", "ConsistencySpec", "PairSpec", "MetaSpec", *DISCLOSURE, "ReviewSpec")
SCENE = ("SceneSpec", "EditSpec", "GenerateSpec", "EnhanceSpec", "AdapterSpec", "DistilledSpec")
PARTS = ("RegionSpec", "GridSpec", "FitSpec", "PlateSpec", "ShadowSpec", "GradientSpec", "ChartSpec")
PAGE = ("CanvasSpec", "OutputSpec", "CheckSpec")
DATA = ("DataSource", "FactSpec")
BATCH = ("Batch", "SizeAxis", "ShareSpec", "LimitsSpec", "RunSpec", "ScheduleSpec")
BRAND = ("Brand", "RoleSpec", "LogoSpec", "FontSpec")
LAYOUT = ("Layout", "SlotSpec", "LayoutVariant", "VariantWhen", "StyleSheet", "AssetKind", "TypeScale")
GROUPS = (*DOCUMENTS, *SCENE, "LayerBase", *LAYERS, *PARTS, *PAGE, *DATA, *BATCH, *BRAND, *LAYOUT)


def page(root: Path) -> str:
    models = read_models(root / "qwen_pipeline" / "types" / "spec")
    missing = {name for name, model in models.items() if model.fields and "Strict" in _ancestors(model, models)} - set(GROUPS)
    assert not missing, f"no place in the reference for {sorted(missing)}"
    return join(
        NOTE,
        prose("spec-reference"),
        prose("scalars"),
        join(
            "## Documents",
            "`Poster`, `Deck`, `Infographic` and any other kind in the library: these keys, and the layout's slots.",
            _all(DOCUMENTS, models),
        ),
        join("## Scene and generation", _all(SCENE, models)),
        join("## Layers", "Keys of every layer:", fields_table(models["LayerBase"].fields), _all(LAYERS, models)),
        join("## Parts of regions and layers", _all(PARTS, models)),
        join("## Canvas, outputs, checks", _canvases(), _all(PAGE, models)),
        join("## Data and facts", _all(DATA, models)),
        join(prose("expressions"), _filters()),
        join("## Batch", _all(BATCH, models)),
        join("## Brand", _all(BRAND, models)),
        join("## Layouts, styles, kinds", "What the files in `templates/` are made of.", _all(LAYOUT, models)),
    )


def _ancestors(model: ModelDoc, models: dict[str, ModelDoc]) -> set[str]:
    found = set(model.bases)
    for base in model.bases:
        if base in models:
            found |= _ancestors(models[base], models)
    return found


def _all(names: tuple[str, ...], models: dict[str, ModelDoc]) -> str:
    return join(*(model_section(models[name]) for name in names))


def _canvases() -> str:
    paper = ", ".join(f"{name} {w:g} x {h:g}" for name, (w, h) in language.PAPER_MM.items())
    ratios = ", ".join(f"`{name}` {w} x {h}" for name, (w, h) in language.RATIO_PX.items())
    return f"Paper, in mm: {paper}.\n\nRatios, in px: {ratios}.\n\nOr `1080x1920px`, `210mmx297mm`."


def _filters() -> str:
    rows = []
    for name, function in sorted(filters.FILTERS.items()):
        arguments = [p for p in inspect.signature(function).parameters if p not in ("context", "value", "values", "table", "row")]
        rows.append(
            (f"`{name}{'(' + ', '.join(arguments) + ')' if arguments else ''}`", inspect.getdoc(function) or REDUCED[name])
        )
    kept = ", ".join(f"`{name}`" for name in sorted(JINJA_FILTERS))
    return join(table(("filter", ""), rows), f"{KEPT}{kept}.")
