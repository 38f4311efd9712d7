"""What a flow is asked for, as JSON: Prefect keeps parameters in its database and shows them, so nothing secret may be in them.

Machine settings are the worker's own (`QWEN_PIPELINE_...` in its environment); `machine` goes over them where a run is started
by hand.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qwen_pipeline.pipeline import SHARD_PIECES, Order
from qwen_pipeline.settings import Settings

Machine = dict[str, Any]


class Asked(BaseModel):
    """What is made of a spec: the fields of an `Order` but the spec itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str = "auto"
    locales: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    assets: Path | None = None
    templates: Path | None = None

    @classmethod
    def of(cls, order: Order) -> Asked:
        names = cls.model_fields
        return cls(**{name: getattr(order, name) for name in names})

    def order(self, spec: Path) -> Order:
        return Order(spec, **{name: getattr(self, name) for name in type(self).model_fields})


class Spread(BaseModel):
    """Where the shards of a plan are worked on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    runner: Literal["threads", "dask", "ray", "pool"] = "threads"
    """`threads`: processes of this machine. `dask`, `ray`: a cluster, started here or at `address`. `pool`: flow runs of the
    deployment `shard`, taken up by whatever workers its work pool has."""
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    """How many work at once; None = by pieces and cores."""
    gpus: Annotated[float, Field(ge=0, le=64)] = 0.0
    """Accelerators that a shard claims while it draws."""
    address: str = ""
    """Of a Dask scheduler or a Ray head that is there already."""
    deployment: str = "shard/qwen-pipeline"
    shard: Annotated[int, Field(ge=1, le=10_000)] = SHARD_PIECES
    """Pieces a shard, at most."""


@dataclass(frozen=True)
class Job:
    """One order on one machine."""

    order: Order
    settings: Settings

    @classmethod
    def of(cls, spec: Path, asked: Asked, machine: Machine) -> Job:
        return cls(asked.order(spec.absolute()), settings_of(machine))

    @property
    def asked(self) -> Asked:
        return Asked.of(self.order)


def hands_of(job: Job, spread: Spread) -> int:
    """How many work at once: as asked for, else one a core where the shards are worked on here. Of a pool nobody knows."""
    from qwen_pipeline.pipeline.workers import worker_count

    return spread.workers or job.settings.workers or (1 if spread.runner == "pool" else worker_count(None, 4096))


def settings_of(machine: Machine) -> Settings:
    """The environment's, and over them what is given."""
    return Settings(**{name: value for name, value in machine.items() if value is not None})


def served_at(out: Path, name: str) -> str:
    """Where a browser finds a delivered file: under `QWEN_PIPELINE_SERVED_AT`, if the parent of `out` is served there."""
    base = os.environ.get("QWEN_PIPELINE_SERVED_AT", "").rstrip("/")
    return f"{base}/{out.name}/{name}" if base else (out.absolute() / name).as_uri()
