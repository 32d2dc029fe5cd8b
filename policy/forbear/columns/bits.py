"""Sets of small numbers as the bits of one whole number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def span(start: int, stop: int) -> int:
    """The numbers from `start` on, before `stop`."""
    return ((1 << (stop - start)) - 1) << start if stop > start else 0


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """The runs of neighbours in a set: start and stop of each."""
    at = (mask & -mask).bit_length() - 1
    if mask == 0:
        return
    digits = f"{mask >> at:b}"[::-1]
    start = 0
    while start >= 0:
        stop = digits.find("0", start)
        yield at + start, at + (stop if stop >= 0 else len(digits))
        start = digits.find("1", stop) if stop >= 0 else -1


def signatures(masks: Sequence[int], size: int) -> Iterator[int]:
    """For each number below `size`, the set of the masks that hold it."""
    turns: dict[int, int] = {}
    for n, mask in enumerate(masks):
        for start, stop in runs(mask):
            turns[start] = turns.get(start, 0) ^ (1 << n)
            turns[stop] = turns.get(stop, 0) ^ (1 << n)
    held = 0
    for at in range(size):
        held ^= turns.get(at, 0)
        yield held


def picked(mask: int, numbers: Sequence[int]) -> int:
    """Which of some numbers are in a set, by their places."""
    digits = f"{mask:0{max(numbers) + 1}b}"[::-1]
    return int("".join(digits[number] for number in reversed(numbers)), 2)


def tiled(mask: int, size: int, stride: int, total: int) -> int:
    """A set of numbers below `size` as those below `total` whose digit of weight `stride` and base `size` is in it."""
    period = size * stride
    pattern = _union(span(start * stride, stop * stride) for start, stop in runs(mask))
    while period < total:
        pattern |= pattern << period
        period *= 2
    return pattern & ((1 << total) - 1)


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
