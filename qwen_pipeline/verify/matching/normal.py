"""When two texts count as the same although they are written with different signs."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.verify.fold import squeeze

_DASHES = "‐‑‒–—―−─━ー－﹘⸺⸻─"
_SAME = (
    dict.fromkeys(_DASHES, "-")
    | dict.fromkeys("“”„‟〝〞＂«»", '"')
    | dict.fromkeys("‘’‚‛′`´＇", "'")
    | dict.fromkeys("·•・‧∙⋅●▪・", "·")
    | dict.fromkeys("～〜∼˜", "~")
    | dict.fromkeys("｜│┃∣", "|")
    | dict.fromkeys("○◯", "〇")
    | {"￥": "¥", "℃": "°C", "∶": ":", "…": "…", "⋯": "…", "﹒": "·"}
)
_COLLAPSED = "-…"


@dataclass(frozen=True, slots=True)
class Normal:
    """Normalised text; `index[i]` is the place in the original of the character `text[i]` came from."""

    text: str
    index: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)


@lru_cache(maxsize=4096)
def normal(text: str) -> Normal:
    """NFKC, one sign for each family (dashes, quotes, dots, bars), no white space; case is kept.

    White space goes because readers drop and invent it where Chinese and Latin meet.
    """
    letters: list[str] = []
    index: list[int] = []
    for place, char in enumerate(text):
        for one in _plain(char):
            if one in _COLLAPSED and letters and letters[-1] == one:
                continue
            letters.append(one)
            index.append(place)
    return _joined_dots(Normal("".join(letters), tuple(index)))


def _plain(char: str) -> str:
    same = _SAME.get(char)
    if same is None:
        folded = squeeze(unicodedata.normalize("NFKC", squeeze(char)))
        same = "".join(_SAME.get(one, one) for one in folded)
    return same


def _joined_dots(text: Normal) -> Normal:
    """Three full stops or more are an ellipsis: readers see either."""
    letters, index = list(text.text), list(text.index)
    start = 0
    while start < len(letters):
        end = start
        while end < len(letters) and letters[end] == ".":
            end += 1
        if end - start >= 3:
            letters[start:end], index[start:end] = ["…"], [index[start]]
        start = max(end if end - start < 3 else start, start) + 1
    return Normal("".join(letters), tuple(index))
