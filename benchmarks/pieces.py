"""LongText-Bench briefs as the pieces that they ask for: posters, slides, web pages and prints, in both languages.

    python -m benchmarks.pieces ../shared/data [--limit N] [--out DIR]

What a brief becomes is chosen by its words and their amount (`briefed.py`). The text of the PDF has to hold every string; what
does not fit is a finding.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2

from benchmarks import ours
from benchmarks.briefed import STYLES, made_into
from benchmarks.longtext import LOCALES

Spec = dict[str, Any]
CATEGORIES = ("poster", "slide", "webpage", "print")
_QUOTED = re.compile('[“"‘「『][^”"’」』]*[”"’」』]')
_SUBJECT = 300
"""Characters of a brief's description that say what is to be seen."""


@dataclass(frozen=True, slots=True)
class PieceBrief:
    """One brief: its strings in the order they are to be read."""

    category: str
    language: str
    number: int
    strings: tuple[str, ...]
    prompt: str = ""
    """The brief's own description of the picture."""

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
            if brief["category"] in CATEGORIES and brief.get("language", language) == language:
                found.append(PieceBrief(brief["category"], language, brief["prompt_id"], tuple(brief["text"]), brief["prompt"]))
    return found


def spec(brief: PieceBrief) -> Spec:
    """The piece, its strings in the slots of the layout that holds them."""
    out: Spec = {"apiVersion": "design/v1", "kind": "", "name": brief.name}
    out |= {"locales": [LOCALES[brief.language]], "outputs": [{"format": "pdf", "name": f"{brief.name}.pdf"}]}
    out["checks"] = {"numbers.traceable": "off"}
    return out | made_into(brief.category, brief.language, brief.strings, brief.prompt, _scene(brief))


def _scene(brief: PieceBrief) -> Spec:
    """What is to be seen, without the words that are to be read."""
    style = STYLES[brief.category][brief.number % len(STYLES[brief.category])]
    seen = " ".join(_QUOTED.sub("", brief.prompt).replace("{", "").split())[:_SUBJECT].strip()
    return {"style": style} | ({"subject": seen} if seen else {})


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
