"""The stores that run through the contract: a second one joins by a line in STORES."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forbear.ledger import Store, open_ledger

STORES: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: "memory:",
    "sqlite": lambda folder: f"sqlite:///{folder}/ledger.db",
}
LASTING = [name for name in STORES if name != "memory"]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty ledger."""
    one = open_ledger(STORES[request.param](tmp_path))
    yield one
    one.close()


@pytest.fixture(params=LASTING)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a ledger that outlives its process and that many may open."""
    return STORES[request.param](tmp_path)
