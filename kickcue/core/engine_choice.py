"""The engine for a plan: a race's or a session's; whoever drives it need not know which."""

from kickcue.core.engine import Engine
from kickcue.core.engine_config import EngineConfig
from kickcue.core.session.session_engine import SessionEngine

AnyEngine = Engine | SessionEngine


def engine_for(config: EngineConfig) -> AnyEngine:
    """Return the engine that runs the plan of ``config``."""
    return Engine(config) if config.plan.is_race else SessionEngine(config)
