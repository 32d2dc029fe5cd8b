"""Which stretch between sorted cuts a number falls into."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import polars as pl
from attrs import frozen

from forbear.columns.kinds import looked_up
from forbear.language.types import INT_MAX

FEW = 16  # cuts that are compared one by one
STRETCHES_A_CUT = 16
MOST_STRETCHES = 2**16


def place_of(number: pl.Expr, cuts: Sequence[int], places: Sequence[int]) -> pl.Expr:
    """The place for each number, by how many of the cuts are no greater than it."""
    if len(cuts) <= FEW:
        return _one_by_one(number, cuts, places)
    if cuts[-1] - cuts[0] + 1 >= INT_MAX or cuts[-1] == INT_MAX:
        found = pl.lit(pl.Series(cuts, dtype=pl.Int64)).search_sorted(number, side="right")
        return looked_up(list(places), pl.UInt32, found)
    return number.map_batches(_search(cuts, places).places_of, return_dtype=pl.UInt32, is_elementwise=True)


def _one_by_one(number: pl.Expr, cuts: Sequence[int], places: Sequence[int]) -> pl.Expr:
    found: pl.Expr = pl.lit(places[0], pl.UInt32)
    for cut, place in zip(cuts, places[1:], strict=True):
        found = pl.when(number >= cut).then(pl.lit(place, pl.UInt32)).otherwise(found)
    return found


@frozen
class _Search:
    """A table of equal stretches says how many cuts lie before each; those within it are searched by halves."""

    first: int
    last: int
    width: int
    begins: pl.Series
    steps: tuple[int, ...]
    cuts: pl.Series
    places: pl.Series

    def places_of(self, numbers: pl.Series) -> pl.Series:
        """The places of numbers; null for none."""
        inside = numbers.clip(self.first, self.last)
        stretch = inside - self.first
        if self.width > 1:
            stretch = stretch // self.width
        found = self.begins.gather(stretch.cast(pl.UInt32))
        for step in self.steps:
            passed = self.cuts.gather(found + (step - 1)) <= inside
            found = found + passed.cast(pl.UInt32) * step
        return self.places.gather(found).alias(numbers.name)


def _search(cuts: Sequence[int], places: Sequence[int]) -> _Search:
    first, last = cuts[0] - 1, cuts[-1]
    size = last - first + 1
    width = 1 if size <= MOST_STRETCHES else -(-size // min(MOST_STRETCHES, STRETCHES_A_CUT * len(cuts)))
    begins = [bisect_right(cuts, first + n * width) for n in range((size - 1) // width + 2)]
    most = max(after - one for one, after in pairwise(begins)) if width > 1 else 0
    steps = tuple(1 << n for n in reversed(range(most.bit_length())))
    return _Search(
        first,
        last,
        width,
        pl.Series(begins[:-1], dtype=pl.UInt32),
        steps,
        pl.Series([*cuts, *[INT_MAX] * sum(steps)], dtype=pl.Int64),
        pl.Series(places, dtype=pl.UInt32),
    )
