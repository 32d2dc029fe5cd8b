"""Values that fit the vocabulary, and those that do not."""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.errors import FactError
from forbear.language.types import (
    DECIMAL_SAFE,
    JSON_SAFE,
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    StringType,
    Type,
    describe,
    fit,
    show,
)

SHARE = DecimalType(2, 0, 100)
ANY = [BoolType(), IntType(0, 9, "days"), SHARE, EnumType(("low", "high")), StringType(), ListType(StringType())]


@pytest.mark.parametrize(
    ("given", "scaled"),
    [
        (0.715, 72),
        (0.725, 72),
        (Decimal("0.715"), 72),
        (Decimal("0.7250000001"), 73),
        (0.1 + 0.2, 30),
        (1, 100),
        (0, 0),
        (-0.0, 0),
        (1e-300, 0),
        (Decimal("1E-9999"), 0),
        (Decimal("0E+9999"), 0),
        (0.005, 0),
        (0.015, 2),
        (1.004999, 100),
    ],
)
def test_a_fraction_is_rounded_half_even_from_its_decimal_text(given: object, scaled: int) -> None:
    assert fit("x.y", SHARE, given) == scaled


@pytest.mark.parametrize(
    "given",
    [
        True,
        "0.5",
        None,
        1.006,
        -0.006,
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("1E+9999"),
        [0.5],
    ],
)
def test_what_is_no_number_in_range_does_not_fit_a_decimal(given: object) -> None:
    with pytest.raises(FactError):
        fit("x.y", SHARE, given)


def test_the_decimal_context_of_the_host_changes_nothing() -> None:
    wide = DecimalType(4, -DECIMAL_SAFE, DECIMAL_SAFE)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP, traps=[decimal.Inexact])):
        assert fit("x.y", SHARE, 0.715) == 72
        assert fit("x.y", wide, Decimal("12345678.12344")) == 123456781234
        assert show(wide, 123456781234) == 12345678.1234
        assert describe(wide) == "a number from -100000000000.0000 to 100000000000.0000"


@given(st.integers(1, 9), st.integers(-DECIMAL_SAFE, DECIMAL_SAFE))
def test_a_decimal_comes_out_as_it_went_in(places: int, scaled: int) -> None:
    kind = DecimalType(places, -DECIMAL_SAFE, DECIMAL_SAFE)
    assert fit("x.y", kind, show(kind, scaled)) == scaled
    assert fit("x.y", kind, Decimal(scaled).scaleb(-places)) == scaled


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (BoolType(), 1),
        (BoolType(), "true"),
        (IntType(), 1.0),
        (IntType(), True),
        (IntType(), "1"),
        (IntType(0, 9), 10),
        (IntType(), JSON_SAFE + 1),
        (IntType(), 10**40),
        (EnumType(("a",)), "b"),
        (EnumType(("a",)), None),
        (StringType(), ""),
        (StringType(), "a\0b"),
        (StringType(), "\ud800"),
        (StringType(), "x" * 10_001),
        (StringType(), 7),
        (ListType(StringType()), "abc"),
        (ListType(StringType()), {"a": 1}),
    ],
)
def test_nothing_is_coerced(kind: Type, given: object) -> None:
    with pytest.raises(FactError) as caught:
        fit("x.y", kind, given)
    assert caught.value.path == "x.y"
    assert caught.value.expected == describe(kind)


def test_the_item_that_does_not_fit_a_list_is_named() -> None:
    with pytest.raises(FactError, match=r"x\.y\[1\]"):
        fit("x.y", ListType(IntType(0, 9)), [1, 10])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.decimals(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    st.sampled_from(ANY),
)
def test_any_value_fits_or_is_refused_and_what_fits_fits_again(given: object, kind: Type) -> None:
    try:
        value = fit("x.y", kind, given)
    except FactError:
        return
    assert fit("x.y", kind, show(kind, value)) == value


def test_a_type_is_described_by_what_its_values_look_like() -> None:
    assert [describe(kind) for kind in ANY] == [
        "true or false",
        "a whole number of days from 0 to 9",
        "a number from 0.00 to 1.00",
        "one of low, high",
        "a text that is not empty",
        "a list, each item a text that is not empty",
    ]
    assert describe(IntType()) == "a whole number"
