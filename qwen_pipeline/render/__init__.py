"""Render: `SceneRequest` -> `SceneResult`. Engines are files in `engines/`; `draft` needs no GPU."""

from .engine import Engine, EngineModule, SceneInputs, check_request, choose_engine, engine_ids, engine_module
from .session import OnResult, Outcome, SceneStore, Session

__all__ = [
    "Engine",
    "EngineModule",
    "OnResult",
    "Outcome",
    "SceneInputs",
    "SceneStore",
    "Session",
    "check_request",
    "choose_engine",
    "engine_ids",
    "engine_module",
]
