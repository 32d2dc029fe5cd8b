"""A report says what is in the ledger: every figure counted anew, on every store, without those who were erased."""

from __future__ import annotations

import random
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from centre import small
from forbear.engine.report import Report, report
from forbear.engine.report.figures import unit, wilson
from forbear.errors import ForbearError, LedgerError
from forbear.ledger import Store
from forbear.ledger.entries import Entry, to_micros
from forbear.ledger.stream import PAGE
from places import STORES
from strategies.profile import examples

PACK = """
calendar: {zone: Asia/Shanghai}
settings:
  fewest: {type: int, range: [1, 100], default: 1}
entries:
  strike:
    grade: [low, high]
    points: {type: int, unit: minutes, range: [0, 100]}
    worth: {type: decimal, places: 2, range: [0, 10]}
    team: {type: string, optional: true}
    settled: {type: bool, default: false}
obligations:
  call: {to: manager, due: 1 hour, closes: {done: {}, waived: {}}}
  letter: {to: legal, due: 1 day, closes: {done: {}, waived: {}}}
metrics:
  settled: {about: {en: settled, zh: 已结}, part: {count: strike, where: settled},
            whole: {count: strike, where: points > 10}, by: [grade], least: setting.fewest, beside: [length]}
  length:  {about: {en: length, zh: 长度}, part: {sum: strike, of: points, where: settled},
            per: {count: strike, where: settled}, by: [grade]}
  teams:   {about: {en: teams, zh: 小组}, part: {sum: strike, of: worth}, by: [team, settled]}
  per_hour: {about: {en: strikes in an hour, zh: 每小时}, part: {count: strike},
             per: {sum: contact, of: took, where: ended}}
  in_time: {about: {en: in time, zh: 按时}, part: {count: obligation, where: 'how == "done" && !late'},
            whole: {count: obligation, where: 'how != "none" || late'}, by: [owe]}
"""
POLICY = small(PACK)
BEGIN = datetime(2026, 3, 30, 22, tzinfo=UTC)  # 31 March, six in the morning, in the centre's zone
HOUR = timedelta(hours=1)
Group = tuple[Any, ...]


@frozen
class Kept:
    """An entry as a test writes it: its first values, and what is amended so many hours later."""

    kind: str
    hours: int
    customer: str
    values: dict[str, Any]
    later: tuple[tuple[int, dict[str, Any]], ...] = ()

    @property
    def at(self) -> datetime:
        return BEGIN + self.hours * HOUR

    @property
    def now(self) -> dict[str, Any]:
        found = dict(self.values)
        for _, more in sorted(self.later, key=lambda one: one[0]):
            found |= more
        return found


@define
class Writing:
    """Writes entries into a store, each amendment as a decision of its own."""

    store: Store
    number: int = 0
    last: int = field(default=to_micros(BEGIN))

    def write(self, entries: list[Kept]) -> None:
        with self.store.grouped():
            for one in entries:
                self._one(one)

    def _one(self, one: Kept) -> None:
        name = f"n{self.number}"
        with self.store.writing() as kept:
            kept.append(Entry(name, one.kind, to_micros(one.at), "c", one.customer, None, one.values))
            self._decide(kept, one, one.at)
        for hours, more in one.later:
            with self.store.writing() as kept:
                kept.amend(name, to_micros(one.at + hours * HOUR), more)
                self._decide(kept, one, one.at + hours * HOUR)

    def _decide(self, kept: Any, one: Kept, at: datetime) -> None:
        self.number += 1
        self.last = max(self.last, to_micros(at))
        kept.save_decision(f"e{self.number}", "f", to_micros(at), "c", one.customer, "{}")


# --- the same figures, counted in another way


def ended(one: Kept) -> int | None:
    """After how many hours it was closed."""
    ends = [hours for hours, more in one.later if more.get("how", "none") != "none" or more.get("ended")]
    return min(ends, default=None)


