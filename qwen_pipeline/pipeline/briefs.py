"""Sets of briefs to evaluate engines with: prompts, with or without the strings that the pictures must spell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.types import Place

_HANZI = re.compile(r"[㐀-鿿]")
_UNSAFE = re.compile(r"[^\w.-]+")
Item = TypeVar("Item")
Layout = Literal["briefs", "geneval", "dpg"]
"""How pictures are laid out for outside scoring: GenEval's folders, DPG-Bench's names, or one folder of our own."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One picture to draw. `id` is unique within a run; `source` is the line as it was written, for outside scoring."""

    id: str
    set: str
    prompt: str
    texts: tuple[str, ...] = ()
    language: str = ""
    category: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class BriefSet:
    """A set as read from one file or folder."""

    name: str
    layout: Layout
    briefs: tuple[Brief, ...]


def read_set(path: Path, limit: int | None = None) -> BriefSet:
    """The briefs of a JSONL file, of a text file with a prompt a line, or of a folder of .txt files; `limit` of them, evenly.

    Keys of a JSONL line: `prompt`; `text` or `texts` (a string or a list), `language`, `category`, `prompt_id` or `id`. Raises
    SpecError with every line that is wrong.
    """
    name = _UNSAFE.sub("-", path.stem)
    if path.is_dir():
        files = _spread(sorted(path.glob("*.txt")), limit)
        briefs = [Brief(file.stem, name, file.read_text("utf-8").strip(), source=file.name) for file in files]
        return BriefSet(name, "dpg", tuple(_some(briefs, path)))
    try:
        lines = [(n, line) for n, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError([Diagnostic("unreadable", f"cannot read {path.name}: {error}", Place(str(path)))]) from error
    if path.suffix == ".txt":
        briefs = [Brief(f"{n:05d}", name, line.strip(), source=line) for n, line in _spread(lines, limit)]
        return BriefSet(name, "briefs", tuple(_some(briefs, path)))
    entries = _entries(lines, path)
    geneval = all("tag" in entry and "include" in entry for _, _, entry in entries)
    briefs = [_brief(index, line, entry, name) for index, (_, line, entry) in enumerate(entries)]
    apart = list(_named_apart(_some(briefs, path)))
    return BriefSet(name, "geneval" if geneval and entries else "briefs", tuple(_spread(apart, limit)))


def _spread(items: list[Item], limit: int | None) -> list[Item]:
    """So many of the items, evenly from the first on."""
    if limit is None or limit >= len(items):
        return items
    return [items[number * len(items) // limit] for number in range(limit)]


def _entries(lines: Iterable[tuple[int, str]], path: Path) -> list[tuple[int, str, Mapping[str, Any]]]:
    entries, problems = [], []
    for number, line in lines:
        try:
            entry = json.loads(line)
        except ValueError as error:
            problems.append(Diagnostic("bad-json", f"not JSON: {error}", Place(str(path), number)))
            continue
        why = _wrong(entry)
        if why:
            problems.append(Diagnostic("bad-brief", why, Place(str(path), number), 'as in {"prompt": "...", "text": ["..."]}'))
        else:
            entries.append((number, line, entry))
    if problems:
        raise SpecError(problems)
    return entries


def _wrong(entry: Any) -> str:
    if not isinstance(entry, dict):
        return "a line is one JSON object"
    prompt = entry.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        return "`prompt` is missing, or is no text"
    texts = entry.get("texts", entry.get("text", []))
    if isinstance(texts, str) or (isinstance(texts, list) and all(isinstance(text, str) for text in texts)):
        return ""
    return "`text` is a string, or a list of strings"


def _brief(index: int, line: str, entry: Mapping[str, Any], name: str) -> Brief:
    texts = entry.get("texts", entry.get("text", []))
    texts = tuple(text for text in ([texts] if isinstance(texts, str) else texts) if text.strip())
    language = str(entry.get("language") or ("zh" if _HANZI.search(" ".join(texts) or entry["prompt"]) else "en"))
    own = entry.get("prompt_id", entry.get("id", index))
    number = f"{own:04d}" if isinstance(own, int) else _UNSAFE.sub("-", str(own))
    return Brief(number, name, entry["prompt"], texts, language, str(entry.get("category") or ""), line)


def _named_apart(briefs: Iterable[Brief]) -> Iterator[Brief]:
    """Briefs of one id get the number of their turn."""
    seen: dict[str, int] = {}
    for brief in briefs:
        seen[brief.id] = seen.get(brief.id, 0) + 1
        yield brief if seen[brief.id] == 1 else replace(brief, id=f"{brief.id}-{seen[brief.id]}")


def _some(briefs: list[Brief], path: Path) -> list[Brief]:
    if not briefs:
        raise SpecError([Diagnostic("no-briefs", f"{path.name} holds no prompt", Place(str(path)))])
    return briefs
