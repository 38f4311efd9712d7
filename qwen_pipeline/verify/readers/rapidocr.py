"""PP-OCRv6 (small) by rapidocr and onnxruntime: Chinese, English, digits. The models are in the wheel; nothing is downloaded.

Lines are found in a small copy of the picture and read from the full one: small type keeps its pixels. The recogniser's own
probabilities are kept, so that a text can be asked for, and not only what is likeliest.
"""

from __future__ import annotations

import importlib.util
import itertools
import threading
from collections.abc import Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Any

from qwen_pipeline.types.reading import PixelBox, Quad, ReadChar, ReadLine
from qwen_pipeline.verify.reader import ReaderInfo

from ._ctc import BLANK, decode, log_likelihood

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_NEEDED = ("rapidocr", "onnxruntime", "cv2", "rapidfuzz", "opencc")
_LINE_PX = 48
"""The recogniser's height."""
_BATCH = 6
_OTHERS = 5
_VERTICAL = 1.5
"""A quad this many times as high as it is wide is a column."""
_LONGEST = 3200
"""Pixels at `_LINE_PX`: longer strips are squeezed, as the recogniser was trained on lines."""


def _version() -> str:
    try:
        return f"rapidocr {metadata.version('rapidocr')}, PP-OCRv6 small"
    except metadata.PackageNotFoundError:
        return ""


INFO = ReaderInfo("rapidocr", _version(), "PP-OCRv6 small: Chinese and English", "pip install 'qwen-pipeline[ocr]'")


def missing() -> str:
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def open_reader(*, threads: int = 2) -> RapidReader:
    return RapidReader(threads)


