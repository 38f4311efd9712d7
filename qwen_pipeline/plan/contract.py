"""Who sets a string: we, or the model. Where the model may not, the string is overlay, and a notice says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, CheckRule, TextPart
from qwen_pipeline.types.layers import Render
from qwen_pipeline.types.spec import Batch, TextLayerSpec

from .context import PlanContext

DISPLAY_ROLES = frozenset({"display", "headline", "title"})
"""What `auto` may leave to the model: the words that are part of the picture."""
AUTO_UNITS = 28
"""How long a string `auto` may leave to the model: a CJK character counts 2, any other 1. Models spell a few words well."""
NEVER_READ_ROLES = frozenset({"price", "legal", "number", "fact", "folio"})
"""Roles whose words no reader may vouch for."""
_NEVER_READ = (
    ("a price", r"[¥￥$€£₩₹฿]\s?\d|\d\s?(?:元|块钱|USD|CNY|RMB|EUR|GBP|HKD|yuan|dollars?|euros?|pounds?)\b|\d\s?元"),
    (
        "a date",
        r"\d{1,4}\s?年|\d{1,2}\s?月\s?\d{1,2}|\d{1,2}\s?[日号](?!线)|\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b"
        r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b"
        r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b",
    ),
    ("a time", r"\b\d{1,2}[:：]\d{2}\b|\b\d{1,2}\s?(?:am|pm)\b"),
    ("a phone number", r"\+?\d[\d\s()-]{5,}\d"),
    ("an address", r"https?://|www\.|\b[\w-]+\.(?:com|cn|org|net|io|dev|co|shop|example|edu|gov)\b|[\w.]@[\w-]+\."),
    ("a legal line", r"[©®]|版权所有|备案|许可证|all rights reserved|terms (?:and|&) conditions"),
)
_PATTERNS = tuple((what, re.compile(pattern, re.IGNORECASE)) for what, pattern in _NEVER_READ)
_WIDE = re.compile(r"[　-鿿가-힯豈-﫿＀-｠]")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "ug"})


@dataclass(frozen=True)
class Baking:
    """What decides, for all of a plan, whether pictures may spell words."""

    impossible: str
    """Why this engine's pictures may spell nothing here; "" if they may."""
    by_construction: bool
    """The engine letters exactly: nothing has to be read."""
    strict: bool
    """`text.exact` is an error."""
    shared: bool
    """One picture serves several languages, so that it must not carry the words of one."""
    notify: Callable[[str], object]


def baking_of(
    context: PlanContext, checks: Iterable[CheckRule], batch: Batch | None, notify: Callable[[str], object]
) -> Baking:
    strict = next((rule.level == "error" for rule in checks if rule.id == "text.exact"), True)
    shared = bool(batch and batch.share and "locale" not in batch.share.scene)
    return Baking(context.cannot_bake, context.letters_exactly, strict, shared, notify)


def render_of(spec: TextLayerSpec, parts: Sequence[TextPart], where: Box, picture: Box | None, baking: Baking) -> Render:
    """Overlay or baked. `where`: the layer's region; `picture`: the scene's box, None for a page without one."""
    if spec.render == "overlay":
        return "overlay"
    why = _why_not(spec, parts, where, picture, baking)
    if why and spec.render == "baked":
        baking.notify(f"layer '{spec.id}': baked was asked for, and it is set as overlay: {why}")
    return "overlay" if why else "baked"


def _why_not(spec: TextLayerSpec, parts: Sequence[TextPart], where: Box, picture: Box | None, baking: Baking) -> str:
    if picture is None:
        return "the page has no picture"
    if not picture.overlaps(where):
        return "its region lies outside the picture"
    if baking.impossible:
        return baking.impossible
    if not baking.by_construction:
        why = _unreadable(spec, parts, baking)
        if why:
            return why
    return _not_for_auto(spec, parts, baking) if spec.render == "auto" else ""


def _unreadable(spec: TextLayerSpec, parts: Sequence[TextPart], baking: Baking) -> str:
    if any(part.locale.split("-")[0] in _RIGHT_TO_LEFT for part in parts):
        return "no reader here knows its script"
    what = never_read(" ".join(part.text for part in parts), spec.role)
    return f"{what} is never proved by reading alone, and text.exact is an error" if what and baking.strict else ""


def _not_for_auto(spec: TextLayerSpec, parts: Sequence[TextPart], baking: Baking) -> str:
    if baking.shared:
        return "one picture serves several languages"
    if spec.role not in DISPLAY_ROLES:
        return f"{spec.role} is no display text"
    return "too long" if any(units(part.text) > AUTO_UNITS for part in parts) else ""


def never_read(text: str, role: str) -> str:
    """What no reader may vouch for: `a price`, `a date`, ...; "" for words that can be read back."""
    if role in NEVER_READ_ROLES:
        return f"the role {role}"
    return next((what for what, pattern in _PATTERNS if pattern.search(text)), "")


def units(text: str) -> int:
    """Length as a model sees it: a CJK character counts 2."""
    return sum(2 if _WIDE.match(char) else 1 for char in text)
