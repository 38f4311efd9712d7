"""Engines that fail on purpose. Each is opened through a factory, as a real engine is, and draws well until its fault is due."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image

from qwen_pipeline.errors import OutOfMemory
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import SceneInputs, check_request
from qwen_pipeline.render.engines import draft
from qwen_pipeline.types import EngineInfo, SceneRequest

INFO = replace(draft.INFO, id="faulty", describe="fails on purpose")
HANG_S = 30.0


@dataclass
class Log:
    """What happened to the engines of one factory."""

    opened: int = 0
    closed: int = 0
    relaxed: int = 0
    encoded: list[int] = field(default_factory=list)
    """Requests in each call of `encode`."""
    rendered: list[str] = field(default_factory=list)


class Steady:
    """A small picture for every request, from its seed alone."""

    info: EngineInfo = INFO

    def __init__(self, log: Log) -> None:
        self.log = log

    def count_tokens(self, text: str) -> int:
        return draft.count_tokens(text)

    def encode(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, int]:
        self.log.encoded.append(len(requests))
        return {scene_fingerprint(r): r.seed for r in requests}

    def render(self, request: SceneRequest, conditioning: int, inputs: SceneInputs) -> Image.Image:
        self.log.rendered.append(request.prompt)
        return _picture(request)

    def close(self) -> None:
        self.log.closed += 1


class Faulty(Steady):
    """Fails when it renders the request with index `at`, counting from 0, as often as `times` says."""

    def __init__(self, log: Log, fault: Callable[[SceneRequest], Image.Image], at: int = 0, times: int = 1) -> None:
        super().__init__(log)
        self._fault, self._due = fault, range(at, at + times)
        self._calls = 0

    def render(self, request: SceneRequest, conditioning: int, inputs: SceneInputs) -> Image.Image:
        call, self._calls = self._calls, self._calls + 1
        if call in self._due:
            return self._fault(request)
        return super().render(request, conditioning, inputs)


class Relaxable(Faulty):
    """Can give up memory once."""

    def relax(self) -> bool:
        self.log.relaxed += 1
        return self.log.relaxed == 1


class CannotEncode(Steady):
    """Refuses any batch that holds a request whose prompt says "unspeakable"."""

    def encode(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, int]:
        if any("unspeakable" in r.prompt for r in requests):
            raise ValueError("cannot encode")
        return super().encode(requests, inputs)


def _picture(request: SceneRequest) -> Image.Image:
    check_request(INFO, request, draft.count_tokens(request.prompt))
    rng = np.random.default_rng(request.seed)
    bands = 4 if request.transparent else 3
    values = rng.integers(0, 256, (request.height_px, request.width_px, bands), dtype=np.uint8)
    return Image.fromarray(values)


def _out_of_memory(request: SceneRequest) -> Image.Image:
    raise OutOfMemory("no memory left on the device")


def _python_memory(request: SceneRequest) -> Image.Image:
    raise MemoryError


def _blank(request: SceneRequest) -> Image.Image:
    return Image.new("RGB", (request.width_px, request.height_px), (127, 127, 127))


def _wrong_size(request: SceneRequest) -> Image.Image:
    return _picture(request).resize((request.width_px // 2, request.height_px))


def _wrong_mode(request: SceneRequest) -> Image.Image:
    return _picture(request).convert("L")


def _nan(request: SceneRequest) -> Image.Image:
    return Image.fromarray(np.full((request.height_px, request.width_px), np.nan, np.float32))


def _crash(request: SceneRequest) -> Image.Image:
    raise ZeroDivisionError("an index went wrong")


def _hang(request: SceneRequest) -> Image.Image:
    time.sleep(HANG_S)
    return _picture(request)


def _killed(request: SceneRequest) -> Image.Image:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


FAULTS: dict[str, Callable[[SceneRequest], Image.Image]] = {
    "out-of-memory": _out_of_memory,
    "python-memory": _python_memory,
    "blank": _blank,
    "wrong-size": _wrong_size,
    "wrong-mode": _wrong_mode,
    "nan": _nan,
    "crash": _crash,
    "hang": _hang,
    "killed": _killed,
}


def factory(kind: str = "", *, at: int = 0, times: int = 1, relaxable: bool = False) -> tuple[Callable[[], Any], Log]:
    """(what opens the engine, its log) for a fault by name, "" for none, `encode` for one that cannot encode."""
    log = Log()

    def open_engine() -> Any:
        log.opened += 1
        if kind == "encode":
            return CannotEncode(log)
        if not kind:
            return Steady(log)
        return (Relaxable if relaxable else Faulty)(log, FAULTS[kind], at, times)

    return open_engine, log
