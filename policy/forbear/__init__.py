"""Forbear: a policy engine that treats people even-handedly.

This is the public face; what is not named here may change without notice.
"""

from __future__ import annotations

from forbear.calendar import WorkingCalendar, hours
from forbear.columns import decide_many
from forbear.engine import AsyncEngine, Decider, Engine
from forbear.errors import (
    ColumnsError,
    Diagnostic,
    EventConflict,
    EventError,
    FactError,
    ForbearError,
    LedgerError,
    PackError,
    PackNotFound,
    PluginError,
    SettingError,
    Span,
)
from forbear.evaluate import Evaluation
from forbear.hooks import hookimpl
from forbear.language.ir import Policy
from forbear.language.pack import load_policy
from forbear.ledger import Store
from forbear.records import (
    Alarm,
    Draft,
    DraftSignals,
    Event,
    Evidence,
    Owed,
    Record,
    SpeechSignals,
    Turn,
    Utterance,
)

__version__ = "0.1.0"

__all__ = [
    "Alarm",
    "AsyncEngine",
    "ColumnsError",
    "Decider",
    "Diagnostic",
    "Draft",
    "DraftSignals",
    "Engine",
    "Evaluation",
    "Event",
    "EventConflict",
    "EventError",
    "Evidence",
    "FactError",
    "ForbearError",
    "LedgerError",
    "Owed",
    "PackError",
    "PackNotFound",
    "PluginError",
    "Policy",
    "Record",
    "SettingError",
    "Span",
    "SpeechSignals",
    "Store",
    "Turn",
    "Utterance",
    "WorkingCalendar",
    "decide_many",
    "hookimpl",
    "hours",
    "load_policy",
]
