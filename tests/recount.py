"""The folds of an engine's ledger, counted anew."""

from __future__ import annotations

from forbear import Engine
from forbear.testing import recount


def differences(engine: Engine, at: int) -> list[str]:
    """Each fold that answers otherwise than a recount, for each person, asked of the ledger and of what is at hand."""
    return recount.differences(engine.policy, engine.store, at)
