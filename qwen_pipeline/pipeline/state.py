"""What a process holds while it works on pieces: the store, the fonts, the engine's settings. Made once in each process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import open_store
from qwen_pipeline.types import Box, Page, Scene, SceneResult, TypesetPage, covering
from qwen_pipeline.types.spec import FontSpec

if TYPE_CHECKING:
    from PIL.Image import Image

    from qwen_pipeline.assemble import Signatory
    from qwen_pipeline.render import Engine, Session
    from qwen_pipeline.typeset import Fonts
    from qwen_pipeline.verify import Reader

_DATE = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True, slots=True)
class WorkSetup:
    """From which a process makes its state; it travels to worker processes."""

    store: Path
    engine: str
    settings: Settings
    families: tuple[tuple[str, FontSpec], ...] = ()
    """The brand's fonts."""
    reader: str = ""
    """Id of what reads words back from pictures; "" = nothing does."""


def make_state(setup: WorkSetup) -> WorkState:
    return WorkState(setup)


class WorkState:
    """The stages' functions, bound to this process's fonts and store. Fonts are opened when the first page is set."""

    def __init__(self, setup: WorkSetup) -> None:
        self.setup = setup
        self.engine = setup.engine
        self.holds_engine = False
        self._engine: Engine | None = None
        self.store = open_store(setup.settings.model_copy(update={"store": setup.store}))

    @cached_property
    def fonts(self) -> Fonts:
        from qwen_pipeline.typeset import Fonts

        return Fonts(dict(self.setup.families), self.store.fonts_dir)

    @cached_property
    def reader(self) -> Reader:
        from qwen_pipeline import verify

        return verify.open_reader(self.setup.reader)

    @property
    def signatory(self) -> Signatory:
        """Who signs the files of pieces that are to be signed."""
        return signatory(self.setup.settings)

    def solve(self, page: Page, pictures: Mapping[str, SceneResult]) -> TypesetPage:
        """A page typeset, with its scene's picture where `pictures` has it."""
        from qwen_pipeline import typeset

        return typeset.solve(page, self.fonts, pictures)

    def lettering(self, page: Page, width_px: int, height_px: int) -> Image:
        """The baked strings of a page as the RGBA layer of its picture."""
        from qwen_pipeline import typeset

        box = picture_box(page, width_px, height_px)
        return typeset.lettering(self.solve(page, {}), self.fonts, width_px, height_px, box)

    def session(self, scenes: Sequence[Scene]) -> Session:
        """A render session for these scenes; the engine is opened when one of them is missing."""
        from qwen_pipeline import render

        from .scenes import lettering_files

        return render.Session(
            self._open_engine, self.store, lettering=lettering_files(scenes, self), leave_open=self.holds_engine
        )

    def _open_engine(self) -> Engine:
        from qwen_pipeline import render

        if self._engine is None or not self.holds_engine:
            self._engine = render.engine_module(self.engine).open_engine(self.setup.settings)
        return self._engine

    @contextmanager
    def engine_held(self, on_wait: Callable[[], None]) -> Iterator[None]:
        """The engine to ourselves, and open from the first batch that draws with it until the block ends."""
        with self.store.lock("engine", self.engine, on_wait):
            self.holds_engine = True
            try:
                yield
            finally:
                self.holds_engine, engine, self._engine = False, self._engine, None
                if engine is not None:
                    engine.close()


def signatory(settings: Settings) -> Signatory:
    """Who signs on this machine."""
    from qwen_pipeline.assemble import Signatory

    return Signatory(settings.c2pa_certificates, settings.c2pa_key)


@contextmanager
def undated() -> Iterator[None]:
    """Without the environment's date, which reportlab puts into names and ids even of files that are to be invariant."""
    stated = os.environ.pop(_DATE, None)
    try:
        yield
    finally:
        if stated is not None:
            os.environ[_DATE] = stated


def picture_box(page: Page, width_px: int, height_px: int) -> Box:
    """Where the whole picture lies on the page, in points: what hangs over its box is cropped."""
    return covering(page.picture_box, width_px, height_px, page.scene_focus)
