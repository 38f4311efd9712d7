"""One PDF page to pixels. pdfium keeps global state and is not thread-safe: one lock for the whole process."""

from __future__ import annotations

import ctypes
import threading

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_lock = threading.Lock()


def paint(pdf: bytes, pixels: bytearray, width_px: int, height_px: int, *, alpha: bool) -> None:
    """Draw the first page of `pdf` over `pixels`: 4 bytes a pixel, R G B and alpha (straight) or filler; rows without gaps.

    The page is stretched to the picture's size, so that the size is exact. What `pixels` holds before shows through.
    """
    kind = pdfium_c.FPDFBitmap_BGRA if alpha else pdfium_c.FPDFBitmap_BGRx
    flags = pdfium_c.FPDF_REVERSE_BYTE_ORDER | pdfium_c.FPDF_NO_CATCH
    buffer = (ctypes.c_char * len(pixels)).from_buffer(pixels)
    with _lock:
        document = pdfium.PdfDocument(pdf)
        page = document[0]
        bitmap = pdfium_c.FPDFBitmap_CreateEx(width_px, height_px, kind, buffer, width_px * 4)
        try:
            pdfium_c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width_px, height_px, 0, flags)
        finally:
            pdfium_c.FPDFBitmap_Destroy(bitmap)
            page.close()
            document.close()
