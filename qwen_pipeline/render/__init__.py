"""Render: `SceneRequest` -> `SceneResult`. Engines are files in `engines/`; `draft` needs no GPU."""

from .engine import (
    Engine,
    EngineModule,
    SceneInputs,
    check_request,
    choose_engine,
    engine_ids,
    engine_info,
    engine_module,
    require_engine,
    token_counter,
)
from .pace import OnPhase
from .session import OnResult, Outcome, SceneStore, Session

__all__ = [
    "Engine",
    "EngineModule",
    "OnPhase",
    "OnResult",
    "Outcome",
    "SceneInputs",
    "SceneStore",
    "Session",
    "check_request",
    "choose_engine",
    "engine_ids",
    "engine_info",
    "engine_module",
    "require_engine",
    "token_counter",
]