def is_late(one: Kept, last: int) -> bool:
    after = ended(one)
    return one.now["due"] < (last if after is None else to_micros(one.at + after * HOUR))


def month(one: Kept) -> str:
    return f"{one.at + 8 * HOUR:%Y-%m}"


Amount = Callable[[Kept], float | None]
"""What an entry adds, None where it does not count."""


def measures(last: int) -> dict[str, tuple[Callable[[Kept], Group], Amount, Amount | None]]:
    """For each metric: the group of an entry, what it adds to the part and to the base."""

    def strike(add: Callable[[dict[str, Any]], float | None]) -> Amount:
        return lambda one: add(one.now) if one.kind == "strike" else None

    def hours(one: Kept) -> float | None:
        after = ended(one)
        return None if one.kind != "contact" or not one.now["ended"] else 3600 * (after or 0)

    def owed(one: Kept) -> bool:
        return one.kind == "obligation" and (one.now["how"] != "none" or is_late(one, last))

    def grade(one: Kept) -> Group:
        return (one.now.get("grade"),)

    return {
        "settled": (
            grade,
            strike(lambda now: 1 if now["settled"] and now["points"] > 10 else None),
            strike(lambda now: 1 if now["points"] > 10 else None),
        ),
        "length": (
            grade,
            strike(lambda now: now["points"] if now["settled"] else None),
            strike(lambda now: 1 if now["settled"] else None),
        ),
        "teams": (lambda one: (one.now.get("team"), one.now["settled"]), strike(lambda now: now["worth"]), None),
        "per_hour": (lambda one: (), strike(lambda now: 1), hours),
        "in_time": (
            lambda one: (one.now["owe"],),
            lambda one: 1 if owed(one) and one.now["how"] == "done" and not is_late(one, last) else None,
            lambda one: 1 if owed(one) else None,
        ),
    }


Place = tuple[str, str | None, Group | None]
"""A metric, a period and a group; of the last two, None is all of them."""


def recount(entries: list[Kept], last: int) -> dict[Place, tuple[float, float | None]]:
    """Part and base of every metric, period and group, by going through all entries again and again."""
    found: dict[Place, tuple[float, float | None]] = {}
    for name, (group_of, part, base) in measures(last).items():
        counting = [one for one in entries if part(one) is not None or (base is not None and base(one) is not None)]
        grouped = bool(POLICY.metrics[name].by)
        places: set[tuple[str | None, Group | None]] = {(None, None)}
        for one in counting:
            places |= {(month(one), None)}
            if grouped:
                places |= {(None, group_of(one)), (month(one), group_of(one))}
        for period, group in places:
            here = [
                one for one in counting if period in (None, month(one)) and (group is None or group_of(one) == group)
            ]
            added = round(sum(part(one) or 0 for one in here), 2)
            against = None if base is None else sum(base(one) or 0 for one in here)
            found[name, period, group] = (added, against)
    return found


def differences(found: Report, counted: dict[Place, tuple[float, float | None]]) -> dict[Place, Any]:
    """Where a report says something else; a period of nothing between others is told, and not counted."""
    told = {
        (one.metric.name, row.period, row.group): (row.figure.part, row.figure.base)
        for one in found.metrics
        for row in one.rows
    }
    nothing = {place for place, one in told.items() if place[1] is not None and place[2] is None and not any(one)}
    return {
        place: (told.get(place), counted.get(place))
        for place in (told.keys() - nothing) | counted.keys()
        if told.get(place) != counted.get(place)
    }


# --- ledgers

