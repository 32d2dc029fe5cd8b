"""`kill -9` at every store call of a day, then the day is run again."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from somebody import in_child

from .conftest import SHARDS, Make, share, wanted
from .day import site, wrong
from .fuse import Fuse, die, laid


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_killed_day_that_is_run_again_ends_like_an_undisturbed_one(
    make: Make, shard: int, room: Path, record_property: Callable[[str, object], None]
) -> None:
    points = share(make, shard, 5)
    for point in points:
        one = site(room / str(point), make)

        def until_killed(point: int = point) -> None:
            with laid(Fuse(point, die)):
                one.live()  # noqa: B023 — this round's, run at once

        assert in_child(until_killed) == -signal.SIGKILL, point
        assert in_child(lambda: one.live(later=60)) == 0, point  # noqa: B023
        assert wrong(one, wanted(make)) == [], point
    record_property("faults", (f"kill -9, {make.__name__}", len(points)))
