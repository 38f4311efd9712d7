"""What reads pictures. `readers/` holds one reader a file; its name is the id. Nothing here imports one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

from qwen_pipeline import discover
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import ReaderUnavailable
from qwen_pipeline.types.reading import Quad, ReadLine

if TYPE_CHECKING:
    from PIL.Image import Image

READERS = "qwen_pipeline.verify.readers"
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """What a reader is. `version` of its program and models: two readings by one version are the same."""

    id: str
    version: str
    describe: str
    install: str
    """What to do where it is missing."""


class Reader(Protocol):
    """Reads RGB pictures, and never looks at what they should say. Boxes and quads are in pixels of the picture handed in.

    One reader serves one thread at a time.
    """

    @property
    def info(self) -> ReaderInfo: ...

    def read(self, image: Image, *, max_side: int = 1280) -> tuple[ReadLine, ...]:
        """Every line found, from top to bottom. Lines are looked for in the picture at most `max_side` pixels long."""
        ...

    def read_lines(self, image: Image, quads: Sequence[Quad]) -> tuple[ReadLine, ...]:
        """What stands in each quad, taken as one line; nothing is looked for. "" where nothing could be read."""
        ...


class ReaderModule(Protocol):
    """What a file in `readers/` exposes. It imports without what the reader needs."""

    INFO: ReaderInfo

    def missing(self) -> str:
        """What keeps the reader from running here, for people; "" if nothing does."""
        ...

    def open_reader(self, *, threads: int = 2) -> Reader: ...


def reader_ids() -> tuple[str, ...]:
    """Ids of the readers there are; nothing is imported."""
    return tuple(discover.modules(READERS))


def reader_module(reader_id: str) -> ReaderModule:
    """The module of one reader. Raises `ReaderUnavailable` for an id that is not there."""
    known = reader_ids()
    if reader_id not in known:
        near = difflib.get_close_matches(reader_id, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        raise ReaderUnavailable(f"there is no reader {reader_id!r}", hint=hint)
    return cast(ReaderModule, discover.load(READERS, reader_id, what="reader"))


def open_reader(reader_id: str = AUTO, *, threads: int = 2) -> Reader:
    """A reader, ready; its models are loaded at the first picture. `auto` takes `rapidocr`, the one the figures are for.

    Raises `ReaderUnavailable`, with what to install, where it cannot run.
    """
    module = reader_module("rapidocr" if reader_id == AUTO else reader_id)
    reason = module.missing()
    if reason:
        raise ReaderUnavailable(f"the reader {module.INFO.id} cannot run here: {reason}", hint=module.INFO.install)
    return module.open_reader(threads=threads)
