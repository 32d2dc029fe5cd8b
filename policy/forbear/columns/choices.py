"""One decision as columns: which rule decides, the outcome, whether it fell back."""

from __future__ import annotations

from functools import reduce
from operator import add

import polars as pl

from forbear.columns.asked import Asked, Choice, column_of, plain, valued
from forbear.columns.formulas import Kinds
from forbear.columns.hits import NUMBERS, Conditions, all_hits, first_hit, listed_sets, only_hit
from forbear.columns.kinds import dtype_of, index_dtype, looked_up
from forbear.evaluate.reference import gather
from forbear.language import ir
from forbear.language.types import INT_MAX, EnumType, IntType, Type


def choose(asked: Asked, conditions: Conditions, degraded: pl.Expr | None, kinds: Kinds) -> Choice:
    """The columns of a decision whose rules have these conditions."""
    if asked.decision.hit == "collect":
        if asked.constant and conditions.space is not None:
            return _collected_sets(asked, conditions, degraded)
        return _collected(asked, conditions, degraded, kinds)
    return _one(asked, _deciding(asked, conditions, kinds), degraded, kinds)


# --- one rule decides


def _deciding(asked: Asked, conditions: Conditions, kinds: Kinds) -> pl.Expr:
    match asked.decision.hit:
        case "unique":
            return only_hit(conditions)
        case "priority" if not asked.constant:
            return _severest(asked, conditions, kinds)
        case _:
            return first_hit(conditions)


def _severest(asked: Asked, conditions: Conditions, kinds: Kinds) -> pl.Expr:
    """The first rule of those whose outcome, known only in each row, is the severest."""
    kind = asked.decision.type
    assert isinstance(kind, EnumType)
    none, most = len(asked.rules), len(kind.values)
    hits, keys = all_hits(conditions), []
    for n, then in enumerate(asked.thens):
        mildness = most - 1 - valued(then, kind, kinds).to_physical().cast(pl.Int64)
        keys.append(pl.when(hits.list.contains(pl.lit(n, pl.UInt32))).then(mildness * none + n))
    found = pl.min_horizontal(keys) if keys else pl.lit(None, pl.Int64)
    return (found % max(none, 1)).fill_null(none).cast(index_dtype(none + 2))


def _one(asked: Asked, deciding: pl.Expr, degraded: pl.Expr | None, kinds: Kinds) -> Choice:
    decision, none = asked.decision, len(asked.rules)
    dtype, index = index_dtype(none + 2), pl.col(column_of(asked.decision.name))
    if degraded is not None:
        deciding = pl.when(degraded).then(pl.lit(none + 1, dtype)).otherwise(deciding)
    values = [one.value if isinstance(one, ir.Constant) else None for one in asked.thens]
    outcome = looked_up(plain([*values, asked.otherwise, asked.fallback]), dtype_of(decision.type), index)
    for n, then in enumerate(asked.thens):
        if not isinstance(then, ir.Constant):
            outcome = pl.when(index == n).then(valued(then, decision.type, kinds)).otherwise(outcome)

    def fired(numbers: frozenset[int]) -> pl.Expr:
        return looked_up([n in numbers for n in range(none + 2)], pl.Boolean, index)

    sure = degraded is None and decision.hit != "unique"
    fell_back = pl.lit(False) if sure else index == none + 1
    return Choice(deciding, outcome, _named(asked.ids, index), fell_back, fired)


def _named(ids: list[str], index: pl.Expr) -> pl.Expr:
    """The rule by its name; null where none decides. A table without nulls is the faster one to look into."""
    if not ids:
        return pl.lit(None, pl.Enum(ids))
    return pl.when(index < len(ids)).then(looked_up([*ids, ids[0], ids[0]], pl.Enum(ids), index))


# --- all matching rules are gathered