_HOURS = st.integers(0, 24 * 70)
_STRIKES = st.builds(
    lambda hours, customer, values, team, later: Kept(
        "strike", hours, customer, {**values, **({"team": team} if team else {})}, later
    ),
    _HOURS,
    st.sampled_from(["u1", "u2", "u3"]),
    st.fixed_dictionaries(
        {
            "grade": st.sampled_from(["low", "high"]),
            "points": st.integers(0, 100),
            "worth": st.integers(0, 1000),
            "settled": st.booleans(),
        }
    ),
    st.sampled_from([None, "north", "south"]),
    st.sampled_from([(), ((3, {"settled": True}),), ((3, {"settled": True}), (9, {"settled": False, "points": 50}))]),
)
_CONTACTS = st.builds(
    lambda hours, customer, after: Kept(
        "contact", hours, customer, {"ended": False}, () if after is None else ((after, {"ended": True}),)
    ),
    _HOURS,
    st.sampled_from(["u1", "u2"]),
    st.sampled_from([None, 0, 1, 30]),
)
_OBLIGATIONS = st.builds(
    lambda hours, owe, due, closing: Kept(
        "obligation",
        hours,
        "u1",
        {"owe": owe, "to": "x", "how": "none", "due": to_micros(BEGIN + (hours + due) * HOUR)},
        closing,
    ),
    _HOURS,
    st.sampled_from(["call", "letter"]),
    st.integers(1, 400),
    st.sampled_from([(), ((5, {"how": "done"}),), ((2, {"how": "waived"}),), ((300, {"how": "done"}),)]),
)
LEDGERS = st.lists(_STRIKES | _CONTACTS | _OBLIGATIONS, max_size=25)


def scaled(entries: list[Kept]) -> list[Kept]:
    """The entries as a person reads them: a decimal at its places."""
    return [
        Kept(one.kind, one.hours, one.customer, {**one.values, "worth": one.values["worth"] / 100}, one.later)
        if one.kind == "strike"
        else one
        for one in entries
    ]


@examples(50)
@given(LEDGERS)
def test_a_report_is_a_recount(entries: list[Kept]) -> None:
    store = STORES["memory"](Path()).open()
    writing = Writing(store)
    writing.write(entries)
    found = report(store, POLICY, every="month")
    assert differences(found, recount(scaled(entries), writing.last)) == {}
    store.close()


def drawn(number: int, seed: int = 7) -> list[Kept]:
    """So many strikes, from a seed."""
    chance = random.Random(seed)
    return [
        Kept(
            "strike",
            chance.randrange(24 * 70),
            f"u{chance.randrange(6)}",
            {"grade": chance.choice(["low", "high"]), "points": chance.randrange(101), "worth": chance.randrange(1001),
             "settled": chance.random() < 0.5},
            ((3, {"settled": True}),) if chance.random() < 0.1 else (),
        )
        for _ in range(number)
    ]  # fmt: skip


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    one = STORES[request.param](tmp_path).open()
    yield one
    one.close()


def test_every_store_gives_the_same_over_many_pages_and_counts_who_was_erased(store: Store) -> None:
    entries = drawn(PAGE + 17)
    writing = Writing(store)
    writing.write(entries)
    assert differences(report(store, POLICY, every="month"), recount(scaled(entries), writing.last)) == {}
    with store.writing() as kept:
        gone = kept.erase("u3", writing.last)
    store.destroy(gone)
    left = [one for one in entries if one.customer != "u3"]
    found = report(store, POLICY, every="month")
    assert differences(found, recount(scaled(left), writing.last)) == {}
    assert found.unreadable["strike"].erased == len(entries) - len(left) > 0
    assert found.unreadable["contact"].erased == 0


def test_entries_that_expired_are_counted_as_such(store: Store) -> None:
    writing = Writing(store)
    writing.write(drawn(20))
    with store.writing() as kept:
        dropped = kept.expire("strike", to_micros(BEGIN + 500 * HOUR))
    found = report(store, POLICY, metrics=["teams"])
    assert found.unreadable["strike"].expired == dropped > 0
    assert found.metrics[0].total.figure.cases == 20 - dropped


def test_an_empty_ledger_gives_figures_of_nothing(store: Store) -> None:
    found = report(store, POLICY, every="week")
    assert found.as_of is None
    assert [one.total.figure.value for one in found.metrics] == [None, None, 0, None, None]
    assert all(len(one.rows) == 1 for one in found.metrics)


