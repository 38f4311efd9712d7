"""Regions of a layout -> boxes in points, grids of cells included."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Canvas, Length, Region
from qwen_pipeline.types.spec import CanvasSpec, GridSpec, Layout, RegionSpec, parse_canvas_size

Padding = Length | tuple[Length, ...] | None


@dataclass(frozen=True, slots=True)
class GridLoad:
    """What fills a grid: how many cells, and how much text is in each (for `weights: content`)."""

    count: int
    weights: tuple[float, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    """Where cells stand (for `at`), as shares of the grid's box."""


def resolve_canvas(spec: CanvasSpec, *, id: str = "", bleed: Length | None = None, safe: Length | None = None) -> Canvas:
    """A canvas in points. ValueError says what is wrong with the size."""
    width, height, width_px, height_px = parse_canvas_size(spec.size, spec.orientation)
    short = min(width, height)
    bleed, safe = bleed or spec.bleed, safe or spec.safe
    return Canvas(
        id=id or spec.size,
        width_pt=width,
        height_pt=height,
        bleed_pt=bleed.to_pt(short) if bleed else 0.0,
        safe_pt=safe.to_pt(short) if safe else 0.0,
        min_dpi=spec.min_dpi or 0.0,
        width_px=width_px,
        height_px=height_px,
    )


def resolve_regions(layout: Layout, canvas: Canvas, loads: Callable[[GridSpec], GridLoad]) -> dict[str, Region]:
    """All regions of a layout by name; the cells of a grid are `stats[0]`, their boxes `stats[0].value`."""
    trim = Region("page", canvas.trim)
    done: dict[str, Region] = {"page": trim, "bleed": Region("bleed", canvas.bleed_box)}

    def solve(name: str) -> Region:
        if name in done:
            return done[name]
        spec = layout.regions[name]
        parent = solve(spec.within).box if spec.within else canvas.trim
        region = _region(name, spec, parent)
        done[name] = region
        if spec.grid:
            done.update(_cells(name, spec, region, loads(spec.grid)))
        return region

    for name in layout.regions:
        solve(name)
    return done


def _region(name: str, spec: RegionSpec, parent: Box) -> Region:
    box = parent if spec.box is None else placed(spec.box, parent)
    return Region(
        id=name,
        box=box,
        align=spec.align or "start",
        valign=spec.valign or "start",
        gap_pt=spec.gap.to_pt(min(box.w_pt, box.h_pt)) if spec.gap else 0.0,
        padding_pt=resolve_padding(spec.padding, min(box.w_pt, box.h_pt)),
    )


def placed(lengths: tuple[Length, Length, Length, Length], parent: Box) -> Box:
    """[x, y, width, height] as written, in points; shares are of the parent."""
    x, y, w, h = lengths
    return Box(
        round(parent.x_pt + x.to_pt(parent.w_pt), 4),
        round(parent.y_pt + y.to_pt(parent.h_pt), 4),
        round(w.to_pt(parent.w_pt), 4),
        round(h.to_pt(parent.h_pt), 4),
    )


