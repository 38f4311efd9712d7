"""What a page was asked to say, from its layers: the other side of every comparison with what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qwen_pipeline.types import ChartLayer, Page, TextLayer

from .fold import squeeze

_MOST_ROWS = 4
"""Rows over which the name of a category may be broken."""
_PERCENT = ("%", "％")


def wanted_strings(page: Page) -> dict[str, str]:
    """String id -> text, of every text layer and language."""
    return {
        f"{layer.id}/{part.locale}": part.text
        for layer in page.layers
        if isinstance(layer, TextLayer)
        for part in layer.parts
        if part.text.strip()
    }


def wanted_markers(page: Page) -> dict[str, str]:
    """Id of a layer's bullet or number -> its characters."""
    return {f"{layer.id}/marker": layer.marker for layer in page.layers if isinstance(layer, TextLayer) and layer.marker}


def charts(page: Page) -> dict[str, ChartLayer]:
    return {layer.id: layer for layer in page.layers if isinstance(layer, ChartLayer)}


def unasked(chart: ChartLayer, texts: Sequence[str]) -> Iterator[int]:
    """Indices of those of a chart's `texts`, in drawing order, that its data does not hold; rows of one name count as one."""
    words = _words(chart)
    folded = [squeeze(text) for text in texts]
    index = 0
    while index < len(folded):
        joined = (n for n in range(1, _MOST_ROWS + 1) if "".join(folded[index : index + n]) in words)
        taken = next(joined, 0)
        if not taken:
            yield index
        index += taken or 1


def _words(chart: ChartLayer) -> frozenset[str]:
    labels = [label for series in chart.series for label in series.labels]
    units = [chart.unit, *_PERCENT] if any(sign in chart.unit for sign in _PERCENT) else [chart.unit]
    names = [*chart.categories, *(series.name for series in chart.series), *(text for _, text in chart.axis_ticks)]
    values = [label + unit for label in labels for unit in ("", *units)]
    return frozenset(squeeze(text) for text in (*names, *values, *units, chart.delta))
