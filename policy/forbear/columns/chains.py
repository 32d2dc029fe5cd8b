"""A decision of few rules: the first of their masks that holds tells the rule and the outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from forbear.columns.asked import Asked, Choice, column_of, plain, valued
from forbear.columns.formulas import Kinds
from forbear.columns.kinds import Dtype, dtype_of, everywhere, index_dtype
from forbear.columns.masks import Mask, all_of, any_of
from forbear.language import ir
from forbear.language.types import Value

Given = Value | pl.Expr | None
"""What holds in the rows of a mask: the same in all, or worked out in each."""


def chained(asked: Asked, masks: Sequence[Mask], degraded: pl.Expr | None, kinds: Kinds) -> Choice:
    """The columns of a decision whose rules hold in these masks."""
    decision, none = asked.decision, len(asked.rules)
    fell = any_of([degraded is not None and degraded, decision.hit == "unique" and several(masks)])
    kind, ids = dtype_of(decision.type), pl.Enum(asked.ids)
    thens = [one.value if isinstance(one, ir.Constant) else valued(one, decision.type, kinds) for one in asked.thens]

    def chain(dtype: Dtype, fallback: Given, values: Sequence[Given], otherwise: Given) -> pl.Expr:
        return _chain([fell, *masks, True], [fallback, *values, otherwise], dtype)

    def fired(numbers: frozenset[int]) -> pl.Expr:
        return pl.col(column_of(decision.name)).is_in(sorted(numbers))

    return Choice(
        chain(index_dtype(none + 2), none + 1, range(none), none),
        chain(kind, asked.fallback, thens, asked.otherwise),
        chain(ids, None, asked.ids, None),
        pl.lit(fell) if isinstance(fell, bool) else fell,
        fired,
    )


def several(masks: Sequence[Mask]) -> Mask:
    """Where more than one of them holds."""
    some, more = any_of([]), any_of([])
    for mask in masks:
        some, more = any_of([some, mask]), any_of([more, all_of([some, mask])])
    return more


def _chain(masks: Sequence[Mask], values: Sequence[Given], dtype: Dtype) -> pl.Expr:
    """The value of the first mask that holds; the last holds everywhere."""
    links = list(_links(masks, values))
    last = links.pop()[1]
    if not links and not isinstance(last, pl.Expr):
        return everywhere(plain([last])[0], dtype)
    found = _shown(last, dtype)
    for mask, value in reversed(links):
        found = pl.when(mask).then(_shown(value, dtype)).otherwise(found)
    return found


def _links(masks: Sequence[Mask], values: Sequence[Given]) -> Iterator[tuple[Mask, Given]]:
    """Neighbours with one value in one link, as far as anything is asked."""
    last: tuple[Mask, Given] = False, None
    for mask, value in zip(masks, values, strict=True):
        if mask is False:
            continue
        if last[0] is not False and not _same(last[1], value):
            yield last
            last = False, None
        last = any_of([last[0], mask]), value
        if mask is True:
            break
    yield last


def _same(one: Given, other: Given) -> bool:
    return not isinstance(one, pl.Expr) and not isinstance(other, pl.Expr) and one == other


def _shown(value: Given, dtype: Dtype) -> pl.Expr:
    if isinstance(value, pl.Expr):
        return value
    return pl.lit(pl.Series(plain([value]), dtype=dtype)).first()
