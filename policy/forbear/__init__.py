"""Forbear: a policy engine that treats people even-handedly.

This is the public face; what is not named here may change without notice.
"""

from __future__ import annotations

from forbear.calendar import WorkingCalendar, hours
from forbear.engine import AsyncEngine, Engine
from forbear.errors import (
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
    "Diagnostic",
    "Draft",
    "DraftSignals",
    "Engine",
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
    "hookimpl",
    "hours",
    "load_policy",
]
