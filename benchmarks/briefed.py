"""Strings of a brief -> a piece: the first layout of its category whose slots hold them, as one chooses by the copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scripts.samples import slots as slots_of

Spec = dict[str, Any]
STYLES = {
    "poster": ("travel-poster", "art-deco", "watercolour", "flat-editorial", "risograph", "mid-century", "woodblock"),
    "slide": ("flat-editorial", "soft-gradient", "mid-century", "watercolour"),
    "webpage": ("flat-editorial", "watercolour", "soft-gradient", "travel-poster", "mid-century"),
    "print": ("botanical", "watercolour", "woodblock", "mid-century", "travel-poster"),
}
_FREE = {"cjk": 20, "latin": 44}
"""Characters of a slot that names no number."""
_SLACK = 1.25
"""How far over what a slot says it holds a text may be: it is set smaller."""
_NAV = {"cjk": 5, "latin": 14}
"""Longest name of a page's menu or button."""
_MOST_BULLETS = 7
_PRINTS = (
    (re.compile(r"\bticket|门票|车票|票"), "ticket", ("title", "subtitle", "footer", "seat", "number")),
    (re.compile(r"\blabel|packet|packag|\bjar\b|bottle|标签|包装|种子|瓶"), "label", ("title", "subtitle", "origin", "weight")),
    (re.compile(""), "greeting", ("title", "body", "sender")),
)
_POSTER_SLOTS = (("title", "subtitle", "when", "where"), ("title", "subtitle", "when", "body"), ("title", "subtitle", "body"))
_POSTERS = ("full-bleed", "hero-left", "frame", "hero-top", "split")


def made_into(category: str, language: str, strings: Sequence[str], prompt: str, scene: Spec) -> Spec:
    """Kind, layout and slots of a piece. `scene`: its picture. Braces are Jinja's in a spec; a brief's are text."""
    script = "cjk" if language == "zh" else "latin"
    texts = ["{% raw %}" + text + "{% endraw %}" if "{" in text else text for text in strings]
    return _BUILD[category](texts, script, prompt, scene)


def _poster(texts: list[str], script: str, prompt: str, scene: Spec) -> Spec:
    turn = sum(map(len, texts)) % len(_POSTERS)
    layouts = [*_POSTERS[turn:], *_POSTERS[:turn]]
    return {"kind": "Poster", "canvas": "A3", "scene": scene} | _first(layouts, texts, script)


def _first(layouts: Sequence[str], texts: list[str], script: str, loose: str = "hero-top") -> Spec:
    """The first layout that holds the words of a poster; else `loose`, which has the most room."""
    for layout in layouts:
        for names in _POSTER_SLOTS:
            placed = _placed("poster", layout, names, texts, script)
            if placed:
                return {"extends": layout, **placed}
    return {"extends": loose, **_filled(("title", "subtitle", "body"), texts)}


def _slide(texts: list[str], script: str, prompt: str, scene: Spec) -> Spec:
    rest = texts[1:]
    opened = _opening(texts, script) if len(texts) <= 3 else None
    if opened:
        page = opened | {"scene": scene}
    elif 4 <= len(rest) <= 8 and len(rest) % 2 == 0 and all(len(a) <= len(b) for a, b in zip(rest[::2], rest[1::2], strict=True)):
        page = {"layout": "cards", "title": texts[0], "cards": _pairs(rest)}
    else:
        page = {"layout": "title-and-body", "title": texts[0]} | _points(rest)
    return {"kind": "Deck", "defaults": {"scene": {"style": scene["style"]}}, "slides": [{"id": "slide", **page}]}


def _opening(texts: list[str], script: str) -> Spec | None:
    """A cover, or where its title is a sentence, that sentence alone."""
    for layout, names in (("cover", ("title", "subtitle", "date")), ("statement", ("title", "subtitle"))):
        placed = _placed("deck", layout, names, texts, script)
        if placed:
            return {"layout": layout, **placed}
    return None


def _points(rest: list[str]) -> Spec:
    out: Spec = {"lead": rest.pop(0)} if len(rest) > 2 and len(rest) % 2 else {}
    if not rest:
        return out
    return out | ({"body": "\n".join(rest)} if len(rest) == 1 or len(rest) > _MOST_BULLETS else {"bullets": rest})


def _webpage(texts: list[str], script: str, prompt: str, scene: Spec) -> Spec:
    """The top of a page: its menu and buttons at the foot, the words beside the picture; a list where they are many."""
    short = [text for text in texts if len(text) <= _NAV[script]]
    long = [text for text in texts if len(text) > _NAV[script]]
    if not long or len(long) > 4:
        return {"kind": "Infographic", "canvas": "1440x1440px", "scene": scene} | _entries(texts)
    foot = {"footer": "  ·  ".join(short)} if short else {}
    top = {"kind": "Poster", "canvas": "1440x900px", "scene": scene}
    return top | _first(("split", "hero-left"), long, script) | foot


def _entries(texts: list[str]) -> Spec:
    head, rest = texts[:2], texts[2:]
    foot = [rest.pop()] if len(rest) % 2 else []
    out = {"structure": "list" if rest else "headed"} | _filled(("title", "subtitle"), head)
    return out | ({"sections": _pairs(rest)} if rest else {}) | ({"source": foot[0]} if foot else {})


def _print(texts: list[str], script: str, prompt: str, scene: Spec) -> Spec:
    for words, layout, names in _PRINTS:
        placed = _placed("card", layout, names, texts, script) if words.search(prompt.lower()) else None
        if placed:
            return {"kind": "Card", "layout": layout, "scene": scene, **placed}
    for layout in ("frame", "minimal"):
        placed = _placed("poster", layout, ("title", "subtitle", "body"), texts, script)
        if placed:
            return {"kind": "Poster", "extends": layout, "canvas": "A4", "scene": scene, **placed}
    part = {"id": "print", "layout": "report"} | _filled(("title", "lead", "body"), texts)
    return {"kind": "Document", "defaults": {"scene": {"style": scene["style"]}}, "parts": [part]}


_BUILD = {"poster": _poster, "slide": _slide, "webpage": _webpage, "print": _print}


def _pairs(texts: Sequence[str]) -> list[Spec]:
    return [{"title": a, "text": b} for a, b in zip(texts[::2], texts[1::2], strict=True)]


def _placed(kind: str, layout: str, names: tuple[str, ...], texts: list[str], script: str) -> Spec | None:
    """The texts in slots of these names; None where one of them is more than its slot holds."""
    offered = slots_of(kind, layout)
    if any(name not in offered for name in names[: len(texts)]):
        return None
    filled = _filled(names, texts)
    holds = {name: {**_FREE, **offered[name].get("max_chars", {})}[script] * _SLACK for name in filled}
    return filled if all(len(text) <= holds[name] for name, text in filled.items()) else None


def _filled(names: tuple[str, ...], texts: Sequence[str]) -> Spec:
    """A slot each, and what is left over as paragraphs of the last one."""
    out: Spec = dict(zip(names, texts, strict=False))
    return out | ({names[-1]: "\n".join(texts[len(names) - 1 :])} if len(texts) > len(names) else {})