class RapidReader:
    """A `Reader`. The models take 0.4 s and 250 MB when the first picture is read; one lock guards them."""

    info = INFO

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._models: tuple[Any, Any] | None = None
        self._classes: dict[str, int] = {}
        self._last: tuple[Any, Any] = (None, None)

    def read(self, image: Image, *, max_side: int = 1280) -> tuple[ReadLine, ...]:
        with self._lock:
            pixels = self._pixels(image)
            quads = self._find(pixels, max_side)
        return tuple(line for line in self.read_lines(image, quads) if line.text.strip())

    def read_lines(self, image: Image, quads: Sequence[Quad]) -> tuple[ReadLine, ...]:
        with self._lock:
            pixels = self._pixels(image)
            strips = [_strip(pixels, quad) for quad in quads]
            return tuple(self._line(quad, rows) for quad, rows in zip(quads, self._recognise(strips), strict=True))

    def likelihoods(self, image: Image, quad: Quad, texts: Sequence[str]) -> tuple[float, ...]:
        with self._lock:
            (columns,) = self._recognise([_strip(self._pixels(image), quad)])
            return tuple(self._likelihood(columns, text) for text in texts)

    def _likelihood(self, columns: NDArray[Any], text: str) -> float:
        classes = [self._classes[char] for char in text if char in self._classes]
        if len(classes) < len(text) or 2 * len(classes) > 2 * len(columns):
            return float("-inf")
        return log_likelihood(columns, classes)

    def _pixels(self, image: Image) -> NDArray[Any]:
        """BGR. The last picture's are kept: its lines are read again."""
        import numpy as np

        if self._last[0] is not image:
            self._last = (image, np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1]))
        return self._last[1]  # type: ignore[no-any-return]

    def _load(self) -> tuple[Any, Any]:
        """(detector, recogniser): rapidocr's own classes, without its pipeline.

        Its pipeline turns long lines upside down (`use_cls`), reads from the small copy, and remembers arguments of a call.
        """
        if self._models is None:
            from rapidocr import RapidOCR

            params = {
                "Global.log_level": "error",
                "Global.use_cls": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                "Det.limit_type": "max",
                "Det.limit_side_len": 4096,
            }
            engine: Any = RapidOCR(params=params)
            self._models = (engine._load_det_model(), engine._load_rec_model())
            self._classes = {char: index for index, char in enumerate(self._models[1].postprocess_op.character)}
        return self._models

    def _find(self, pixels: NDArray[Any], max_side: int) -> list[Quad]:
        import cv2

        height, width = pixels.shape[:2]
        scale = min(1.0, max_side / max(height, width))
        small = pixels
        if scale < 1:
            small = cv2.resize(
                pixels, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
            )
        found = self._load()[0](_padded(small))
        if found.boxes is None:
            return []
        return [tuple((float(x) / scale, float(y) / scale) for x, y in box) for box in found.boxes]  # type: ignore[misc]

    def _recognise(self, strips: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Probabilities (columns, classes) of every strip, without the columns of the padding."""
        import numpy as np

        recogniser = self._load()[1]
        order = sorted(range(len(strips)), key=lambda i: strips[i].shape[1])
        found: dict[int, NDArray[Any]] = {}
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            width = max(320, *(strips[i].shape[1] for i in batch))
            block = np.zeros((len(batch), 3, _LINE_PX, width), dtype=np.float32)
            for row, i in enumerate(batch):
                block[row, :, :, : strips[i].shape[1]] = strips[i].transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
            result = recogniser.session(block)
            for row, i in enumerate(batch):
                columns = round(result.shape[1] * strips[i].shape[1] / width)
                found[i] = result[row, : max(1, columns)]
        return [found[i] for i in range(len(strips))]

    def _line(self, quad: Quad, columns: NDArray[Any]) -> ReadLine:
        characters = self._load()[1].postprocess_op.character
        found = decode(columns)
        text = "".join(characters[index] for index, *_ in found)
        spans = _spans([(start, end) for _, start, end, _ in found], len(columns))
        chars = tuple(
            ReadChar(characters[index], _part(quad, *span), score, _others(columns[start:end], index, characters))
            for (index, start, end, score), span in zip(found, spans, strict=True)
        )
        score = sum(char.score for char in chars) / len(chars) if chars else 0.0
        return ReadLine(text, quad, score, chars)


def _padded(pixels: NDArray[Any]) -> NDArray[Any]:
    """At least 64 pixels each way: the detector's smallest picture is 32 pixels, and letters at the edge are missed."""
    import cv2

    height, width = pixels.shape[:2]
    down, right = max(0, 64 - height), max(0, 64 - width)
    return cv2.copyMakeBorder(pixels, 0, down, 0, right, cv2.BORDER_REPLICATE) if down or right else pixels


def _strip(pixels: NDArray[Any], quad: Quad) -> NDArray[Any]:
    """The quad laid flat, `_LINE_PX` high; columns are turned a quarter to the left."""
    import cv2
    import numpy as np

    corners = np.array(quad, dtype=np.float32)
    width = max(1.0, *(float(np.linalg.norm(corners[a] - corners[b])) for a, b in ((0, 1), (3, 2))))
    height = max(1.0, *(float(np.linalg.norm(corners[a] - corners[b])) for a, b in ((0, 3), (1, 2))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    flat = cv2.warpPerspective(
        pixels, matrix, (max(1, round(width)), max(1, round(height))), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    if height >= _VERTICAL * width:
        flat = np.rot90(flat)
    long = max(8, min(_LONGEST, round(flat.shape[1] * _LINE_PX / flat.shape[0])))
    shrinks = flat.shape[0] > _LINE_PX
    return np.asarray(cv2.resize(flat, (long, _LINE_PX), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def _others(columns: NDArray[Any], index: int, characters: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The next likeliest characters in the columns that name one."""
    import numpy as np

    best = columns.max(axis=0)
    top = np.argpartition(best, -_OTHERS - 2)[-_OTHERS - 2 :]
    ranked = sorted((int(i) for i in top if i not in (BLANK, index)), key=lambda i: -best[i])
    return tuple((characters[i], float(best[i])) for i in ranked[:_OTHERS])


def _spans(columns: Sequence[tuple[int, int]], total: int) -> list[tuple[float, float]]:
    """Where each character begins and ends, as fractions of the line: half-way between the columns that name them."""
    middles = [(start + end) / 2 for start, end in columns]
    pitch = min((b - a for a, b in itertools.pairwise(middles)), default=total) if middles else total
    edges = [(a + b) / 2 for a, b in itertools.pairwise(middles)]
    if not middles:
        return []
    first, last = max(0.0, middles[0] - max(pitch, 4) / 1.6), min(float(total), middles[-1] + max(pitch, 4) / 1.6)
    bounds = [first, *edges, last]
    return [(a / total, b / total) for a, b in itertools.pairwise(bounds)]


def _part(quad: Quad, start: float, end: float) -> PixelBox:
    """The box round the part of a line between two fractions of its length."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    wide, high = abs(bx - ax) + abs(by - ay), abs(dx - ax) + abs(dy - ay)
    if high >= _VERTICAL * wide:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = (ax, ay), (dx, dy), (cx, cy), (bx, by)
    corners = [
        (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t)
        for (x0, y0), (x1, y1) in (((ax, ay), (bx, by)), ((dx, dy), (cx, cy)))
        for t in (start, end)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return PixelBox(min(xs), min(ys), max(xs), max(ys))
