from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from qwen_pipeline.types import QrMark, TypesetPage
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject, pixels_of

if TYPE_CHECKING:
    from PIL.Image import Image


class QrSettings(Settings):
    """Settings of `qr`."""

    proof_dpi: Annotated[float, Field(ge=0, le=600)] = 0.0
    """Also read from a raster this coarse; 0 = not."""


@check(
    "qr",
    rationale="A code that does not scan, or leads elsewhere, is noticed by the first customer and by nobody before.",
    codes=("unreadable", "wrong-data", "coarse"),
    looks=True,
    settings=QrSettings,
)
def CHECK(subject: Subject, settings: QrSettings) -> Iterator[Outcome]:
    """Every QR code is read from the finished pixels and says what it should."""
    for number, _, page in subject.each_page():
        if not page.qr_marks:
            continue
        raster = subject.raster(number)
        width = round(page.canvas.width_pt / 72 * settings.proof_dpi)
        coarse = subject.raster(number, width_px=width) if 0 < width < raster.width else None
        for mark in page.qr_marks:
            yield from _judge(mark, page, raster, coarse)


def _judge(mark: QrMark, page: TypesetPage, raster: Image, coarse: Image | None) -> Iterator[Outcome]:
    found = _decode(mark, page, raster)
    if mark.data in found:
        if coarse is not None and mark.data not in _decode(mark, page, coarse):
            message = f"the QR code {mark.layer} cannot be read from {coarse.width} pixels of page width"
            yield Outcome("coarse", message, page.id, box=mark.box, hint="make it larger, or its data shorter", at="warn")
        return
    code, what = ("wrong-data", f"says {found[0]!r}") if found else ("unreadable", "cannot be read")
    yield Outcome(
        code,
        f"the QR code {mark.layer} {what}",
        page.id,
        box=mark.box,
        measured=found[0] if found else "",
        allowed=mark.data,
        hint="keep its region clear, make it larger, and dark on light",
    )


def _decode(mark: QrMark, page: TypesetPage, raster: Image) -> list[str]:
    import zxingcpp

    crop = raster.crop(pixels_of(mark.box, page, raster))
    if crop.width == 0 or crop.height == 0:
        return []
    return [code.text for code in zxingcpp.read_barcodes(crop, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))]
