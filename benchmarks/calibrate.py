"""`python -m benchmarks.calibrate [--lines N]`: what the reader mistakes on drawn type, for the costs and the second look.

Writes `verify/matching/confusions.json`: `misread` (character -> what it was read as although it was drawn well) and
`overlooked` (character -> look-alikes that were drawn in its place and read as it), each with how often.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks import lines, record
from benchmarks.alike import LETTERS, look_alikes
from benchmarks.longtext import read
from qwen_pipeline.verify import Reader, open_reader
from qwen_pipeline.verify.matching import normal
from qwen_pipeline.verify.matching.alignment import operations

TABLE = record.ROOT / "qwen_pipeline/verify/matching/confusions.json"
_LONGEST = 24
_FIGURES = ("¥{a},{b:03d}起", "{c}月{d}日 {h}:30", "20{d:02d}-{c:02d}-{d:02d}", "400-{b:03d}-{a}0{d:02d}", "${a}0.{d:02d}")


def misread(reader: Reader, text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """(drawn, read) of every single character that differs."""
    for op in operations(normal(text).text, _read(reader, text, text, rng)):
        if len(op.expected) == len(op.read) == 1:
            yield op.expected, op.read


def overlooked(reader: Reader, text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """(right, drawn in its place) where a look-alike was read as the right one."""
    places = [i for i, char in enumerate(text) if look_alikes().get(char) or char in LETTERS]
    if places:
        place = rng.choice(places)
        other = rng.choice(look_alikes().get(text[place]) or tuple(LETTERS[text[place]]))
        wrong = text[:place] + other + text[place + 1 :]
        if _read(reader, wrong, text, rng) == normal(text).text:
            yield text[place], other


def _read(reader: Reader, text: str, covered: str, rng: random.Random) -> str:
    look = lines.look(rng, text + covered)
    image, quad = lines.picture(lines.ink(text, look), look, rng)
    return normal(reader.read_lines(image, [quad])[0].text).text


def table(reader: Reader, texts: list[str], count: int) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, Counter[tuple[str, str]]] = {"misread": Counter(), "overlooked": Counter()}
    for number in range(count):
        rng = random.Random(f"calibrate {number}")
        text = rng.choice(texts) if rng.random() < 0.7 else _figure(rng)
        found["misread"].update(misread(reader, text, rng))
        found["overlooked"].update(overlooked(reader, text, rng))
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
    found = table(open_reader(), lines.texts(briefs, _LONGEST), args.lines)
    args.out.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print({name: sum(sum(row.values()) for row in rows.values()) for name, rows in found.items()})


if __name__ == "__main__":
    main()
