"""After any downtime a tick finds what is overdue, each once, whoever ticks and in whatever order."""

from __future__ import annotations

import json
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centre import closed, event
from conftest import examples
from desk import Desk, cross, opened, policy
from forbear import Engine
from places import LASTING, Place

FORK = get_context("fork")
WEEK = 7 * 24 * 60


def raised(one: Engine) -> Counter[str]:
    """How often each obligation was raised as overdue, by the decisions that the ledger holds."""
    with one.store.reading() as ledger:
        records = [json.loads(record) for record in ledger.records()]
    return Counter(
        record["event"].removesuffix(":overdue") for record in records if record["type"] == "obligation_overdue"
    )


def notes(number: int) -> list[str]:
    return [f"o:e{n}:note" for n in range(number)]


def test_a_week_without_a_tick_loses_no_overdue_obligation(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with opened(ledger=url) as one:
        one.decide_all(cross(f"e{n}", 60 * n, contact=f"c{n}") for n in range(24))
        one.decide(closed("x", 24 * 60, "o:e3:note"))
    desk = Desk()
    with opened(desk, ledger=url) as one:
        record = one.decide(event("late", "tick", WEEK))
        expected = {*notes(24), *(f"o:e{n}:letter" for n in range(24))} - {"o:e3:note"}
        assert set(record.overdue) == expected
        assert raised(one) == dict.fromkeys(expected, 1)
        reminded = {id_ for id_ in desk.done if id_.endswith(":reminder")}
        assert reminded == {f"o:o:e{n}:note:overdue:reminder" for n in range(24) if n != 3}
        assert one.decide(event("later", "tick", WEEK + 1)).overdue == ()
        assert raised(one) == dict.fromkeys(expected, 1)


def tick(place: Place, name: str) -> None:
    with place.engine(policy()) as one:
        one.decide_all(event(f"{name}{n}", "tick", WEEK + n) for n in range(3))


@pytest.mark.parametrize("store", LASTING)
def test_processes_that_tick_at_once_raise_each_once(store: str, tmp_path: Path) -> None:
    place = LASTING[store](tmp_path)
    with place.engine(policy()) as one:
        one.decide_all(cross(f"e{n}", n, contact=f"c{n}") for n in range(30))
    processes = [FORK.Process(target=tick, args=(place, name)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with place.engine(policy()) as one:
        assert raised(one) == dict.fromkeys([*notes(30), *(f"o:e{n}:letter" for n in range(30))], 1)
        with one.store.reading() as ledger:
            reminders = [entry.id for entry in ledger.entries("obligation", "centre", None, None, 2**60)]
        assert sorted(id_ for id_ in reminders if id_.endswith("reminder")) == sorted(
            f"{id_}:overdue:reminder".replace("o:", "o:o:", 1) for id_ in notes(30)
        )


@settings(max_examples=examples(25))
@given(
    said=st.lists(st.integers(0, 300), min_size=1, max_size=4),
    ticks=st.lists(st.integers(0, 600), max_size=6),
    done=st.none() | st.integers(0, 600),
)
def test_ticks_in_any_order_raise_each_once_and_only_what_was_due_before_one_of_them(
    said: list[int], ticks: list[int], done: int | None
) -> None:
    with opened() as one:
        for n, minute in enumerate(said):
            one.decide(cross(f"e{n}", minute, contact=f"c{n}"))
        if done is not None and done >= said[0]:
            one.decide(closed("x", done, "o:e0:note"))
        for n, minute in enumerate(ticks):
            one.decide(event(f"t{n}", "tick", minute))
        found = raised(one)
    latest = max(ticks, default=-1)
    expected = {f"o:e{n}:note" for n, minute in enumerate(said) if minute + 30 < latest}
    expected |= {f"o:e{n}:letter" for n, minute in enumerate(said) if minute + 60 < latest}
    if done is not None and done >= said[0]:
        expected.discard("o:e0:note")
    assert found == dict.fromkeys(expected, 1)
