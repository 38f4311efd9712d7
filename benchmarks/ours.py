"""Our side of the scenarios: orders, builds in this process, and command lines for fresh ones."""

from __future__ import annotations

from pathlib import Path

from benchmarks.setting import python
from qwen_pipeline import pipeline
from qwen_pipeline.pipeline import Order
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store
from qwen_pipeline.types import Manifest

SPECS = Path(__file__).parent / "specs"


def order(spec: Path, *overrides: str) -> Order:
    return Order(spec, engine="draft", overrides=overrides)


def make(spec: Path, out: Path, store: Path, *overrides: str) -> Manifest:
    """A build, whatever comes of it."""
    return pipeline.build(order(spec, *overrides), out, Settings(store=store))


def build(spec: Path, out: Path, store: Path, *overrides: str) -> Manifest:
    """A build that has to succeed."""
    manifest = make(spec, out, store, *overrides)
    if manifest.exit_code != 0:
        said = [finding.message for finding in manifest.findings] + [failure.message for failure in manifest.failures]
        raise RuntimeError(f"{spec.name}: exit code {manifest.exit_code}: {'; '.join(said[:5])}")
    return manifest


def cli(command: str, spec: Path, *arguments: str | Path) -> list[str | Path]:
    """A command line for a fresh process."""
    return python("-m", "qwen_pipeline", command, spec, *arguments)


def scene_pictures(spec: Path, store: Path) -> list[Path]:
    """The pictures, drawn already, that a spec's plan asks for."""
    settings = Settings(store=store)
    scenes = pipeline.make_plan(order(spec), settings).plan.scenes
    found = [Store(store).scene(scene.fingerprint) for scene in scenes]
    return [Path(result.path) for result in found if result is not None]
