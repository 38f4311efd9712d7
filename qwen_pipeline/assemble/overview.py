"""What a contact sheet says about each piece, whatever it looks like."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import PT_PER_UNIT, Canvas

from .format import RunDelivery, SheetEntry

State = Literal["passed", "warnings", "rejected", "failed"]

_STATE_WORDS: tuple[tuple[State, str], ...] = (
    ("passed", "passed"),
    ("warnings", "with warnings"),
    ("rejected", "rejected"),
    ("failed", "failed"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One piece: its words for a caption, and how it went."""

    name: str
    """Its id, without the name that all pieces of the spec share."""
    locale: str
    size: str
    pages: int
    state: State
    note: str
    """`passed`, `2 warnings`, `1 error`, or why there is nothing."""

    @property
    def facts(self) -> str:
        return " · ".join((self.locale, self.size, *([f"{self.pages} pages"] if self.pages > 1 else [])))


def card(entry: SheetEntry) -> Card:
    """The caption of one piece."""
    piece = entry.piece
    state, note = _state(entry)
    size = size_words(piece.pages[0].canvas) if piece.pages else ""
    own = piece.id.removeprefix(piece.name).strip("/.-_ ")
    return Card(own or piece.id, piece.locale, size, len(piece.pages), state, note)


def size_words(canvas: Canvas) -> str:
    """`1080 × 1920 px`, `420 × 594 mm`."""
    if canvas.width_px is not None and canvas.height_px is not None:
        return f"{canvas.width_px} × {canvas.height_px} px"
    mm = PT_PER_UNIT["mm"]
    return f"{canvas.width_pt / mm:.0f} × {canvas.height_pt / mm:.0f} mm"


def summary(run: RunDelivery) -> str:
    """`24 pieces · 3 sizes · 2 languages · 22 passed, 1 with warnings, 1 rejected`."""
    cards = [card(entry) for entry in run.entries]
    counts = Counter(c.state for c in cards)
    states = ", ".join(f"{counts[state]} {word}" for state, word in _STATE_WORDS if counts[state])
    locales, sizes = len({c.locale for c in cards}), len({c.size for c in cards})
    parts = [_plural(len(cards), "piece"), _plural(sizes, "size"), _plural(locales, "language")]
    return " · ".join([*parts, states] if states else parts)


def run_record(run: RunDelivery) -> dict[str, Any]:
    """What the sheet itself says about how it was made; the pieces' own files hold their pictures' records."""
    return {
        "record": 1,
        "generator": run.generator,
        "piece": "",
        "run": run.name,
        "pieces": [entry.piece.id for entry in run.entries],
        "locales": sorted({locale for entry in run.entries for locale in entry.piece.locales}),
        "drawn_by": "none",
        "scenes": [],
    }


def _state(entry: SheetEntry) -> tuple[State, str]:
    if entry.thumbnail is None or entry.failure:
        return "failed", entry.failure or "not made"
    counts = Counter(finding.severity for finding in entry.findings)
    errors = counts["error"] + counts["internal"]
    if errors:
        return "rejected", _plural(errors, "error")
    if counts["warn"]:
        return "warnings", _plural(counts["warn"], "warning")
    return "passed", "passed"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
