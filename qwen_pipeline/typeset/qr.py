"""QR codes as vectors: one path for the dark modules, one for the ground."""

from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.types import Box, Item, PathItem, QrLayer, QrMark

from .outline import Segment, rounded_rect


def qr_items(layer: QrLayer, box: Box) -> tuple[tuple[Item, ...], QrMark]:
    """The code in the largest square in the middle of `box`, quiet zone included, and where it stands.

    The level of error correction is a minimum: where a better one costs no module, it is taken. What is not ASCII is UTF-8, as
    readers take it; left alone, segno would write Shift JIS where it can.
    """
    import segno  # brings urllib and ssl with it

    mode, encoding = (None, None) if layer.data.isascii() else ("byte", "utf-8")
    code = segno.make(layer.data, error=layer.level, mode=mode, encoding=encoding, micro=False, boost_error=True)
    rows = [bytes(row) for row in code.matrix]
    side = min(box.w_pt, box.h_pt)
    square = Box(box.x_pt + (box.w_pt - side) / 2, box.y_pt + (box.h_pt - side) / 2, side, side)
    module = side / (len(rows) + 2 * layer.quiet_zone)
    origin = (square.x_pt + layer.quiet_zone * module, square.y_pt + layer.quiet_zone * module)
    segments = tuple(s for run in _runs(rows) for s in _bar(run, origin, module))
    items = (
        PathItem(rounded_rect(square), square, fill=layer.background),
        PathItem(segments, square, fill=layer.color),
    )
    return items, QrMark(layer.id, layer.data, square)


def _runs(rows: list[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """Rectangles (column, row, columns, rows) of dark modules: runs along a row, merged downwards where they repeat.

    Fewer edges mean fewer hairlines between modules where a viewer smooths them.
    """
    open_runs: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*rows, b""]):
        found = set(_row_runs(row))
        for run in [r for r in open_runs if r not in found]:
            top = open_runs.pop(run)
            yield run[0], top, run[1], y - top
        for run in sorted(found):
            open_runs.setdefault(run, y)


def _row_runs(row: bytes) -> Iterator[tuple[int, int]]:
    """(first column, length) of every run of dark modules."""
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None


def _bar(run: tuple[int, int, int, int], origin: tuple[float, float], module: float) -> tuple[Segment, ...]:
    column, row, columns, rows = run
    x0, y0 = origin[0] + column * module, origin[1] + row * module
    x1, y1 = x0 + columns * module, y0 + rows * module
    return (("M", x0, y0), ("L", x1, y0), ("L", x1, y1), ("L", x0, y1), ("Z",))
