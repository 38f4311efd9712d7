"""A long text as one layer a paragraph: what a line begins with says what it is."""

from __future__ import annotations

from collections.abc import Callable

from qwen_pipeline.types import Layer
from qwen_pipeline.types.spec import TextLayerSpec

from .page import Entry, PageContext, layer_place
from .scope import fail

MakeText = Callable[[Callable[[str], str], int, bool], tuple[Layer, ...]]
"""The strings by locale, their number, whether they are one of a list -> their layers."""
_BULLET = "-"


def paragraph_maker(
    spec: TextLayerSpec, page: PageContext, entry: Entry, maker: Callable[[TextLayerSpec, PageContext, Entry], MakeText]
) -> MakeText:
    """Makes the layers of a text, a paragraph each. Empty lines part nothing: every line is a paragraph of its own.

    In a pair both languages must have the same paragraphs, since each stands with its translation.
    """
    marks = spec.paragraphs or {}
    plain = maker(spec, page, entry)
    own = {mark: maker(_role(spec, mark, role), page, entry) for mark, role in marks.items()}

    def make(expand: Callable[[str], str], n: int, listed: bool) -> tuple[Layer, ...]:
        tags = {"all": page.locales, "primary": page.locales[:1], "secondary": page.locales[1:]}[spec.locale]
        written = {tag: [line.strip() for line in expand(tag).splitlines() if line.strip()] for tag in tags}
        counts = {tag: len(lines) for tag, lines in written.items()}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{tag}: {count}" for tag, count in counts.items())
            where = layer_place(spec, page, entry, "text")
            raise fail("bad-count", f"a different number of paragraphs in each language ({told})", where, "pair them one by one")
        out: list[Layer] = []
        for number in range(max(counts.values(), default=0)):
            lines = {tag: split_mark(found[number], marks) for tag, found in written.items()}
            mark = next(iter(lines.values()))[0]
            out += own.get(mark, plain)(lambda tag, lines=lines: lines[tag][1], number, True)  # type: ignore[misc]
        return tuple(out)

    return make


def _role(spec: TextLayerSpec, mark: str, role: str) -> TextLayerSpec:
    more = {"marker": "•"} if mark == _BULLET and spec.marker is None else {}
    return spec.model_copy(update={"role": role, **more})


def split_mark(line: str, marks: object) -> tuple[str, str]:
    """(`##`, the rest) of a line that begins with a mark and a blank; ("", the line) of any other."""
    head, blank, rest = line.partition(" ")
    return (head, rest.strip()) if blank and isinstance(marks, dict) and head in marks else ("", line)
