"""Durations in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.calendar.duration import in_words

SIZES = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1, "天": 86_400, "小时": 3600, "分钟": 60, "秒": 1}


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 seconds", "0秒"),
        (1, "1 second", "1秒"),
        (300, "5 minutes", "5分钟"),
        (5400, "1 hour 30 minutes", "1小时30分钟"),
        (86_400 * 3, "3 days", "3天"),
        (86_400 * 14, "14 days", "14天"),
        (86_400 + 1, "1 day 1 second", "1天1秒"),
        (90_061, "1 day 1 hour 1 minute 1 second", "1天1小时1分钟1秒"),
        (-300, "minus 5 minutes", "负5分钟"),
    ],
)
def test_a_duration_is_said_in_its_units(seconds: int, english: str, chinese: str) -> None:
    assert in_words(seconds, "en") == english
    assert in_words(seconds, "zh") == chinese


@given(st.integers(0, 10**12))
def test_the_words_add_up_to_the_duration_and_none_is_nought(seconds: int) -> None:
    for words in (in_words(seconds, "en"), in_words(seconds, "zh")):
        parts = [
            (int(count), SIZES[unit.strip().removesuffix("s")]) for count, unit in re.findall(r"(\d+)(\D+)", words)
        ]
        assert sum(count * size for count, size in parts) == seconds
        assert all(count > 0 for count, _ in parts) or parts == [(0, 1)]
