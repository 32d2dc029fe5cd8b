"""The stores that run through the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forbear.ledger import Store
from places import LASTING, STORES, Place


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty ledger."""
    one = STORES[request.param](tmp_path).open()
    yield one
    one.close()


@pytest.fixture(params=LASTING)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Room for a ledger that outlives its process and that many may open."""
    return LASTING[request.param](tmp_path)