def _collected_sets(asked: Asked, conditions: Conditions, degraded: pl.Expr | None) -> Choice:
    """Where every set of rules that may match together is known beforehand, each has a number."""
    assert conditions.space is not None
    decision = asked.decision
    sets, deciding = listed_sets(conditions.space)
    index, fallback = pl.col(column_of(decision.name)), len(sets)
    if degraded is not None:
        deciding = pl.when(degraded).then(pl.lit(fallback, pl.UInt32)).otherwise(deciding)
    thens = [one.value for one in asked.thens if isinstance(one, ir.Constant)]
    values = [gather(decision, [thens[n] for n in one]) for one in sets]
    outcome = looked_up(plain([*values, asked.fallback]), dtype_of(decision.outcome_type), index)
    ids = asked.ids
    rule = looked_up([*([ids[n] for n in one] for one in sets), []], pl.List(pl.Enum(ids)), index)

    def fired(numbers: frozenset[int]) -> pl.Expr:
        return looked_up([*(not numbers.isdisjoint(one) for one in sets), False], pl.Boolean, index)

    return Choice(deciding, outcome, rule, index == fallback, fired)


def _collected(asked: Asked, conditions: Conditions, degraded: pl.Expr | None, kinds: Kinds) -> Choice:
    """The numbers of the matching rules as a list; null where the decision falls back."""
    decision = asked.decision
    index, deciding = pl.col(column_of(decision.name)), all_hits(conditions)
    if degraded is not None:
        deciding = pl.when(~degraded).then(deciding)
    fallback = pl.lit(pl.Series(plain([asked.fallback]), dtype=dtype_of(decision.outcome_type))).first()
    values = _added(asked, index, kinds) if isinstance(decision.type, IntType) else _gathered(asked, index, kinds)
    ids = pl.Series(asked.ids, dtype=pl.Enum(asked.ids))
    rule = index.fill_null(pl.lit(pl.Series([[]], dtype=NUMBERS)).first()).list.eval(pl.lit(ids).gather(pl.element()))

    def fired(numbers: frozenset[int]) -> pl.Expr:
        held = (index.list.contains(pl.lit(n, pl.UInt32)) for n in sorted(numbers))
        return pl.any_horizontal(list(held)).fill_null(False)

    outcome = pl.when(index.is_not_null()).then(values).otherwise(fallback)
    return Choice(deciding, outcome, rule, index.is_null(), fired)


def _each(asked: Asked, index: pl.Expr, kinds: Kinds, kind: Type) -> list[pl.Expr]:
    """What each rule gives where it matches."""
    given = (valued(then, kind, kinds) for then in asked.thens)
    return [pl.when(index.list.contains(pl.lit(n, pl.UInt32))).then(one) for n, one in enumerate(given)]


def _added(asked: Asked, index: pl.Expr, kinds: Kinds) -> pl.Expr:
    """The sum within the range of the type, in as many bits as it may need on the way."""
    kind = asked.decision.type
    assert isinstance(kind, IntType)
    wide = pl.Int64 if max(-kind.low, kind.high) * (len(asked.rules) + 1) <= INT_MAX else pl.Int128
    if asked.constant:
        thens = pl.Series([one.value for one in asked.thens if isinstance(one, ir.Constant)], dtype=wide)
        total = index.list.eval(pl.lit(thens).gather(pl.element())).list.sum()
    else:
        total = reduce(add, (one.cast(wide).fill_null(pl.lit(0, wide)) for one in _each(asked, index, kinds, kind)))
    return total.clip(pl.lit(kind.low, wide), pl.lit(kind.high, wide)).cast(pl.Int64)


def _gathered(asked: Asked, index: pl.Expr, kinds: Kinds) -> pl.Expr:
    """The values, each once, in the order of the rules."""
    kind = asked.decision.type
    if asked.constant:
        thens = pl.Series([one.value for one in asked.thens if isinstance(one, ir.Constant)], dtype=dtype_of(kind))
        given = index.list.eval(pl.lit(thens).gather(pl.element()))
    else:
        given = pl.concat_list(_each(asked, index, kinds, kind)).list.drop_nulls()
    return given.list.unique(maintain_order=True)
