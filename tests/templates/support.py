"""What the tests of the templates share: layouts with what they inherit, read the plain way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from qwen_pipeline.types.spec import Layout, SlotSpec, TypeScale

ROOT = Path(__file__).parents[2] / "templates"
KINDS = sorted(path.parent for path in ROOT.glob("*/kind.yaml"))
LAYOUTS = sorted(ROOT.glob("*/layouts/*.yaml"))
STYLES = sorted((ROOT / "_shared" / "styles").glob("*.yaml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def scale() -> TypeScale:
    return TypeScale.model_validate(read(ROOT / "_shared" / "type.yaml"))


def chain(path: Path) -> list[Layout]:
    """A layout and those it extends, the eldest first."""
    layout = Layout.model_validate(read(path))
    return [*(chain(path.with_name(f"{layout.extends}.yaml")) if layout.extends else []), layout]


def slots(path: Path) -> Mapping[str, SlotSpec]:
    """What a derived layout says of a slot goes over what its base says."""
    found: dict[str, SlotSpec] = {}
    for layout in chain(path):
        for name, slot in layout.slots.items():
            own = {key: getattr(slot, key) for key in slot.model_fields_set}
            found[name] = found[name].model_copy(update=own) if name in found else slot
    return found


def region_names(path: Path) -> set[str]:
    """All names a layer may stand in: regions, `stats[]`, `stats[].value`."""
    names = {"page", "bleed"}
    for layout in chain(path):
        for name, region in layout.regions.items():
            names.add(name)
            if region.grid:
                names.add(f"{name}[]")
            names |= {f"{name}[].{cell}" for cell in region.cells}
    return names


def layout_id(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.stem}"
