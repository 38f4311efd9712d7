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
from .enhancer import (
    BadAnswer,
    Enhancer,
    EnhancerModule,
    Question,
    choose_enhancers,
    enhancer_ids,
    enhancer_info,
    enhancer_module,
)
from .pace import OnPhase
from .session import OnResult, Outcome, SceneStore, Session

__all__ = [
    "BadAnswer",
    "Engine",
    "EngineModule",
    "Enhancer",
    "EnhancerModule",
    "OnPhase",
    "OnResult",
    "Outcome",
    "Question",
    "SceneInputs",
    "SceneStore",
    "Session",
    "check_request",
    "choose_engine",
    "choose_enhancers",
    "engine_ids",
    "engine_info",
    "engine_module",
    "enhancer_ids",
    "enhancer_info",
    "enhancer_module",
    "require_engine",
    "token_counter",
]
