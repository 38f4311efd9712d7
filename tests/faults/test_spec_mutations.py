"""Good specs with one thing changed at random: each loads or gives a SpecError with places, and never anything else."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.spec import load
from qwen_pipeline.spec.report import Report
from qwen_pipeline.spec.tree import plain
from qwen_pipeline.spec.yaml12 import parse
from qwen_pipeline.types import Place

EXAMPLES = Path(__file__).parents[2] / "examples"
SPECS = sorted(p for p in EXAMPLES.glob("*/*.yaml") if not p.name.startswith("_"))
STRANGE: list[Any] = [
    None, True, False, 0, -1, 3.5, 1e308, 10**40, "", " ", "no", "3mm", "-5%", "{{", "{{ a", "{% for %}", "..", "/etc/passwd",
    "~/x",
    "\u202e", "a\nb", "\U0001f375", "zh-CN", "zh_CN+en", "none", "x" * 3000, [], {}, [None], [[]], {"": 1}, {"zh-CN": None},
    {"a": {"b": {}}}, [1, "a", {}], {"zh-CN": "茶", "en-GB": ["x"]}, {"id": 3}, {"kind": "text"}, {"x-note": 1}, "#fff", "\\",
]  # fmt: skip


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key or index) of everything in the tree."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        yield value, key
        yield from spots(item)


def lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: lists(item) for key, item in value.items()}
    return [lists(item) for item in value] if isinstance(value, tuple) else value


def mutate(tree: Any, chance: random.Random) -> None:
    container, key = chance.choice(list(spots(tree)))
    what = chance.randrange(4)
    if what == 0:
        del container[key]
    elif what == 1 and isinstance(container, dict):
        container[chance.choice([f"{key}x", key[:-1], "layers", "when", "id", "scene"])] = container.pop(key)
    elif what == 2 and isinstance(container, list):
        container.insert(0, copy.deepcopy(container[key]))
    else:
        container[key] = copy.deepcopy(chance.choice(STRANGE))


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_a_changed_spec_loads_or_says_what_is_wrong(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(path.parent, folder)
    good = parse(path.read_bytes(), path.name, Report()).data
    for seed in range(24):
        tree = lists(plain(good))
        chance = random.Random(f"{path.stem}/{seed}")
        for _ in range(1 + seed % 3):
            if tree:
                mutate(tree, chance)
        (folder / path.name).write_text(json.dumps(tree, ensure_ascii=False, indent=1), encoding="utf-8")
        found = diagnostics(folder / path.name)
        assert all(d.code and d.message and d.place.file for d in found)


def diagnostics(path: Path) -> tuple[Diagnostic, ...]:
    """What is wrong with a spec; empty where it loads."""
    try:
        load(path)
    except SpecError as error:
        return error.diagnostics or (Diagnostic("", "", Place("")),)
    return ()