@pytest.fixture
def memory() -> Iterator[Store]:
    one = STORES["memory"](Path()).open()
    yield one
    one.close()


def strikes(store: Store, *hours: int, **values: Any) -> None:
    base = {"grade": "low", "points": 20, "worth": 0, "settled": False}
    Writing(store, number=1000 * hours[0]).write([Kept("strike", one, "u1", {**base, **values}) for one in hours])


def test_days_are_those_of_the_centre_and_the_last_one_is_included(memory: Store) -> None:
    strikes(memory, 0, 17, 18, 41, 42)  # 31 March 06:00 and 23:00, 1 April 00:00 and 23:00, 2 April 00:00

    def cases(since: date | None, until: date | None) -> int:
        return report(memory, POLICY, metrics=["teams"], since=since, until=until).metrics[0].total.figure.cases

    first, second = date(2026, 3, 31), date(2026, 4, 1)
    assert cases(None, None) == 5
    assert cases(first, first) == 2
    assert cases(second, second) == 2
    assert cases(second, None) == 3
    assert cases(None, second) == 4
    assert cases(date.min, date.max) == 5
    with pytest.raises(ForbearError, match="swap the two"):
        cases(second, first)


@pytest.mark.parametrize(
    ("every", "names"),
    [
        ("day", ["2026-03-31", "2026-04-01", "2026-04-02"]),
        ("week", ["2026-W14"]),
        ("month", ["2026-03", "2026-04"]),
        ("quarter", ["2026-Q1", "2026-Q2"]),
        ("year", ["2026"]),
    ],
)
def test_periods_of_nothing_between_others_are_told_too(memory: Store, every: str, names: list[str]) -> None:
    strikes(memory, 0, 17)
    strikes(memory, 42)
    found = report(memory, POLICY, metrics=["teams"], every=every).metrics[0]
    assert [row.period for row in found.periods] == names
    assert [row.figure.cases for row in found.periods if row.period == "2026-04-01"] == ([0] if every == "day" else [])


def test_of_too_few_only_the_count_is_told(memory: Store) -> None:
    policy = small(PACK.replace("default: 1}", "default: 3}"))
    strikes(memory, 1, 2, 3, settled=True)
    strikes(memory, 4, 5, grade="high")
    (found,) = (one for one in report(memory, policy).metrics if one.metric.name == "settled")
    assert found.total.figure.value == 60
    low, high = found.groups
    assert (low.group, low.figure.value, low.figure.too_few) == (("low",), 100, False)
    assert (high.group, high.figure.value, high.figure.too_few, high.figure.cases) == (("high",), None, True, 2)


def test_metrics_that_stand_beside_each_other_come_together(memory: Store) -> None:
    found = report(memory, POLICY, metrics=["length"])
    assert [[one.metric.name for one in family] for family in found.families] == [["settled", "length"]]


def test_groups_may_be_others_and_must_be_attributes(memory: Store) -> None:
    strikes(memory, 1, 2, team="north")
    strikes(memory, 3)
    (found,) = report(memory, POLICY, metrics=["teams"], by=["team"]).metrics
    assert [(row.group, row.figure.cases) for row in found.groups] == [(("north",), 2), ((None,), 1)]
    with pytest.raises(ForbearError, match=r"cannot be grouped by 'tem': `strike` has none; did you mean `team`\?"):
        report(memory, POLICY, metrics=["teams"], by=["tem"])
    with pytest.raises(ForbearError, match="nothing is grouped by 'id'"):
        report(memory, POLICY, metrics=["teams"], by=["id"])


def test_what_does_not_exist_is_refused(memory: Store) -> None:
    with pytest.raises(ForbearError, match=r"there is no metric 'lenght'; did you mean `length`\?"):
        report(memory, POLICY, metrics=["lenght"])
    with pytest.raises(ForbearError, match="every day, week, month, quarter, year, not 'hour'"):
        report(memory, POLICY, every="hour")
    with pytest.raises(ForbearError, match="the pack has none"):
        report(memory, small("facts: {}"), metrics=["x"])