def resolve_padding(padding: Padding, reference_pt: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in points from one length, [horizontal, vertical] or all four."""
    if padding is None:
        return (0.0, 0.0, 0.0, 0.0)
    if isinstance(padding, Length):
        p = padding.to_pt(reference_pt)
        return (p, p, p, p)
    values = tuple(length.to_pt(reference_pt) for length in padding)
    return (values[0], values[1], values[0], values[1]) if len(values) == 2 else values  # type: ignore[return-value]


def _cells(name: str, spec: RegionSpec, region: Region, load: GridLoad) -> Mapping[str, Region]:
    assert spec.grid is not None
    boxes = grid_boxes(spec.grid, inner_box(region), load)
    out: dict[str, Region] = {}
    for index, box in enumerate(boxes):
        out[f"{name}[{index}]"] = Region(f"{name}[{index}]", box, region.align, region.valign, region.gap_pt)
        done: dict[str, Region] = {}
        for cell_name in spec.cells:
            _cell_region(cell_name, spec.cells, box, f"{name}[{index}]", done)
        out.update({f"{name}[{index}].{key}": value for key, value in done.items()})
    return out


def _cell_region(name: str, cells: Mapping[str, RegionSpec], cell: Box, prefix: str, done: dict[str, Region]) -> Region:
    if name not in done:
        spec = cells[name]
        parent = _cell_region(spec.within, cells, cell, prefix, done).box if spec.within else cell
        done[name] = _region(f"{prefix}.{name}", spec, parent)
    return done[name]


def inner_box(region: Region) -> Box:
    return region.box.inset(*region.padding_pt)


def grid_boxes(grid: GridSpec, box: Box, load: GridLoad) -> list[Box]:
    """Cells of a grid in reading order; a last row that is not full keeps the width of the others."""
    count = load.count
    if count == 0:
        return []
    if grid.at:
        width, height = (length.to_pt(min(box.w_pt, box.h_pt)) for length in grid.cell)
        corners = ((box.x_pt + x * box.w_pt - width / 2, box.y_pt + y * box.h_pt - height / 2) for x, y in load.points)
        return [Box(round(x, 4), round(y, 4), round(width, 4), round(height, 4)) for x, y in corners]
    gap = grid.gap.to_pt(box.w_pt)
    row_gap = grid.row_gap.to_pt(box.h_pt) if grid.row_gap else gap
    if grid.rows:
        return _uneven_boxes(grid, box, count, (gap, row_gap))
    columns = min(count, auto_columns(box, count, gap) if grid.columns == "auto" else grid.columns)
    rows = math.ceil(count / columns)
    columns = math.ceil(count / rows)
    width = (box.w_pt - gap * (columns - 1)) / columns
    heights = _row_heights(grid, load, columns, rows, box.h_pt - row_gap * (rows - 1))
    out = []
    for index in range(count):
        row, column = divmod(index, columns)
        y = box.y_pt + sum(heights[:row]) + row_gap * row
        place = columns - 1 - column if grid.order == "rtl" else column
        out.append(Box(round(box.x_pt + place * (width + gap), 4), round(y, 4), round(width, 4), round(heights[row], 4)))
    return out


def _uneven_boxes(grid: GridSpec, box: Box, count: int, gaps: tuple[float, float]) -> list[Box]:
    """Cells by `rows`, as far as there are entries; rows without any take no room. More entries than cells is a ValueError."""
    rows: list[tuple[float, ...]] = []
    left = count
    for widths in grid.rows:
        if left > 0:
            rows.append(widths[:left])
            left -= len(rows[-1])
    if left > 0:
        raise ValueError(f"{count} entries, and the grid has {count - left} cells")
    shares = (grid.heights or (1.0,) * len(grid.rows))[: len(rows)]
    room, out, y = box.h_pt - gaps[1] * (len(rows) - 1), [], box.y_pt
    for widths, share in zip(rows, shares, strict=True):
        height, free, x = room * share / sum(shares), box.w_pt - gaps[0] * (len(widths) - 1), box.x_pt
        for part in widths:
            width = free * part / sum(widths)
            start = x if grid.order == "ltr" else 2 * box.x_pt + box.w_pt - x - width
            out.append(Box(round(start, 4), round(y, 4), round(width, 4), round(height, 4)))
            x += width + gaps[0]
        y += height + gaps[1]
    return out


def auto_columns(box: Box, count: int, gap: float) -> int:
    """The number of columns whose cells come nearest to a 4:3 shape, with the fewest empty cells."""

    def cost(columns: int) -> float:
        rows = math.ceil(count / columns)
        width = (box.w_pt - gap * (columns - 1)) / columns
        height = (box.h_pt - gap * (rows - 1)) / rows
        if width <= 0 or height <= 0:
            return math.inf
        return abs(math.log(width / height / (4 / 3))) + 0.35 * (rows * columns - count)

    return min(range(1, count + 1), key=cost)


def _row_heights(grid: GridSpec, load: GridLoad, columns: int, rows: int, total: float) -> list[float]:
    most = grid.max_height.to_pt(total) if grid.max_height else total
    if grid.weights == "equal" or not load.weights:
        return [min(total / rows, most)] * rows
    row_weights = [max(load.weights[r * columns : (r + 1) * columns]) for r in range(rows)]
    return [min(total * weight / sum(row_weights), most) for weight in row_weights]
