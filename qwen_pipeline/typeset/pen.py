"""A canvas with our coordinates: points from the top left corner of the trim, y downwards."""

from __future__ import annotations

from collections.abc import Iterable

from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import PDFObject, PDFObjectReference, xObjectName
from reportlab.pdfgen.canvas import Canvas as PdfCanvas
from reportlab.pdfgen.pathobject import PDFPathObject

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Color

from .embed import ImageMode
from .faces import FontSource
from .outline import Segment

# ASCII85 costs a quarter of the size and most of the time.
rl_config.useA85 = 0

NON_ZERO = 1


@dataclass(frozen=True, slots=True)
class Pen:
    """Where and how to draw. `left`, `top`: the trim's corner in the canvas's own coordinates (y upwards)."""

    canvas: PdfCanvas
    left: float
    top: float
    fonts: FontSource
    image_mode: ImageMode = "jpeg"
    max_ppi: float | None = None

    def x(self, x_pt: float) -> float:
        return self.left + x_pt

    def y(self, y_pt: float) -> float:
        return self.top - y_pt

    def path(self, segments: Iterable[Segment]) -> PDFPathObject:
        """`segments` as a path of the canvas."""
        path = self.canvas.beginPath()
        for op, *numbers in segments:
            v = [self.y(float(n)) if i % 2 else self.x(float(n)) for i, n in enumerate(numbers)]
            if op == "M":
                path.moveTo(*v)
            elif op == "L":
                path.lineTo(*v)
            elif op == "C":
                path.curveTo(*v)
            else:
                path.close()
        return path

    def clip(self, segments: Iterable[Segment]) -> None:
        self.canvas.clipPath(self.path(segments), stroke=0, fill=0, fillMode=NON_ZERO)

    def fill_color(self, color: Color, opacity: float = 1.0) -> None:
        self.canvas.setFillColorRGB(color.r / 255, color.g / 255, color.b / 255, alpha=color.alpha * opacity)

    def stroke_color(self, color: Color, opacity: float = 1.0) -> None:
        self.canvas.setStrokeColorRGB(color.r / 255, color.g / 255, color.b / 255, alpha=color.alpha * opacity)

    def has(self, name: str) -> bool:
        """Whether the document holds an XObject of this name."""
        return xObjectName(name) in self.canvas._doc.idToObject

    def add(self, name: str, stream: PDFObject) -> PDFObjectReference:
        """Put an XObject into the document."""
        return self.canvas._doc.Reference(stream, xObjectName(name))

    def reference(self, name: str) -> PDFObjectReference:
        return PDFObjectReference(xObjectName(name))

    def paint(self, name: str, box: Box | None = None) -> None:
        """Draw an XObject: a form in the canvas's coordinates, or an image that fills `box`."""
        self.canvas.saveState()
        if box is not None:
            self.canvas.transform(box.w_pt, 0, 0, box.h_pt, self.x(box.x_pt), self.y(box.bottom_pt))
        self.canvas.doForm(name)
        self.canvas.restoreState()
