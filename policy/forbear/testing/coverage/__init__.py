"""What a pack's tests reach: every condition both ways on its own, every rule, outcome, closing, text and choice."""

from __future__ import annotations

from forbear.testing.coverage.goals import KINDS, Goal, Kind, goals
from forbear.testing.coverage.report import Coverage, Missing, coverage_of
from forbear.testing.coverage.watch import Watch

__all__ = ["KINDS", "Coverage", "Goal", "Kind", "Missing", "Watch", "coverage_of", "goals"]
