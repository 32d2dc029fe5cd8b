"""Where the days of these tests take place, and how many faults a run can afford."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from places import LASTING, Place

from .day import Site, site, undisturbed
from .fuse import Fuse, laid

EVERY = bool(os.environ.get("FORBEAR_EVERY_FAULT"))
SHARDS = 16 if EVERY else 1
Make = Callable[[Path], Place]
_QUICK = Path("/dev/shm")  # what is written there outlives the processes that are killed, and waits for no disk


@cache
def quick() -> Path:
    """A folder without a disk behind it, where there is one."""
    return Path(tempfile.mkdtemp(dir=_QUICK if os.access(_QUICK, os.W_OK) else None))


@pytest.fixture(scope="session", autouse=True)
def _gone_at_the_end() -> Iterator[None]:
    yield
    shutil.rmtree(quick(), ignore_errors=True)


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder for the sites of one test."""
    folder = Path(tempfile.mkdtemp(dir=quick()))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=LASTING)
def make(request: pytest.FixtureRequest) -> Make:
    """What makes room for a ledger, for each kind of store."""
    return LASTING[request.param]


@cache
def wanted(make: Make) -> Site:
    """The day on which nothing happened."""
    return undisturbed(quick() / f"wanted-{make.__name__}", make)


@cache
def moments(make: Make) -> tuple[int, ...]:
    """Every moment of the day at which a fault is worth trying."""
    one = site(quick() / f"counted-{make.__name__}", make)
    files = (one.desk, one.acknowledged)
    with laid(Fuse(look=lambda: [path.stat().st_size for path in files if path.exists()])) as fuse:
        one.live()
    return tuple(fuse.moments())


def share(make: Make, shard: int, sample: int) -> list[int]:
    """The moments that a shard tries: its share of all, or a sample where the run is an everyday one."""
    if EVERY:
        return list(moments(make)[shard::SHARDS])
    return sorted(random.Random(sample).sample(moments(make), sample))
