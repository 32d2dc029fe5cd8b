"""Tests that a pack carries (cases, stories and the runner), and what others verify with: the extra `testing`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forbear.testing import strategies as strategies
    from forbear.testing.machine import Integration as Integration
    from forbear.testing.strategies import histories as histories
    from forbear.testing.verifying import Verified as Verified
    from forbear.testing.verifying import assert_invariants as assert_invariants

_PLACES = {
    "Integration": "forbear.testing.machine",
    "Verified": "forbear.testing.verifying",
    "assert_invariants": "forbear.testing.verifying",
    "histories": "forbear.testing.strategies",
    "strategies": "forbear.testing.strategies",
}
__all__ = ["Integration", "Verified", "assert_invariants", "histories", "strategies"]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from forbear.errors import MissingExtra

    try:
        found = import_module(_PLACES[name])
        return found if found.__name__ == f"{__name__}.{name}" else getattr(found, name)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("hypothesis", "pytest"):
            raise
        raise MissingExtra(f"forbear.testing needs {error.name}: pip install 'forbear[testing]'") from error
