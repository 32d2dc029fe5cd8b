"""Hypothesis strategies for what a policy may meet: facts, events, whole histories. Needs the extra `testing`."""

from forbear.language.walk import nodes
from forbear.testing.strategies.constants import constants, expressions
from forbear.testing.strategies.events import event_types, facts_of
from forbear.testing.strategies.telling import Telling, histories
from forbear.testing.strategies.values import (
    Facts,
    attributes_for,
    candidates,
    declared_at,
    degraded_for,
    entry_attributes,
    facts_for,
    values,
)

__all__ = [
    "Facts",
    "Telling",
    "attributes_for",
    "candidates",
    "constants",
    "declared_at",
    "degraded_for",
    "entry_attributes",
    "event_types",
    "expressions",
    "facts_for",
    "facts_of",
    "histories",
    "nodes",
    "values",
]
