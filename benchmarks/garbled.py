"""Bilingual posters whose titles an engine is to letter that garbles them in known ways, and what their delivered files say.

The engine is the scribe of the tests: it hides in its pixels what it really wrote, so that no reader has to be believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from PIL import Image

from benchmarks import ours
from qwen_pipeline import pipeline, verify
from qwen_pipeline.render.engines import draft
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store
from qwen_pipeline.types import ExpectedString, Manifest
from qwen_pipeline.verify import Reader
from qwen_pipeline.verify.filetext import page_texts
from qwen_pipeline.verify.fold import squeeze

TITLES = (
    ("春茶市集", "Spring Tea Fair"),
    ("未来的大河", "The River Ahead"),
    ("末班渡轮", "The Last Ferry"),
    ("土豆与天空", "Potatoes and Sky"),
    ("白日梦书店", "Daydream Books"),
    ("大人的游乐园", "A Park for Adults"),
    ("折扇与拆信刀", "Fans and Openers"),
    ("自己的房间", "A Room Of One Alone"),
    ("夭折的夏天", "Summer Cut Short"),
    ("集市日", "Market Day"),
    ("日出之前", "Before Sunrise"),
    ("人间食粮", "Bread of Life"),
)
_RATE, _EDITS = 0.85, 0.6
"""How many pictures are garbled, and how many edits do what they are asked for."""
_ONE_SHAPE = str.maketrans("巿", "市")
"""Neither the reader nor the shape tells these from one another (docs/reading.md); where one passes it is counted by itself."""
_LOCALES = ("zh-CN", "en-GB")
_BATCH = """\
apiVersion: design/v1
kind: Batch
name: fairs
template: ./card.yaml
data: {rows: {csv: rows.csv, key: id}}
matrix: {locale: [zh-CN+en-GB]}
map:
  title: {zh-CN: "{{ row.zh }}", en-GB: "{{ row.en }}"}
outputs:
  - {format: pdf, name: "{id}.pdf"}
  - {format: png, name: "{id}.png"}
"""
_CARD = """\
apiVersion: design/v1
kind: Poster
name: card
extends: minimal
canvas: {size: 900x900px, safe: 12px}
locales: [zh-CN+en-GB]
scene: {style: soft-gradient, subject: a lamp}
title: {zh-CN: 灯, en-GB: Lamp}
generate: {seed: 5}
layers: [{id: title, render: baked, max_attempts: 2}]
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One piece of a batch. `picture` is "" where it was rejected; `wrong` says what its files lack, or have too much.

    `twins`: strings that the engine wrote with a character of one shape with the right one, and that passed.
    """

    name: str
    picture: str
    rungs: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()


def deliver(folder: Path, titles: Sequence[tuple[str, str]], ways: Sequence[str], reader: Reader) -> tuple[Delivered, ...]:
    """Build a poster for each pair of titles with an engine that garbles in these ways; read every delivered file back."""
    spec = _specs(folder / "spec", titles)
    with _scribe(ways):
        manifest = pipeline.build(ours.order(spec), folder / "out", Settings(store=folder / "store", workers=1))
    if manifest.failures:
        raise RuntimeError("; ".join(failure.message for failure in manifest.failures))
    return tuple(_judged(folder, number, pair, manifest, reader) for number, pair in enumerate(titles))


def _specs(folder: Path, titles: Sequence[tuple[str, str]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["id,zh,en", *(f"r{number:02d},{zh},{en}" for number, (zh, en) in enumerate(titles))]
    for name, text in (("card.yaml", _CARD), ("batch.yaml", _BATCH), ("rows.csv", "\n".join(rows) + "\n")):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "batch.yaml"


@contextmanager
def _scribe(ways: Sequence[str]) -> Iterator[None]:
    """The scribe in the place of the draft engine."""
    from tests.support.engines import scribe

    engine = scribe.open_scribe(scribe.by_rate(_RATE, ways, edits=_EDITS), scribe.Log())
    with mock.patch.object(draft, "INFO", scribe.INFO), mock.patch.object(draft, "open_engine", return_value=engine):
        yield


def _judged(folder: Path, number: int, pair: tuple[str, str], manifest: Manifest, reader: Reader) -> Delivered:
    name = f"r{number:02d}"
    texts = [text for text in manifest.texts if text.text in pair]
    rungs = tuple(text.rung for text in texts)
    path = folder / "out" / f"{name}.png"
    if not path.exists():
        return Delivered(name, "", rungs)
    written, said = _written(folder, path), sorted(text.text for text in texts if text.outcome == "baked")
    wrong = [*_in_file(path.with_suffix(".pdf"), pair), *_as_read(path, pair, reader)]
    if sorted(text.translate(_ONE_SHAPE) for text in written) != said:
        wrong.append(f"the picture spells {written}, the manifest says {said}")
    return Delivered(name, str(path), rungs, tuple(wrong), tuple(text for text in written if text not in said))


def _in_file(path: Path, pair: tuple[str, str]) -> list[str]:
    text = squeeze("".join(page_texts(path)))
    return [f"the PDF lacks {string}" for string in pair if squeeze(string) not in text]


def _as_read(path: Path, pair: tuple[str, str], reader: Reader) -> list[str]:
    expected = [ExpectedString(s, s, locale, "title", None, True) for s, locale in zip(pair, _LOCALES, strict=True)]
    with Image.open(path) as image:
        reading = verify.read_picture(image.convert("RGB"), expected, reader)
    wrong = [f"{s.string} is read as {s.read} ({s.spelling})" for s in reading.strings if s.spelling != "exact"]
    return wrong + [f"nobody asked for {line.text}" for line in reading.extra]


def _written(folder: Path, path: Path) -> list[str]:
    """What the engine really wrote into the picture that a file shows."""
    from tests.support.engines.scribe import hidden

    (scene,) = pipeline.read_record(path)["scenes"]
    made = Store(folder / "store").scene(scene["fingerprint"])
    assert made is not None
    with Image.open(made.path) as image:
        return sorted(text for text, _ in hidden(image))
