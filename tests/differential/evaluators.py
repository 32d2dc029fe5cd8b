"""Which evaluators are compared: the first is the definition."""

from __future__ import annotations

from collections.abc import Sequence

from differential.trial import Maker
from forbear.evaluate import Compiled, Reference
from forbear.evaluate.durable import Durable, is_available

FIRST: Sequence[Maker] = (Reference, Compiled)


def second() -> Maker | None:
    """The second engine, where it works on this Python."""
    return Durable if is_available() else None
