"""Page ranges as people write them: `all`, `3`, `1-4, 7`, `5-`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator

from qwen_pipeline.errors import Diagnostic
from qwen_pipeline.types import Place

_PART = re.compile(r"(\d+)(?:\s*-\s*(\d*))?")


def parse_range(text: str) -> tuple[tuple[int, int | None], ...]:
    """(first, last) from 1, both counted in; last None = to the end. ValueError for anything else."""
    if text.strip() == "all":
        return ((1, None),)
    parts = []
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError("write `all`, or page numbers and ranges such as `1-4, 7`")
        first = int(match[1])
        last = None if match[2] == "" else int(match[2] or first)
        if first < 1 or (last is not None and last < first):
            raise ValueError("pages count from 1, and a range goes up")
        parts.append((first, last))
    return tuple(parts)


def pages_in(text: str, total: int) -> tuple[int, ...]:
    """Page numbers from 0, in document order, each once."""
    wanted = parse_range(text)
    return tuple(i for i in range(total) if any(a <= i + 1 and (b is None or i + 1 <= b) for a, b in wanted))


def check_range(text: str, total: int, place: Place) -> Iterator[Diagnostic]:
    """A diagnostic for the first page number that a piece of `total` pages does not have."""
    asked = (number for first, last in parse_range(text) for number in (first, last or first))
    missing = next((number for number in asked if number > total), None)
    if missing is not None:
        yield Diagnostic("no-such-page", f"pages = {text!r}: there is no page {missing}", place, f"the last page is {total}")


def _range_text(value: object) -> str:
    text = str(value)
    parse_range(text)
    return text


PageRange = Annotated[str, BeforeValidator(_range_text)]
