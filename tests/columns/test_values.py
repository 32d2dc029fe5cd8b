"""Columns are fitted as `fit` fits one value after the other, and numbers are found between cuts."""

from __future__ import annotations

import json
from bisect import bisect_right
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
import pytest

from forbear import decide_many
from forbear.columns import steps
from forbear.columns.bits import picked, runs, signatures, span, tiled
from forbear.columns.fitting import fitted
from forbear.columns.kinds import everywhere, quotient
from forbear.errors import FactError
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, StringType, Type, fit

SCALED = 10**15  # the bound of a decimal
WIDE, NARROW = DecimalType(2, -SCALED, SCALED), DecimalType(2, -500, 100_000)


def one_by_one(kind: Type, value: Any) -> Any:
    try:
        found = fit("value", kind, value)
    except FactError:
        return None
    return list(found) if isinstance(found, tuple) else found


def floats() -> list[float]:
    random = Random("floats")
    found = [
        random.randint(-(10**size), 10**size) / 10**places
        for size in (2, 4, 8)
        for places in range(6)
        for _ in range(99)
    ]
    found += [random.uniform(-1, 1) * 10.0 ** random.randint(-12, 17) for _ in range(500)]
    ties = [0.715, 0.125, -0.125, 2.675, 1.005, 0.005, -0.005, 4.35, 0.285]
    return [*found, *ties, float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, 1e308]


