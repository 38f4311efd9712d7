"""Reading pictures back: how long a poster takes, which seeded errors are caught, what clean pages are accused of, and shapes."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass, field

from PIL import Image

from benchmarks import defects, lines, ours
from benchmarks.drawn import Press, pages
from benchmarks.longtext import Brief, read
from benchmarks.record import Figure, seconds
from benchmarks.setting import Setting
from qwen_pipeline.types.reading import ExpectedString
from qwen_pipeline.verify import Reader, needs_exact, open_reader, read_picture
from qwen_pipeline.verify.matching.costs import is_hanzi

CLEAN, WRONG, LINES = 240, 160, 300


def run(setting: Setting) -> list[Figure]:
    reader = open_reader()
    briefs = [brief for code in ("zh", "en") for brief in read(setting.data / f"longtext_{code}.jsonl", code)]
    random.Random(4).shuffle(briefs)
    press = Press(setting.cache / "press")
    return [*_speed(setting, reader), *_pages(setting, reader, press, briefs), *_shapes(setting, reader, briefs)]


def _speed(setting: Setting, reader: Reader) -> list[Figure]:
    """One 2048 x 2048 poster: 19 strings on 39 lines, all of them asked for."""
    out = setting.scratch / "poster"
    made = ours.build(ours.SPECS / "poster.yaml", out, setting.scratch / "store")
    expected = [ExpectedString(t.string, t.text, t.locale, exact=needs_exact(t.text, t.string.split("/")[0])) for t in made.texts]
    wall, cpu = [], []
    for index in range(setting.repeats + 1):
        image = Image.open(next(out.rglob("*.png"))).convert("RGB")
        start, used = time.perf_counter(), time.process_time()
        read_picture(image, expected, reader)
        if index:
            wall.append(time.perf_counter() - start)
            cpu.append(time.process_time() - used)
    return [
        seconds("2048 x 2048 poster, read and matched", wall, limit=1.0),
        Figure("the same, CPU", statistics.median(cpu), "s"),
    ]


def _pages(setting: Setting, reader: Reader, press: Press, briefs: list[Brief]) -> list[Figure]:
    missed, kinds, accused = [], [], []
    for page in pages(press, briefs, setting.count(WRONG), wrong=True):
        found = read_picture(page.image, page.expected, reader)
        kinds.append(page.kind)
        if next(s for s in found.strings if s.string == page.corrupted).spelling == "exact":
            missed.append(page.was)
    clean = setting.count(CLEAN)
    for page in pages(press, briefs, clean, wrong=False):
        found = read_picture(page.image, page.expected, reader)
        wrong = [f"{s.string}: {s.read}" for s in found.strings if s.spelling != "exact"]
        accused += [", ".join([*wrong, *(line.text for line in found.extra)])] if wrong or found.extra else []
    note = f"{len(kinds)} pages: " + ", ".join(f"{kind} {kinds.count(kind)}" for kind in sorted(set(kinds)))
    return [
        Figure("wrong titles, prices and dates passed", len(missed), "", 0, note="; ".join([note, *missed[:10]])),
        Figure("clean pages accused", 100 * len(accused) / clean, "%", 1, note="; ".join([f"{clean} pages", *accused[:10]])),
    ]


@dataclass
class _Tally:
    clean: int = 0
    accused: int = 0
    drawn: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    odd: dict[str, int] = field(default_factory=dict)


def _shapes(setting: Setting, reader: Reader, briefs: list[Brief]) -> list[Figure]:
    """Malformed hanzi: how many the words alone let pass, and how many of those the shapes tell."""
    tally = _Tally()
    texts = [text for text in lines.texts(briefs, 16) if sum(map(is_hanzi, text)) >= 5]
    for number in range(setting.count(LINES)):
        _spoil_one(reader, random.Random(f"shape {number}"), texts, tally)
    figures = [
        Figure("shapes: clean hanzi called odd", 100 * tally.accused / max(1, tally.clean), "%", note=f"{tally.clean} hanzi")
    ]
    for kind in defects.KINDS:
        passed, odd, drawn = tally.passed.get(kind, 0), tally.odd.get(kind, 0), tally.drawn.get(kind, 0)
        note = f"{passed} of {drawn} read as right, {odd} of them odd"
        figures.append(Figure(f"shapes: {kind} told by shape", 100 * odd / max(1, passed), "%", note=note))
    return figures


def _spoil_one(reader: Reader, rng: random.Random, texts: list[str], tally: _Tally) -> None:
    text, kind = rng.choice(texts), rng.choice(defects.KINDS)
    look = lines.look(rng, text)
    place = rng.choice([i for i, char in enumerate(text) if is_hanzi(char)])
    good = lines.ink(text, look)
    bad, changed = defects.spoil(good, lines.char_box(text, place, look), kind, rng)
    seed = rng.random()
    clean = read_picture(lines.picture(good, look, random.Random(seed))[0], [_exact(text)], reader).strings[0]
    tally.clean += sum(map(is_hanzi, text))
    tally.accused += len(clean.odd)
    if changed < 0.06:  # 田 mirrored is 田
        return
    spoilt = read_picture(lines.picture(bad, look, random.Random(seed))[0], [_exact(text)], reader).strings[0]
    tally.drawn[kind] = tally.drawn.get(kind, 0) + 1
    if spoilt.spelling == "exact":
        tally.passed[kind] = tally.passed.get(kind, 0) + 1
        tally.odd[kind] = tally.odd.get(kind, 0) + any(odd.index == place for odd in spoilt.odd)


def _exact(text: str) -> ExpectedString:
    return ExpectedString("line", text, "zh-CN", exact=True)
