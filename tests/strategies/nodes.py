"""Walks over a policy: every expression in it, and every node of an expression."""

from __future__ import annotations

from forbear.testing.strategies.constants import expressions as expressions
from forbear.testing.strategies.constants import nodes as nodes
