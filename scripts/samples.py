"""Specs that fill every slot of a layout with words of a length to choose: for the gallery, and to try layouts to their limits.

The words come from a bank for slots by name (a title is short, a date is a date), and from two passages for the rest, cut to
what the slot says it holds (`max_chars`). Of slots that take one another's place (`instead_of`) the first entry of a list shows
the one, the entries after it the others. `factor` makes all of them shorter or longer: 0.3, 1, 2.5.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scripts.sample_words import BANK

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
KINDS = ("poster", "deck", "infographic", "product", "card", "guide", "comic", "document")
_STANDARD = ("official", "plain", "continued", "annex", "annex-translation", "colophon")
FORMATS: dict[str, tuple[str, ...]] = {f"document/{name}": ("A4",) for name in _STANDARD} | {
    "card/business": ("90mmx54mm", "54mmx90mm"),
    "card/greeting": ("A6", "148mmx105mm", "135mmx135mm"),
    "card/coupon": ("180mmx80mm", "90mmx150mm"),
    "card/ticket": ("210mmx74mm", "80mmx180mm"),
    "card/badge": ("90mmx130mm", "105mmx74mm"),
    "card/label": ("80mmx110mm", "100mmx60mm"),
    "poster/roll-up": ("850mmx2000mm", "1000mmx2000mm"),
    "poster/cover-banner": ("1500x500px", "1280x720px"),
    "poster/social-story": ("720x1280px", "1080x1350px"),
}
"""Layouts of a format of their own, and the sizes that it comes in; the others work in all shapes."""
SUBJECT = "tea terraces on a hillside in early morning, one small house among them"

_ZH = (
    "清晨六点，山里的雾还没有散，采茶的人已经走进第三块梯田。嫩芽要在太阳升高以前摘下，手指轻轻一提，不能用指甲去掐。一斤干茶大约要五万个芽头，"
    "所以一个人从早到晚，也只够做两斤。鲜叶在竹匾里摊开，等水汽慢慢走掉，再下锅翻炒。火候全凭手心：太热会焦，太凉会青。炒好的茶装进纸袋，写上日期"
    "与地块，第二天就能寄到城里。我们想让喝茶的人知道，这一杯从哪里来，由谁采下，又在哪一口锅里炒成。"
)
_EN = (
    "At six in the morning the mist is still in the valley, and the pickers have reached the third terrace. The buds "
    "have to be taken before the sun is high, lifted between two fingers and never pinched. It takes some fifty "
    "thousand of them to make half a kilo of tea, so a day of work fills two small bags. The leaves rest on bamboo "
    "trays until they lose their water, and then they go into the pan. The hand decides how hot it is: too much and "
    "they burn, too little and they stay green. Packed in paper with the date and the field, they reach the city the "
    "next day."
)
_CHOICES = {"at": ("bottom-left", "bottom-right"), "sound_at": ("top-right",), "as": ("speech", "thought", "shout", "voice")}
"""Where things stand in a panel: a narrator's box at the top, balloons under it, a sound where there is no narrator."""
_TURNS = {"panels": (("caption", "balloons"), ("balloons",), ("sound", "balloons"))}
"""What the entries of a list have by turns, where all of it at once is more than one of them holds."""
_MOST = {"balloons": 2}
_POINTS = ((22, 30), (62, 24), (40, 58), (76, 70))
_LONGEST = 700
"""Characters of a text that runs over pages."""
_PARAGRAPHS = 5
_PICTURES = (
    "one celadon teapot on a stone ledge, tea hills behind",
    "a small boat on a quiet river, mountains behind",
    "a pagoda on a hill over misty mountains",
    "an arched stone bridge over a river",
)
"""What the pictures of a list show, in turn."""
_ICONS = ("leaf", "drop", "clock", "heart", "home", "sun", "gift", "globe")
_USUAL = {"cjk": 26, "latin": 60}
_SHARE = 0.6
"""Of what a slot holds, in a sample of the usual length."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What to fill a layout with. `factor` multiplies the length of every text."""

    kind: str
    layout: str
    locales: tuple[str, ...]
    style: str = ""
    factor: float = 1.0
    canvas: str = ""
    subject: str = SUBJECT

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for locale in self.locales for tag in locale.split("+")))


