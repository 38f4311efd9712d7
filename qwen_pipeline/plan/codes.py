"""How much a QR code holds, so that a string that is too long is told before any work."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.types import Place

from .scope import fail

Level = Literal["L", "M", "Q", "H"]
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_ROOM: dict[str, tuple[int, int, int]] = {
    "L": (7089, 4296, 2953),
    "M": (5596, 3391, 2331),
    "Q": (3993, 2420, 1663),
    "H": (3057, 1852, 1273),
}
"""By level: digits, characters of the alphanumeric mode, bytes of a code of version 40 (ISO/IEC 18004, table 7)."""


def check_qr(data: str, level: Level, place: Place) -> None:
    """PlanError `qr-too-long` for what no code of this level holds."""
    length, room, unit = _load(data, level)
    if length > room:
        message = f"{length} {unit}; a QR code of level {level} holds {room}"
        hint = "use a shorter address" + ("" if level == "L" else ", or a lower level (level: L)")
        raise fail("qr-too-long", message, place, hint)


def _load(data: str, level: Level) -> tuple[int, int, str]:
    """(length, the most there can be, of what)."""
    digits, characters, size = _ROOM[level]
    if data.isascii() and data.isdigit():
        return len(data), digits, "digits"
    if _ALPHANUMERIC.issuperset(data):
        return len(data), characters, "characters"
    return len(data.encode()), size, "bytes"
