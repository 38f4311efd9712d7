"""What a check is. A check is a generator over one finished piece; every problem it sees is an `Outcome` with a short code.

Nothing here or in the runner knows about pages or pictures: that is the checks' business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box

from .subject import Subject


class Settings(BaseModel):
    """Base of a check's own settings: frozen, and unknown ones are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing seen. `code` is unique within its check and never changes.

    `at` is the severity at most: `None` means the check's level; "warn" stays a warning where the level is error.
    """

    code: str
    message: str
    page: str = ""
    string: str = ""
    box: Box | None = None
    measured: str = ""
    allowed: str = ""
    hint: str = ""
    at: Literal["error", "warn", "info"] | None = None


Body = Callable[[Subject, Any], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Check:
    """`id` is for ever; `describe` says what is looked at, `rationale` why anyone should care."""

    id: str
    describe: str
    rationale: str
    settings: type[Settings]
    body: Body
    codes: tuple[str, ...]
    """Every code it can give."""
    looks: bool = False
    """Whether it looks at the delivered pictures. Such checks come last: a picture may still be read while others are at work."""


def check(
    id: str, *, rationale: str, codes: tuple[str, ...], settings: type[Settings] = Settings, looks: bool = False
) -> Callable[[Body], Check]:
    """Turn a generator function into a Check; its docstring is the description."""

    def wrap(body: Body) -> Check:
        return Check(id, (body.__doc__ or "").strip(), rationale, settings, body, codes, looks)

    return wrap