def layouts(kind: str) -> list[str]:
    """Layouts of a kind that have slots of their own or inherit them."""
    return [path.stem for path in sorted((TEMPLATES / kind / "layouts").glob("*.yaml")) if slots(kind, path.stem)]


def styles() -> list[str]:
    return sorted(path.stem for path in (TEMPLATES / "_shared" / "styles").glob("*.yaml"))


def slots(kind: str, layout: str) -> dict[str, dict[str, Any]]:
    """The slots of a layout and of those it extends."""
    found = _read(TEMPLATES / kind / "layouts" / f"{layout}.yaml")
    base = slots(kind, found["extends"]) if found.get("extends") else {}
    return base | {name: {**base.get(name, {}), **slot} for name, slot in found.get("slots", {}).items()}


def pictured(kind: str, layout: str) -> bool:
    """Whether a layout, or the nearest that it extends, says what a picture is to it."""
    found = _read(TEMPLATES / kind / "layouts" / f"{layout}.yaml")
    if "scene" in found or not found.get("extends"):
        return bool(found.get("scene", "") != "none")
    return pictured(kind, found["extends"])


def spec(sample: Sample) -> dict[str, Any]:
    """The spec as data; JSON is YAML."""
    kind = _read(TEMPLATES / sample.kind / "kind.yaml")
    filler = _Filler(sample)
    page = filler.fill(slots(sample.kind, sample.layout))
    out: dict[str, Any] = {"apiVersion": "design/v1", "kind": kind["kind"], "name": sample.layout}
    out["locales"] = list(sample.locales)
    if sample.canvas:
        out["canvas"] = {"size": sample.canvas, "bleed": "0mm", "safe": "6px"}
    if filler.has_chart:
        out["data"] = {"rows": {"csv": "rows.csv"}}
    out["checks"] = {"numbers.traceable": "off", "pair.parity": "off"}
    if sample.style and (not kind.get("pages") or pictured(sample.kind, sample.layout)):
        page["scene"] = {"style": sample.style, "subject": sample.subject}
    if kind.get("pages"):
        if sample.style:  # where a page has no picture, for the colours and the type
            out["defaults"] = {"scene": {"style": sample.style}}
        return out | {kind["pages"]: [{"id": "page", kind["layout_key"]: sample.layout, **page}]}
    return out | {kind["layout_key"]: sample.layout, **page}


