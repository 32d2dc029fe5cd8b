"""The promises of the asked decisions: which of them do not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from attrs import frozen

from forbear.columns.formulas import Kinds
from forbear.columns.hits import NUMBERS, Conditions, all_hits, listed_sets, shared_out
from forbear.columns.kinds import looked_up
from forbear.columns.masks import Mask, Masks, any_of
from forbear.columns.opening import VIOLATED, Opened
from forbear.columns.settled import settled
from forbear.columns.spaces import Reading, Sets, reading
from forbear.columns.variables import Reads
from forbear.language import ir
from forbear.language.types import Value


@frozen
class Promised:
    """Promises that are in doubt together: their numbers in the order of the policy, and what breaks each."""

    decision: str
    numbers: tuple[int, ...]
    broken: tuple[Reading, ...]
    paths: frozenset[str]  # all that they read


@frozen
class Broken:
    """Whether some of the promises do not hold (1, else 0), and the numbers of those."""

    some: pl.Expr
    numbers: pl.Expr


def asked_promises(opened: Opened) -> tuple[ir.Invariant, ...]:
    """The promises of the asked decisions that can be checked in a row, in the order of the policy."""
    return tuple(
        one
        for one in opened.policy.invariants
        if opened.event in one.asked_on and one.decision in opened.asked and not one.about and not one.throughout
    )


def promised(opened: Opened, readable: Reads, known: Mapping[str, Value]) -> list[Promised]:
    """The promises, those of one decision together; of a given decision each by itself, for each may be in doubt."""
    paths = {one.name: reads for one, reads in opened.policy.plans[opened.event].promised}
    told: dict[tuple[str, int], list[tuple[int, ir.Invariant]]] = {}
    for n, one in enumerate(asked_promises(opened)):
        told.setdefault((one.decision, n if one.decision in opened.fixed else -1), []).append((n, one))
    return [
        Promised(
            decision,
            tuple(n for n, _ in several),
            tuple(reading(_breaking(one, known), readable) for _, one in several),
            frozenset().union(*(paths[one.name] for _, one in several)),
        )
        for (decision, _), several in told.items()
    ]


def _breaking(one: ir.Invariant, known: Mapping[str, Value]) -> ir.Expr:
    condition = settled(one.condition, known)
    return condition if one.never else ir.Not(condition)


def broken(one: Promised, sets: Sets, masks: Masks, kinds: Kinds, doubt: pl.Expr | None) -> Broken | None:
    """What breaks some promises; None where nothing can."""
    few = masks.of(one.broken)
    found = _told(shared_out(one.broken, sets, kinds), one.numbers) if few is None else _masked(few, one.numbers)
    if found is None or doubt is None:
        return found
    nothing = pl.lit(pl.Series([[]], dtype=NUMBERS)).first()
    some = pl.when(doubt).then(pl.lit(0, pl.UInt8)).otherwise(found.some)
    return Broken(some, pl.when(doubt).then(nothing).otherwise(found.numbers))


def _masked(masks: Sequence[Mask], numbers: Sequence[int]) -> Broken | None:
    some = any_of(masks)
    if some is False:
        return None
    listed = [pl.when(mask).then(pl.lit(n, pl.UInt32)) for n, mask in zip(numbers, masks, strict=True)]
    return Broken(pl.lit(some) if some is True else some, pl.concat_list(listed).list.drop_nulls())


def _told(asked: Conditions, numbers: Sequence[int]) -> Broken | None:
    if asked.space is not None:
        several, index = listed_sets(asked.space)
        if not any(several):
            return None
        some = asked.space.told([int(held > 0) for held in asked.space.cells()], pl.UInt8)
        return Broken(some, looked_up([[numbers[n] for n in one] for one in several], NUMBERS, index))
    hits = all_hits(asked)
    listed = hits.list.eval(pl.lit(pl.Series(numbers, dtype=pl.UInt32)).gather(pl.element()))
    return Broken((hits.list.len() > 0).cast(pl.UInt8), listed)


def violated(values: pl.DataFrame, found: Sequence[Broken], promises: Sequence[ir.Invariant]) -> pl.Series | None:
    """The names of the promises that do not hold in each row, in the order of the policy; None where all hold."""
    some = values.select(one.some.alias(str(n)) for n, one in enumerate(found))
    if not any(column.max() for column in some):
        return None
    numbers = pl.concat_list([one.numbers for one in found]).list.sort()
    names = pl.Series([one.name for one in promises], dtype=named(promises))
    return values.with_columns(numbers.list.eval(pl.lit(names).gather(pl.element())).alias(VIOLATED))[VIOLATED]


def named(promises: Sequence[ir.Invariant]) -> pl.Enum:
    """The data type of a promise's name."""
    return pl.Enum([one.name for one in promises])
