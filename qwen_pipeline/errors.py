"""One error tree. Every error says what was found, where, why it matters and what to do; the exit code is its class's.

    QwenPipelineError            70  our own bug, when raised bare
    ├── SpecError                 2  one or more diagnostics in specs, layouts, brands or templates
    │   └── DataError             2  the declaration is right, the data is wrong
    ├── Refused                   3  nothing was loaded or drawn
    │   ├── LicenceRefused           research-only weights in a commercial build
    │   └── BudgetRefused            over `limits`
    ├── RenderError               4
    │   ├── EngineUnavailable        no such engine here, or its requirements are missing
    │   ├── ReaderUnavailable        no such reader of pictures here, or its requirements are missing
    │   ├── PromptTooLong            over the engine's prompt limit
    │   ├── OutOfMemory              every plan was tried
    │   └── BadPicture               wrong size, NaN, blank
    ├── CheckFailed               1  the picture is bad
    ├── StoreError                4  disk full, locked, damaged beyond repair
    └── NeedsReview               5  waiting for a person

Exit code 0 is done. `cli.main` is the only place that turns errors into exit codes.
"""

from __future__ import annotations

from collections.abc import Iterable

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong in a file. `code` is for machines (`unknown-key`); `message` and `hint` are for people."""

    code: str
    message: str
    place: Place
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: {self.code}: {self.message}"
        if self.place.path:
            where += f"\n    at {self.place.path}"
        return f"{where}\n    hint: {self.hint}" if self.hint else where


class QwenPipelineError(Exception):
    """Base of the tree."""

    exit_code = 70
    code = "internal"

    def __init__(self, message: str, *, hint: str = "", place: Place | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        text = f"{self.place}: {self.code}: {self.message}" if self.place else f"{self.code}: {self.message}"
        return f"{text}\n    hint: {self.hint}" if self.hint else text


class SpecError(QwenPipelineError):
    """Everything wrong with what the user wrote, all at once."""

    exit_code = 2
    code = "bad-spec"

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics), key=lambda d: (d.place.file, d.place.line, d.place.column, d.code)))
        super().__init__(f"{len(self.diagnostics)} error(s)")

    def __str__(self) -> str:
        return "\n".join(str(d) for d in self.diagnostics)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return (type(self), (self.diagnostics,))


class DataError(SpecError):
    code = "bad-data"


class Refused(QwenPipelineError):
    exit_code = 3
    code = "refused"


class LicenceRefused(Refused):
    code = "licence"


class BudgetRefused(Refused):
    code = "budget"


class RenderError(QwenPipelineError):
    exit_code = 4
    code = "render"


class EngineUnavailable(RenderError):
    code = "engine-unavailable"


class ReaderUnavailable(RenderError):
    code = "reader-unavailable"


class PromptTooLong(RenderError):
    code = "prompt-too-long"


class OutOfMemory(RenderError):
    code = "out-of-memory"


class BadPicture(RenderError):
    code = "bad-picture"


class CheckFailed(QwenPipelineError):
    exit_code = 1
    code = "check-failed"


class FontsError(QwenPipelineError):
    """A family of type that cannot be fetched or kept."""

    exit_code = 4
    code = "font-download"


class StoreError(QwenPipelineError):
    exit_code = 4
    code = "store"


class NeedsReview(QwenPipelineError):
    exit_code = 5
    code = "needs-review"
