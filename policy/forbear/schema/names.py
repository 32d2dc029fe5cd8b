"""What a pack's names are, where a schema is made for one pack; nothing is known of a pack in general."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from forbear.language import ir
from forbear.language.events import KEPT_BY_ENGINE
from forbear.language.shape import NAME, PATH
from forbear.language.types import RecordsType
from forbear.schema.shapes import VALUE, Schema, named, table


@frozen
class Names:
    """Shapes of the places where a pack names something that it declares."""

    event: Schema
    entry: Schema  # any that the ledger holds
    recorded: Mapping[str, Schema] | None  # entry that a rule may record → what may be said of it
    obligations: tuple[str, ...] | None
    text: Schema
    candidates: Schema


def names_of(policy: ir.Policy | None) -> Names:
    """The names of a policy; without one, any well-formed name will do."""
    if policy is None:
        return Names(named(), named(), None, None, named(), named(PATH))
    recorded = {
        name: table(VALUE, NAME, one.attributes) for name, one in policy.entries.items() if name not in KEPT_BY_ENGINE
    }
    lists = [path for path, fact in policy.facts.items() if isinstance(fact.type, RecordsType)]
    return Names(
        event=named(known=policy.events),
        entry=named(known=policy.entries),
        recorded=recorded,
        obligations=tuple(policy.obligations),
        text=named(known=policy.texts),
        candidates=named(known=lists),
    )
