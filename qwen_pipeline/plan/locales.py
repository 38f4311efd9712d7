"""Locale sets of a piece, and what an expression knows of a locale."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_DEFAULT_SCRIPT = {"zh": "Hans", "ja": "Jpan", "ko": "Kore", "ru": "Cyrl", "ar": "Arab", "he": "Hebr", "el": "Grek", "th": "Thai"}
_HANT = frozenset({"TW", "HK", "MO"})


@lru_cache(maxsize=256)
def locale_names(tag: str) -> Mapping[str, str]:
    """`tag`, `language`, `script` (ISO 15924), `territory` of a BCP 47 tag."""
    parts = tag.split("-")
    language = parts[0]
    script = next((p for p in parts[1:] if len(p) == 4), "")
    territory = next((p for p in parts[1:] if len(p) in (2, 3)), "")
    if not script:
        script = "Hant" if language == "zh" and territory in _HANT else _DEFAULT_SCRIPT.get(language, "Latn")
    return {"tag": tag, "language": language, "script": script, "territory": territory}


def locale_set(written: str) -> tuple[str, ...]:
    """`zh-CN+en-GB` -> its two tags; `zh-CN` -> one."""
    return tuple(written.split("+"))


def is_cjk(tag: str) -> bool:
    return locale_names(tag)["language"] in ("zh", "ja", "ko", "yue")


def resolve_locale_maps(value: Any, tag: str) -> Any:
    """`value` with every map from locales to strings replaced by its string for `tag`; KeyError names a missing one."""
    from qwen_pipeline.types.spec import Text, parse_text

    if isinstance(value, Text):
        found = value.get(tag)
        if found is None:
            raise KeyError(tag)
        return found
    if isinstance(value, Mapping):
        if value and all(isinstance(k, str) and _looks_like_locale(k) for k in value):
            return resolve_locale_maps(parse_text(value), tag)
        return {key: resolve_locale_maps(item, tag) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(resolve_locale_maps(item, tag) for item in value)
    return value


def _looks_like_locale(key: str) -> bool:
    parts = key.split("-")
    known = parts[0] in (
        "zh",
        "en",
        "ja",
        "ko",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "ru",
        "nl",
        "ar",
        "vi",
        "th",
        "id",
        "pl",
        "tr",
        "sv",
        "yue",
    )
    return known and all(len(p) in (2, 3, 4) for p in parts[1:]) and (len(parts) > 1 or len(parts[0]) == 2)
