"""One YAML spec in, a bilingual campaign out.

    import qwen_pipeline

    spec = qwen_pipeline.load("poster.yaml")
    plan = qwen_pipeline.plan("poster.yaml", engine="draft")
    manifest = qwen_pipeline.build("poster.yaml", "out")
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qwen_pipeline.pipeline import OnEvent
    from qwen_pipeline.settings import Settings
    from qwen_pipeline.types import Manifest, Plan
    from qwen_pipeline.types.spec import Spec

__version__ = "0.1.0"
__all__ = ["__version__", "build", "load", "plan"]


def load(spec: str | Path, **order: Any) -> Spec:
    """The validated spec. `order`: fields of `pipeline.Order` (`overrides`, `assets`, `templates`). Raises SpecError."""
    from qwen_pipeline import pipeline

    return pipeline.load(pipeline.Order(Path(spec), **order))


def plan(spec: str | Path, *, settings: Settings | None = None, **order: Any) -> Plan:
    """What a build would make: pieces, distinct pictures, names. `order`: fields of `pipeline.Order` (`engine`, `locales`, ...).

    Raises SpecError, Refused or EngineUnavailable; reads files, and writes none.
    """
    from qwen_pipeline import pipeline

    return pipeline.make_plan(pipeline.Order(Path(spec), **order), settings or _settings()).plan


def build(
    spec: str | Path,
    out: str | Path,
    *,
    settings: Settings | None = None,
    on_event: OnEvent | None = None,
    **order: Any,
) -> Manifest:
    """Make everything that a spec asks for and put it into `out`. `order`: fields of `pipeline.Order`.

    Raises SpecError, Refused or EngineUnavailable before any work; what goes wrong later is in the manifest, whose
    `exit_code` is 0 where all is well. `settings` says where the store is and how many processes to use.
    """
    from qwen_pipeline import pipeline

    listener = on_event or pipeline.unheard
    return pipeline.build(pipeline.Order(Path(spec), **order), Path(out), settings or _settings(), listener)


def _settings() -> Settings:
    from qwen_pipeline.settings import Settings

    return Settings()


class _Package(ModuleType):
    """`qwen_pipeline.plan` is the function, although a subpackage has that name: importing it does not take the name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name == "plan" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
