"""What the strategies of a pack draw with: a few choices that shrink towards the first, the fewest and no."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Pen:
    """Wraps the `draw` of a composite strategy."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.draw(_numbers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; the first is the simplest."""
        return options[self.number(0, len(options) - 1)] if len(options) > 1 else options[0]

    def some(self, options: Sequence[T], at_least: int, at_most: int) -> list[T]:
        """Between `at_least` and `at_most` different options, in their order."""
        left, size = list(range(len(options))), self.number(min(at_least, len(options)), min(at_most, len(options)))
        chosen = [left.pop(self.number(0, len(left) - 1)) for _ in range(size)]
        return [options[n] for n in sorted(chosen)]

    def chance(self, percent: int) -> bool:
        """Yes, so many times in a hundred."""
        return self.number(0, 99) >= 100 - percent


class Dice(Pen):
    """Draws by a seeded generator instead: a hundred times as fast, and nothing shrinks."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)


@cache
def _numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)