def write(sample: Sample, folder: Path, outputs: list[dict[str, Any]], size_px: int = 0) -> Path:
    """Write the spec, and the table that a chart draws. `size_px`: of its pictures; 0 = as large as a build's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.csv").write_text("month,kg\n1,120\n2,180\n3,260\n4,410\n5,380\n6,300\n", encoding="utf-8")
    path = folder / f"{sample.kind}-{sample.layout}-{sample.style or 'plain'}.yaml"
    said = spec(sample) | {"outputs": outputs} | ({"generate": {"size": size_px}} if size_px else {})
    path.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


class _Filler:
    """Fills slots, each entry of a list with other words than the one before."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._at: Iterator[int] = itertools.count()
        self.has_chart = False

    def fill(self, found: Mapping[str, Mapping[str, Any]], *, list_of: str = "", number: int = 0) -> dict[str, Any]:
        """Values by slot. `list_of`, `number`: of which entry of a list."""
        first = bool(list_of) and number == 0
        out = _replaced(found) if first else {name for name, slot in found.items() if slot.get("instead_of")}
        if list_of in _TURNS:
            turns = _TURNS[list_of]
            out |= {name for turn in turns for name in turn} - set(turns[number % len(turns)])
        made = {name: self._value(name, slot, number) for name, slot in found.items() if name not in out}
        return {name: value for name, value in made.items() if value is not None}

    def _value(self, name: str, slot: Mapping[str, Any], number: int) -> Any:
        kind = slot.get("type", "text")
        if kind == "text":
            return self._text(name, slot)
        if kind == "list":
            return [self._text("", slot) for _ in range(3)]
        if kind == "items":
            count = max(slot.get("min", 0), min(slot.get("max", 4), _MOST.get(name, 4)))
            return [self.fill(slot["fields"], list_of=name, number=entry) for entry in range(count)]
        if kind == "group":
            return self.fill(slot["fields"])
        if kind == "chart":
            self.has_chart = True
        return self._figure(name, kind, number) if name != "id" or slot.get("required") else None

    def _figure(self, name: str, kind: str, number: int) -> Any:
        """What is no words: a code, a picture, a place."""
        x, y = _POINTS[number % len(_POINTS)]
        figures = {
            "icon": _ICONS[next(self._at) % len(_ICONS)] if kind == "icon" else "",
            "qr": "https://example.org/tea",
            "chart": {"type": "bar", "from": "rows", "x": "month", "y": "kg"},
            "scene": {"subject": _PICTURES[number % len(_PICTURES)]},
            "point": [f"{x}%", f"{y}%"],
            "note": f"entry-{number + 1}" if name == "id" else None,
            "choice": _CHOICES[name][number % len(_CHOICES[name])] if name in _CHOICES else None,
        }
        return figures.get(kind)

    def _text(self, name: str, slot: Mapping[str, Any]) -> dict[str, str]:
        holds = {**_USUAL, **slot.get("max_chars", {})}
        at = next(self._at)
        scripts = {tag: "cjk" if tag[:2] in ("zh", "ja") else "latin" for tag in self._sample.languages}
        return {tag: self._words(name, tag, holds[script], at) for tag, script in scripts.items()}

    def _words(self, name: str, tag: str, holds: int, at: int) -> str:
        chinese = tag[:2] == "zh"
        natural = (BANK.get(f"{self._sample.layout}.{name}") or BANK.get(name, ("", "")))[0 if chinese else 1]
        length = min(len(natural), holds) if natural else min(holds * _SHARE, _LONGEST)
        wanted = max(1, round(length * self._sample.factor))
        if natural and len(natural) <= wanted <= len(natural) + 1:
            return natural
        passage = _ZH if chinese else _EN
        if holds > _LONGEST:
            return _paragraphs(passage, at, wanted, chinese)
        text = natural + ("" if chinese else " ") + passage if natural else _from(passage, at, chinese)
        return _cut(text, wanted, chinese)


def _paragraphs(passage: str, at: int, wanted: int, chinese: bool) -> str:
    """Paragraphs of a text that runs over pages; of equal number in all languages, so that a pair matches."""
    count = max(1, round(_PARAGRAPHS * wanted / _LONGEST))
    return "\n".join(_cut(_from(passage, at + n, chinese), wanted // count, chinese) for n in range(count))


def _replaced(found: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {other for slot in found.values() for other in slot.get("instead_of", ())}


def _from(passage: str, at: int, chinese: bool) -> str:
    """The passage from one of its sentences on, and round again."""
    parts = passage.split("。" if chinese else ". ")
    turn = at % max(1, len(parts) - 1)
    return ("。" if chinese else ". ").join([*parts[turn:], *parts[:turn]])


def _cut(text: str, length: int, chinese: bool) -> str:
    """The first `length` characters, to the end of a word, without a mark at the end."""
    whole = text * (length // max(1, len(text)) + 1)
    if chinese:
        return whole[:length].rstrip("，。：、；") or whole[:1]
    cut = whole[: length + 1].rpartition(" ")[0] if len(whole) > length and " " in whole[: length + 1] else whole[:length]
    return cut.strip(" ,.:;") or whole.split()[0]


@cache
def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def describe(kind: str, layout: str) -> str:
    """What a layout is for, in its own words."""
    return str(_read(TEMPLATES / kind / "layouts" / f"{layout}.yaml").get("describe", ""))


def describe_style(style: str) -> str:
    """What a style is, in its own words."""
    return str(_read(TEMPLATES / "_shared" / "styles" / f"{style}.yaml").get("describe", ""))
