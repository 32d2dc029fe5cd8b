"""The engine: the one path from an event to a kept decision."""

from __future__ import annotations

from forbear.engine.asynchronous import AsyncEngine
from forbear.engine.events import parse_event
from forbear.engine.lines import parse_line
from forbear.engine.path import Engine
from forbear.engine.pure import Decider

__all__ = ["AsyncEngine", "Decider", "Engine", "parse_event", "parse_line"]
