"""Which store: of this machine, or with a shared place behind it."""

from __future__ import annotations

from qwen_pipeline.settings import Settings

from .store import Store


def open_store(settings: Settings) -> Store:
    """The machine's store; with `shared` set, what it lacks is looked for there, and what it makes is put there."""
    if settings.shared is None:
        return Store(settings.store)
    from .objects import open_objects
    from .shared import SharedStore

    return SharedStore(settings.store, open_objects(settings.shared), settings.lease_s)
