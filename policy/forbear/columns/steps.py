"""Which stretch between sorted cuts a number falls into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl
from attrs import frozen

from forbear.columns.kinds import index_dtype, looked_up
from forbear.language.types import INT_MAX

FEW = 16  # cuts that are compared one by one
STRETCHES_A_CUT = 32
NUMBER, STRETCH = "number", "stretch"
MOST_STRETCHES = 2**18


def place_of(number: pl.Expr, cuts: Sequence[int], places: Sequence[int], within: tuple[int, int]) -> pl.Expr:
    """The place for each number `within` two others, by how many of the cuts are no greater than it."""
    if len(cuts) <= FEW:
        return _one_by_one(number, cuts, places)
    if cuts[-1] - cuts[0] + 1 >= INT_MAX or cuts[-1] == INT_MAX:
        found = pl.lit(pl.Series(cuts, dtype=pl.Int64)).search_sorted(number, side="right")
        return looked_up(list(places), pl.UInt32, found)
    search = _search(cuts, places, within)
    return number.map_batches(search.places_of, return_dtype=search.told.dtype, is_elementwise=True)


def _one_by_one(number: pl.Expr, cuts: Sequence[int], places: Sequence[int]) -> pl.Expr:
    found: pl.Expr = pl.lit(places[0], pl.UInt32)
    for cut, place in zip(cuts, places[1:], strict=True):
        found = pl.when(number >= cut).then(pl.lit(place, pl.UInt32)).otherwise(found)
    return found


@frozen
class _Search:
    """A table of equal stretches tells the place of most numbers; where a cut lies within a stretch, the few that
    fall into it are searched by halves."""

    stretch: pl.Expr  # of the number
    begins: pl.Series  # how many cuts lie before each stretch
    told: pl.Series  # the place of each stretch, or that it is untold
    untold: int
    steps: tuple[int, ...]
    cuts: pl.Series
    places: pl.Series

    def places_of(self, numbers: pl.Series) -> pl.Series:
        """The places of numbers; null for none."""
        rows = numbers.to_frame(NUMBER).with_columns_seq(self.stretch.alias(STRETCH))
        found = rows.select_seq(pl.lit(self.told).gather(pl.col(STRETCH))).to_series()
        if self.steps:
            untold = pl.int_range(len(found), dtype=pl.UInt32, eager=True).filter(found == self.untold)
            found.scatter(untold, self._searched(rows.select_seq(pl.all().gather(untold))))
        return found.alias(numbers.name)

    def _searched(self, rows: pl.DataFrame) -> pl.Series:
        before, cuts = pl.col(STRETCH), pl.lit(self.cuts)
        rows = rows.with_columns_seq(pl.lit(self.begins).gather(before).alias(STRETCH))
        for step in self.steps:
            passed = cuts.gather(before + (step - 1)) <= pl.col(NUMBER)
            rows = rows.with_columns_seq(before + pl.when(passed).then(pl.lit(step, pl.UInt32)).otherwise(0))
        return rows.select_seq(pl.lit(self.places).gather(before)).to_series()


def _search(cuts: Sequence[int], places: Sequence[int], within: tuple[int, int]) -> _Search:
    first, last = cuts[0] - 1, cuts[-1]
    number = pl.col(NUMBER)
    if within[1] - within[0] < min(INT_MAX, max(MOST_STRETCHES, (last - first) * 4)):
        first, last = within
    else:
        number = pl.min_horizontal(pl.max_horizontal(number, pl.lit(first, pl.Int64)), pl.lit(last, pl.Int64))
    width = 1
    while last - first >= width * min(MOST_STRETCHES, STRETCHES_A_CUT * len(cuts)):
        width *= 2
    passed = pl.Series([-((first - cut) // width) for cut in cuts], dtype=pl.Int64)
    begins = passed.search_sorted(pl.int_range((last - first) // width + 1, eager=True), side="right")
    inside = Counter((cut - first) // width for cut in cuts if (cut - first) % width)
    steps = tuple(1 << n for n in reversed(range(max(inside.values(), default=0).bit_length())))
    untold = max(places) + 1
    told = pl.Series(places, dtype=index_dtype(untold + 1)).gather(begins)
    beyond = [INT_MAX] * sum(steps)  # where a number may lie behind them, it is in the last place all the same
    return _Search(
        _stretch(number, first, last, width),
        begins,
        told.scatter(list(inside), untold) if inside else told,
        untold,
        steps,
        pl.Series([*cuts, *beyond], dtype=pl.Int64),
        pl.Series([*places, *[places[-1]] * len(beyond)], dtype=told.dtype),
    )


def _stretch(number: pl.Expr, first: int, last: int, width: int) -> pl.Expr:
    """The number of the stretch, in 32 bits as soon as these suffice."""
    if first:
        number = number - pl.lit(first, pl.Int64)
    if last - first < 2**32:
        return number.cast(pl.UInt32, wrap_numerical=True) // pl.lit(width, pl.UInt32)
    return (number // pl.lit(width, pl.Int64)).cast(pl.UInt32, wrap_numerical=True)
