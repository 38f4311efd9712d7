"""`python -m benchmarks.calibrate [--lines N]`: what the reader mistakes on drawn type, for the costs and the second look.

Writes `verify/matching/confusions.json`: `misread` (character -> what it was read as although it was drawn well) and
`overlooked` (character -> look-alikes that were drawn in its place and read as it), each with how often. A third of the lines
stand on pictures of the draft engine, of every style.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks import lines, record
from benchmarks.alike import LETTERS, look_alikes
from benchmarks.drawn import busy_pictures
from benchmarks.longtext import read
from qwen_pipeline.verify import Reader, open_reader
from qwen_pipeline.verify.matching import normal
from qwen_pipeline.verify.matching.alignment import operations

TABLE = record.ROOT / "qwen_pipeline/verify/matching/confusions.json"
_LONGEST = 24
_FIGURES = ("¥{a},{b:03d}起", "{c}月{d}日 {h}:30", "20{d:02d}-{c:02d}-{d:02d}", "400-{b:03d}-{a}0{d:02d}", "${a}0.{d:02d}")


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws lines and has them read. `grounds`: pictures for lines on busy grounds."""

    reader: Reader
    grounds: Sequence[Image.Image]

    def read(self, text: str, covered: str, rng: random.Random) -> str:
        """What is read of `text`, normalised; in a look that has the characters of `covered` as well."""
        look = lines.look(rng, text + covered)
        image, quad = lines.picture(lines.ink(text, look), look, rng, self.grounds)
        return normal(self.reader.read_lines(image, [quad])[0].text).text


def misread(drawer: Drawer, text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """(drawn, read) of every single character that differs."""
    for op in operations(normal(text).text, drawer.read(text, text, rng)):
        if len(op.expected) == len(op.read) == 1:
            yield op.expected, op.read


def overlooked(drawer: Drawer, text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """(right, drawn in its place) where a look-alike was read as the right one."""
    places = [i for i, char in enumerate(text) if look_alikes().get(char) or char in LETTERS]
    if places:
        place = rng.choice(places)
        other = rng.choice(look_alikes().get(text[place]) or tuple(LETTERS[text[place]]))
        wrong = text[:place] + other + text[place + 1 :]
        if drawer.read(wrong, text, rng) == normal(text).text:
            yield text[place], other


def table(drawer: Drawer, texts: list[str], count: int) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, Counter[tuple[str, str]]] = {"misread": Counter(), "overlooked": Counter()}
    for number in range(count):
        rng = random.Random(f"calibrate {number}")
        text = rng.choice(texts) if rng.random() < 0.7 else _figure(rng)
        found["misread"].update(misread(drawer, text, rng))
        found["overlooked"].update(overlooked(drawer, text, rng))
    return {name: _nested(pairs) for name, pairs in found.items()}


def _figure(rng: random.Random) -> str:
    values = {
        "a": rng.randint(1, 9),
        "b": rng.randint(0, 999),
        "c": rng.randint(1, 12),
        "d": rng.randint(1, 28),
        "h": rng.randint(8, 21),
    }
    return rng.choice(_FIGURES).format(**values)


def _nested(pairs: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for (char, other), count in sorted(pairs.items()):
        out.setdefault(char, {})[other] = count
    return out


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__)
    parser.add_argument("--lines", type=int, default=2000, help="lines to draw, each once right and once with a look-alike")
    parser.add_argument("--data", type=Path, default=record.ROOT.parent / "shared" / "data", help="folder with longtext_*.jsonl")
    parser.add_argument("--out", type=Path, default=TABLE)
    args = parser.parse_args()
    briefs = [brief for code in ("zh", "en") for brief in read(args.data / f"longtext_{code}.jsonl", code)]
    found = table(Drawer(open_reader(), busy_pictures()), lines.texts(briefs, _LONGEST), args.lines)
    args.out.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print({name: sum(sum(row.values()) for row in rows.values()) for name, rows in found.items()})


if __name__ == "__main__":
    main()
