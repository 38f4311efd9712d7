"""LongText-Bench briefs as the pieces that they ask for: posters, slides, web pages and prints, in both languages.

    python -m benchmarks.pieces ../shared/data [--limit N] [--out DIR]

A poster brief becomes a `Poster`, a slide a `Deck`, a web page an `Infographic` of entries, a print a `Document`. Their strings
are put into the layout's slots in their order. The text of the PDF has to hold every one of them; what does not fit is a finding.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2

from benchmarks import ours
from benchmarks.longtext import LOCALES

Spec = dict[str, Any]
KINDS = {"poster": "Poster", "slide": "Deck", "webpage": "Infographic", "print": "Document"}
_MOST_BULLETS = 7
STYLES = {"poster": "travel-poster", "slide": "swiss", "webpage": "flat-editorial", "print": "swiss"}


@dataclass(frozen=True, slots=True)
class PieceBrief:
    """One brief: its strings in the order they are to be read."""

    category: str
    language: str
    number: int
    strings: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.category}-{self.language}-{self.number:03d}"


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a brief: strings that its PDF lacks, and `check/code` of its findings that are errors."""

    brief: PieceBrief
    lost: tuple[str, ...]
    reported: tuple[str, ...]
    failures: tuple[str, ...]

    @property
    def unreported(self) -> bool:
        return bool(self.lost) and not self.reported


def read(folder: Path) -> list[PieceBrief]:
    """The briefs of the four categories, in both languages."""
    found = []
    for language in LOCALES:
        for line in (folder / f"longtext_{language}.jsonl").read_text(encoding="utf-8").splitlines():
            brief = json.loads(line)
            if brief["category"] in KINDS and brief.get("language", language) == language:
                found.append(PieceBrief(brief["category"], language, brief["prompt_id"], tuple(brief["text"])))
    return found


def spec(brief: PieceBrief) -> Spec:
    """The piece, its strings in the slots that take them in their order."""
    out: Spec = {"apiVersion": "design/v1", "kind": KINDS[brief.category], "name": brief.name}
    out |= {"locales": [LOCALES[brief.language]], "outputs": [{"format": "pdf", "name": f"{brief.name}.pdf"}]}
    out["checks"] = {"numbers.traceable": "off"}
    look = {"style": STYLES[brief.category]}
    return out | _BUILD[brief.category]([_safe(text) for text in brief.strings], look)


def _poster(texts: list[str], look: Spec) -> Spec:
    return {"extends": "full-bleed", "canvas": "A3", "scene": look} | _slots(texts, ("title", "subtitle"), "body")


def _slide(texts: list[str], look: Spec) -> Spec:
    page: Spec = {"id": "slide", "layout": "title-and-body", "title": texts[0]}
    rest = texts[1:]
    if len(rest) > _MOST_BULLETS:
        page["lead"] = rest.pop(0)
    if rest:
        page |= {"body": "\n".join(rest)} if len(rest) == 1 or len(rest) > _MOST_BULLETS else {"bullets": rest}
    return {"defaults": {"scene": look}, "slides": [page]}


def _webpage(texts: list[str], look: Spec) -> Spec:
    """The headline, a line under it, then entries of a title and a text; an odd one is the foot."""
    head, rest = texts[:2], texts[2:]
    foot = [rest.pop()] if len(rest) % 2 else []
    pairs = [{"title": a, "text": b} for a, b in zip(rest[::2], rest[1::2], strict=True)]
    out = {"structure": "list" if pairs else "headed", "scene": look} | _slots([*head], ("title", "subtitle"), "source")
    return out | ({"sections": pairs} if pairs else {}) | ({"source": foot[0]} if foot else {})


def _print(texts: list[str], look: Spec) -> Spec:
    part = {"id": "print", "layout": "report"} | _slots(texts, ("title",), "body")
    return {"defaults": {"scene": look}, "parts": [part]}


_BUILD = {"poster": _poster, "slide": _slide, "webpage": _webpage, "print": _print}


def _slots(texts: list[str], first: tuple[str, ...], last: str) -> Spec:
    """A slot each, and what is left over as paragraphs of the last one."""
    out: Spec = dict(zip(first, texts, strict=False))
    return out | ({last: "\n".join(texts[len(first) :])} if texts[len(first) :] else {})


def _safe(text: str) -> str:
    """Braces are Jinja's in a spec; a brief's are text."""
    return "{% raw %}" + text + "{% endraw %}" if "{" in text else text


def judge(brief: PieceBrief, folder: Path) -> Ending:
    """Build a brief's piece in `folder` and look for every string in its PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{brief.name}.yaml"
    path.write_text(json.dumps(spec(brief), ensure_ascii=False, indent=1), encoding="utf-8")
    made = ours.make(path, folder / brief.name, folder / "store")
    found = next((folder / brief.name).rglob("*.pdf"), None)
    text = _folded(_text(found)) if found else ""
    lost = tuple(string for string in brief.strings if _folded(string) not in text)
    reported = tuple(sorted({f"{f.check}/{f.code}" for f in made.findings if f.severity in ("error", "internal")}))
    return Ending(brief, lost, reported, tuple(failure.message for failure in made.failures))


def _text(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def _folded(text: str) -> str:
    """NFC without white space; a hyphen at a line's end comes out of pdfium as U+FFFE or U+0002."""
    plain = unicodedata.normalize("NFC", text).replace("\ufffe", "-").replace("\x02", "-")
    return "".join(plain.split())


def judge_all(briefs: list[PieceBrief], folder: Path) -> Iterator[Ending]:
    for brief in briefs:
        yield judge(brief, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="Folder with longtext_*.jsonl.")
    parser.add_argument("--limit", type=int, default=0, help="Only the first N.")
    parser.add_argument("--out", type=Path, help="Keep what was built.")
    args = parser.parse_args()
    briefs = read(args.data)[: args.limit or None]
    with tempfile.TemporaryDirectory() as scratch:
        endings = []
        for ending in judge_all(briefs, args.out or Path(scratch)):
            endings.append(ending)
            if ending.lost or ending.reported or ending.failures:
                print(
                    ending.brief.name,
                    *ending.reported,
                    *(f"lost: {text!r}" for text in ending.lost),
                    *ending.failures,
                    sep="\n  ",
                )
    whole = Counter(e.brief.category for e in endings if not e.lost)
    print(f"{len(endings)} pieces; text whole: {dict(whole)}; reported: {sum(bool(e.reported) for e in endings)};")
    print(f"lost and not reported: {sum(e.unreported for e in endings)}; failed: {sum(bool(e.failures) for e in endings)}")


if __name__ == "__main__":
    main()