DECIMALS = [Decimal(n).scaleb(-places) for n in range(-2600, 2600, 7) for places in range(5)]
WHOLE = [-(2**63), -129, -128, -6, -5, 0, 1, 5, 6, 127, 255, 256, 2**53, 2**63 - 1]
CASES: list[tuple[Type, pl.Series]] = [
    *((DecimalType(places, -SCALED // 100, SCALED // 100), pl.Series(floats())) for places in (1, 2, 3, 6)),
    (WIDE, pl.Series(floats())),
    (NARROW, pl.Series(floats(), dtype=pl.Float32)),
    (NARROW, pl.Series([0.125])),
    (NARROW, pl.Series(WHOLE)),
    (NARROW, pl.Series(DECIMALS)),
    (WIDE, pl.Series(DECIMALS)),
    (DecimalType(6, -SCALED, SCALED), pl.Series(DECIMALS)),
    (IntType(-5, 255), pl.Series(WHOLE)),
    (IntType(), pl.Series(WHOLE)),
    (IntType(-5, 200), pl.Series([-128, -6, -5, 0, 127], dtype=pl.Int8)),
    (IntType(300, 400), pl.Series([0, 255], dtype=pl.UInt8)),
    (IntType(), pl.Series([0, 2**53, 2**64 - 1], dtype=pl.UInt64)),
    (IntType(0, 1), pl.Series([1.0, 0.0])),
    (IntType(0, 1), pl.Series([True, False])),
    (BoolType(), pl.Series([1, 0])),
    (BoolType(), pl.Series([True, None])),
    (EnumType(("a", "b")), pl.Series(["a", "b", "c", "", None])),
    (EnumType(("a", "b")), pl.Series(["b", "c", None], dtype=pl.Categorical)),
    (EnumType(("a", "b")), pl.Series(["c", "b", None], dtype=pl.Enum(["c", "b"]))),
    (EnumType(("a", "b")), pl.Series([0, 1])),
    (StringType(), pl.Series(["a", "", "a\0b", "好" * 10_000, "好" * 10_001, None])),
    (StringType(), pl.Series([None, None])),
    (ListType(IntType(0, 3)), pl.Series([[0, 3], [4], [], [None], None])),
    (ListType(IntType(0, 3)), pl.Series([[0, 3], [4, 1]], dtype=pl.Array(pl.Int64, 2))),
    (ListType(EnumType(("a", "b"))), pl.Series([["a", "b"], ["c"], [], None])),
    (ListType(NARROW), pl.Series([[0.125, 0.135], [-9.0], [], None])),
    (ListType(BoolType()), pl.Series([[], []])),
    (ListType(BoolType()), pl.Series([True])),
]


@pytest.mark.parametrize(("kind", "column"), CASES)
def test_a_column_is_fitted_as_each_of_its_values(kind: Type, column: pl.Series) -> None:
    frame = column.alias("x").to_frame()
    inner = frame.with_columns(fitted(kind, column.dtype, pl.col("x")).alias("inner"))["inner"].to_list()
    given = zip(column.to_list(), inner, strict=True)
    assert [(value, found) for value, found in given if found != one_by_one(kind, value)] == []


@pytest.mark.parametrize("numbers", [[], [114.0], [114.0, None], [float(n) for n in range(-999, 999)]])
def test_a_quotient_is_the_nearest_float(numbers: list[float | None]) -> None:
    frame = pl.DataFrame({"x": pl.Series(numbers, dtype=pl.Float64)})
    assert frame.select(quotient(pl.col("x"), 100.0))["x"].to_list() == [n and n / 100.0 for n in numbers]


@pytest.mark.parametrize("few", [0, 16])
@pytest.mark.parametrize("stretches", [3, 2**16])
def test_a_number_is_placed_between_cuts(monkeypatch: pytest.MonkeyPatch, few: int, stretches: int) -> None:
    monkeypatch.setattr(steps, "FEW", few)
    monkeypatch.setattr(steps, "MOST_STRETCHES", stretches)
    random = Random(f"cuts:{few}:{stretches}")
    for n in range(60):
        reach = random.choice([3, 30, 10**9, 2**62, 2**63 - 1])
        cuts = sorted({random.randint(-reach, reach) for _ in range(random.choice([1, 2, 17, 60]))})
        near = {cut + step for cut in cuts for step in (-1, 0, 1)} | {
            random.randint(-reach, reach),
            -(2**63),
            2**63 - 1,
        }
        numbers = sorted(one for one in near if -(2**63) <= one < 2**63)
        frame = pl.DataFrame({"x": pl.Series(numbers, dtype=pl.Int64)})
        places = list(range(0, 5 * len(cuts) + 1, 5))
        for within in ((-(2**63), 2**63 - 1), (cuts[0] - 1, max(cuts[-1], numbers[-2]))):
            low, high = within
            told = frame.filter(pl.col("x").is_between(low, high)).with_columns(
                steps.place_of(pl.col("x"), cuts, places, within).alias("place")
            )
            wanted = [places[bisect_right(cuts, one)] for one in numbers if low <= one <= high]
            assert told["place"].to_list() == wanted, n


@pytest.mark.parametrize("high", [100, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**32 - 1, 2**32, 2**40])
@pytest.mark.parametrize("low", [0, 3, -1])
def test_a_number_is_compared_in_fewer_bits_only_where_it_has_no_more(low: int, high: int) -> None:
    """What would be in range by its last bits alone falls back."""
    number = {"x.n": {"type": "int", "range": [low, high], "optional": True}}
    rules = [{"rule": "high", "when": f"has(x.n) && x.n == {high}", "then": "b"}]
    rules += [{"rule": "some", "when": "has(x.n) && x.n >= 50", "then": "c"}]
    rules += [{"rule": "none", "when": "!has(x.n)", "then": "d"}, {"otherwise": "a"}]
    decision = {"decision": "d", "asked_on": ["utterance"], "outcome": [*"abcd"], "fallback": "a", "rules": rules}
    written = json.dumps({"facts": number, "decisions": [decision]})
    policy = build_policy(pack_from_texts({"pack.yaml": "pack: p\nversion: 1.0.0\nlanguage: 1\n", "a.yaml": written}))
    beyond = [50 + 2**bits for bits in (8, 16, 32)] + [50 - 2**bits for bits in (8, 16, 32)]
    fitting = [low, low + 1, 49, 50, 51, high - 1, high, None]
    for one in [None, *beyond, low - 1, high + 1]:
        given = [*fitting, one]
        answer = decide_many(policy, {"x.n": pl.Series(given, dtype=pl.Int64)}, event="utterance")
        fits = [n is None or low <= n <= high for n in given]
        wanted = ["d" if n is None else "b" if n == high else "c" if n >= 50 else "a" for n in given]
        assert answer["d.fell_back"].to_list() == [not fit for fit in fits]
        assert answer["d"].to_list() == [told if fit else "a" for told, fit in zip(wanted, fits, strict=True)]


def test_what_is_worked_out_of_constants_is_as_long_as_the_rows() -> None:
    frame = pl.DataFrame({"x": [1, 2, 3]})
    frame = frame.with_columns(everywhere(1, pl.Int64).alias("number"), everywhere(False, pl.Boolean).alias("truth"))
    small = pl.lit(10, pl.Int64) > pl.col("number")
    assert frame.with_columns((~small != pl.col("truth")).alias("told"))["told"].to_list() == [False] * 3


def test_sets_of_numbers_are_told_by_their_bits() -> None:
    random = Random("bits")
    for _ in range(50):
        size, stride = random.randint(1, 9), random.randint(1, 5)
        members = {n for n in range(size) if random.random() < 0.5}
        mask, total = sum(1 << n for n in members), size * stride * random.randint(1, 4)
        assert {n for start, stop in runs(mask) for n in range(start, stop)} == members
        wanted = sum(1 << n for n in range(total) if n // stride % size in members)
        assert tiled(mask, size, stride, total) == wanted
        assert picked(mask, range(size)) == mask
        assert list(signatures([mask, span(0, size)], size)) == [2 + (n in members) for n in range(size)]
