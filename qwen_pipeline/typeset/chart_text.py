"""The words of a chart: measured, placed, and kept as strings so that checks see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, ChartLayer, Color, Item, SetString, TextStyle

from .fonts import Fonts
from .measure import measure, normalise
from .text import ASCENT_EM, DEPTH_EM, Anchor, line_width, set_line

ASCENT, DESCENT = ASCENT_EM, DEPTH_EM
"""Reach of ink above and below the baseline, in em."""
CAP_MIDDLE = 0.36
"""Half the height of capitals and hanzi above the baseline, in em: what looks centred on a line."""
_BOLD = 700


@dataclass(slots=True)
class Labels:
    """Collects the texts of one chart. `size_pt` is what they are set at unless a call says otherwise."""

    layer: ChartLayer
    fonts: Fonts
    size_pt: float
    items: list[Item] = field(default_factory=list)
    strings: list[SetString] = field(default_factory=list)

    def style(self, size_pt: float | None = None, *, bold: bool = False, color: Color | None = None) -> TextStyle:
        base = self.layer.label_style
        weight = max(_BOLD, base.weight) if bold else base.weight
        return replace(base, size_pt=size_pt or self.size_pt, weight=weight, color=color or base.color)

    def width(self, text: str, size_pt: float | None = None, *, bold: bool = False) -> float:
        """Width in points of `text` set on one line."""
        return line_width(text, self.layer.locale, self.style(size_pt, bold=bold), self.fonts) if text else 0.0

    def widest(self, texts: Sequence[str], size_pt: float | None = None, *, bold: bool = False) -> float:
        return max((self.width(text, size_pt, bold=bold) for text in texts), default=0.0)

    def put(
        self,
        text: str,
        x_pt: float,
        baseline_pt: float,
        anchor: Anchor = "start",
        *,
        size_pt: float | None = None,
        bold: bool = False,
        color: Color | None = None,
        overflow: Literal["", "lines", "width", "height"] = "",
    ) -> None:
        """Set `text` on one line; empty text is nothing."""
        if not text:
            return
        style = self.style(size_pt, bold=bold, color=color)
        identity = f"{self.layer.id}/{len(self.strings)}"
        item = set_line(
            text, locale=self.layer.locale, style=style, fonts=self.fonts, x_pt=x_pt, baseline_pt=baseline_pt, anchor=anchor,
            string_id=identity,
        )  # fmt: skip
        self.items.append(item)
        self.strings.append(
            SetString(
                id=identity,
                layer=self.layer.id,
                region=self.layer.region,
                role="chart",
                locale=self.layer.locale,
                text=text,
                box=item.lines[0].box,
                size_pt=style.size_pt,
                asked_size_pt=self.layer.label_style.size_pt,
                lines=1,
                weight=style.weight,
                color=style.color,
                render="overlay",
                missing=measure(normalise(text, style), self.layer.locale, style, self.fonts, style.weight).missing,
                overflow=overflow,
            )
        )

    def shrink_to(self, width_pt: float, texts: Sequence[str], *, bold: bool = False) -> float:
        """The largest size, from the asked one down to the smallest allowed, at which every text is at most `width_pt` wide."""
        widest = self.widest(texts, bold=bold)
        if widest <= width_pt:
            return self.size_pt
        return max(self.size_pt * width_pt / widest, min(self.layer.label_style.min_size_pt, self.size_pt))


def ink_box(x_pt: float, baseline_pt: float, width_pt: float, size_pt: float, anchor: Anchor = "start") -> Box:
    """The box of a line's ink."""
    left = x_pt - width_pt * {"start": 0.0, "center": 0.5, "end": 1.0}[anchor]
    return Box(left, baseline_pt - ASCENT * size_pt, width_pt, (ASCENT + DESCENT) * size_pt)
