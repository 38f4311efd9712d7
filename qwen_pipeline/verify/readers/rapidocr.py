"""PP-OCRv6 (small) as rapidocr packs it, by onnxruntime: Chinese, English, digits. Nothing is downloaded.

Lines are found in a small copy of the picture and read from the full one: small type keeps its pixels. Only the models of
rapidocr are used: its pipeline reads from the small copy, turns long lines upside down (`use_cls`), and pads lines that it reads
together, so that what is read of one depends on the others.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types.reading import Quad, ReadChar, ReadLine
from qwen_pipeline.verify.reader import ReaderInfo

from . import _boxes, _ctc, _strips

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_NEEDED = ("rapidocr", "onnxruntime", "cv2", "rapidfuzz", "opencc")
_FINDS, _READS = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_GRID = 32
"""The detector takes whole multiples of it."""
_LEAST_PX = 64
"""Each way: the detector misses letters at the edge of a smaller picture."""
_NARROWEST = 96
"""Narrower strips are padded: the recogniser was trained on lines."""


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


@dataclass(frozen=True, slots=True)
class _Models:
    detector: Any
    recogniser: Any
    characters: tuple[str, ...]
    """By class; the blank is the first."""


class RapidReader:
    """A `Reader`. The models take 0.4 s and 250 MB when the first picture is read; one lock guards them."""

    info = INFO

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._models: _Models | None = None
        self._last: tuple[Any, Any] = (None, None)

    def read(self, image: Image, *, max_side: int = 1280) -> tuple[ReadLine, ...]:
        with self._lock:
            quads = self._find(self._pixels(image), max_side)
        return tuple(line for line in self.read_lines(image, quads) if line.text.strip())

    def read_lines(self, image: Image, quads: Sequence[Quad]) -> tuple[ReadLine, ...]:
        """Each line by itself, several at a time: one line keeps one core busy, and the widest are begun first."""
        with self._lock:
            pixels, models = self._pixels(image), self._load()
            order = sorted(range(len(quads)), key=lambda i: _strips.shape(quads[i])[0])
            with ThreadPoolExecutor(self._threads) as pool:
                found = pool.map(lambda i: _line(models, quads[i], _strips.strip(pixels, quads[i])), reversed(order))
                lines = dict(zip(reversed(order), found, strict=True))
        return tuple(lines[i] for i in range(len(quads)))

    def _pixels(self, image: Image) -> NDArray[Any]:
        """RGB. The last picture's are kept: its lines are read again."""
        import numpy as np

        if self._last[0] is not image:
            self._last = (image, np.ascontiguousarray(image.convert("RGB")))
        return self._last[1]  # type: ignore[no-any-return]

    def _load(self) -> _Models:
        if self._models is None:
            recogniser = _session(_READS, 1)
            characters = recogniser.get_modelmeta().custom_metadata_map["character"].splitlines()
            self._models = _Models(_session(_FINDS, self._threads), recogniser, ("", *characters, " "))
        return self._models

    def _find(self, pixels: NDArray[Any], max_side: int) -> list[Quad]:
        import cv2

        pixels = _at_least(pixels)
        height, width = pixels.shape[:2]
        scale = min(1.0, max_side / max(height, width))
        high, wide = (max(_GRID, round(side * scale / _GRID) * _GRID) for side in (height, width))
        small = cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA)
        (found,) = self._load().detector.run(None, {"x": _block(small)})
        kx, ky = width / wide, height / high
        return [tuple((x * kx, y * ky) for x, y in quad) for quad in _boxes.lines(found[0, 0])]  # type: ignore[misc]


def _session(name: str, threads: int) -> Any:
    """A model out of rapidocr's folder. Threads that wait do not spin: others may need the core."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    path = str(files("rapidocr") / "models" / name)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _line(models: _Models, quad: Quad, strip: NDArray[Any]) -> ReadLine:
    width = strip.shape[1]
    (found,) = models.recogniser.run(None, {"x": _block(_wide(strip))})
    columns = found[0, : max(1, round(found.shape[1] * width / max(width, _NARROWEST)))]
    named = _ctc.decode(columns)
    spans = _strips.spans([(start, end) for _, start, end, _ in named], len(columns))
    chars = tuple(
        ReadChar(
            models.characters[index],
            _strips.part(quad, *span),
            score,
            tuple((models.characters[other], value) for other, value in _ctc.others(columns[start:end], index)),
        )
        for (index, start, end, score), span in zip(named, spans, strict=True)
    )
    score = sum(char.score for char in chars) / len(chars) if chars else 0.0
    return ReadLine("".join(char.text for char in chars), quad, score, chars)


def _block(pixels: NDArray[Any]) -> NDArray[Any]:
    """(1, 3, height, width), -1 to 1, blue first as the models were trained."""
    import cv2
    import numpy as np

    return np.asarray(cv2.dnn.blobFromImage(pixels, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True))


def _at_least(pixels: NDArray[Any]) -> NDArray[Any]:
    import cv2

    height, width = pixels.shape[:2]
    down, right = max(0, _LEAST_PX - height), max(0, _LEAST_PX - width)
    return cv2.copyMakeBorder(pixels, 0, down, 0, right, cv2.BORDER_REPLICATE) if down or right else pixels


def _wide(strip: NDArray[Any]) -> NDArray[Any]:
    """Padded with the grey that the recogniser takes for nothing."""
    import cv2

    more = max(0, _NARROWEST - strip.shape[1])
    return cv2.copyMakeBorder(strip, 0, 0, 0, more, cv2.BORDER_CONSTANT, value=(127.5, 127.5, 127.5)) if more else strip