def test_entries_that_another_policy_wrote_otherwise_are_left_out_and_counted(memory: Store) -> None:
    strikes(memory, 1, 2)
    strikes(memory, 3, points="many")
    strikes(memory, 4, grade="middling")  # a value that is no longer declared is still a group
    found = {one.metric.name: one for one in report(memory, POLICY).metrics}
    assert found["settled"].total.figure.cases == 3
    assert [row.group for row in found["settled"].groups] == [("low",), ("middling",)]
    assert found["teams"].total.figure.cases == 4
    assert report(memory, POLICY).unreadable["strike"].unfit == 1


def test_what_one_obligation_carries_is_never_measured_of_another(memory: Store) -> None:
    policy = small("""
decisions:
  - decision: speed
    asks: How fast?
    asked_on: [utterance]
    outcome: [slow, fast]
    hit: first
    fallback: slow
    rules: [{rule: all, then: fast, owe: [call, letter], BECAUSE}]
obligations:
  call: {to: manager, due: 1 hour, carries: {took: = speed}, closes: {done: {}}}
  letter: {to: legal, due: 1 day, closes: {done: {}}}
metrics:
  told: {about: {en: told, zh: 已知}, part: {count: obligation, where: has(took)}, whole: {count: obligation}}
""")
    due = to_micros(BEGIN + HOUR)
    for number, (owe, carried) in enumerate([("call", {"took": "fast"}), ("letter", {})]):
        first = {"owe": owe, "to": "x", "how": "none", "due": due, **carried}
        Writing(memory, number=1000 * number).write([Kept("obligation", 1, "u1", first, ((2, {"how": "done"}),))])
    found = report(memory, policy)
    assert (found.metrics[0].total.figure.part, found.metrics[0].total.figure.base) == (1, 2)
    assert found.unreadable["obligation"].unfit == 0


def test_too_many_groups_are_refused(memory: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forbear.engine.report.counting.MOST_CELLS", 2)
    strikes(memory, 1, team="a")
    strikes(memory, 2, team="b")
    strikes(memory, 3, team="c")
    with pytest.raises(ForbearError, match="more than 2 figures"):
        report(memory, POLICY, metrics=["teams"])


def test_what_was_changed_is_never_counted(tmp_path: Path) -> None:
    place = STORES["sqlite"](tmp_path)
    store = place.open()
    strikes(store, 1)
    store.close()
    with sqlite3.connect(tmp_path / "ledger.db") as raw:
        raw.execute("UPDATE entry SET body = zeroblob(60)")
    store = place.open()
    with pytest.raises(LedgerError, match="forbear audit"):
        report(store, POLICY)
    store.close()


def test_a_large_ledger_takes_no_more_memory_than_a_small_one(memory: Store) -> None:
    def peak() -> int:
        tracemalloc.start()
        report(memory, POLICY)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    writing = Writing(memory)
    writing.write(drawn(2 * PAGE))
    small_one = peak()
    writing.write(drawn(4 * PAGE, seed=8))
    assert peak() < 1.3 * small_one


# --- figures


def test_units_follow_from_what_is_set_against_what() -> None:
    assert {name: unit(one) for name, one in POLICY.metrics.items()} == {
        "settled": "percent",
        "length": "minutes",
        "teams": "",
        "per_hour": "per hour",
        "in_time": "percent",
    }


def test_a_count_against_times_is_told_per_hour(memory: Store) -> None:
    strikes(memory, 1, 2, 3)
    Writing(memory, number=9000).write([Kept("contact", 1, "u2", {"ended": False}, ((6, {"ended": True}),))])
    (found,) = report(memory, POLICY, metrics=["per_hour"]).metrics
    assert (found.total.figure.part, found.total.figure.base, found.total.figure.value) == (3, 6 * 3600, 0.5)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (the score interval of Wilson)
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == (pytest.approx(low, abs=0.005), pytest.approx(high, abs=0.005))
