"""Proofs: what holds of a policy over all facts, all settings and every history. Needs the extra `prove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forbear.errors import MissingExtra

if TYPE_CHECKING:
    from forbear.prove.proving import Report as Report
    from forbear.prove.proving import Verdict as Verdict
    from forbear.prove.proving import prove as prove

__all__ = ["Report", "Verdict", "prove"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from forbear.prove import proving
    except ImportError as error:
        raise MissingExtra(f"a proof needs Z3 ({error}): pip install 'forbear[prove]'") from error
    return getattr(proving, name)
