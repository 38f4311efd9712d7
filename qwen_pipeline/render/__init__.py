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
    token_counter,
)
from .session import OnPhase, OnResult, Outcome, SceneStore, Session

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
    "token_counter",
]
