"""What is kept at hand of a past answers as the ledger itself, however the past grows, whoever writes, asks or goes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import event, given
from hypothesis import strategies as st

from centre import event as told
from centre import small
from forbear.evaluate import Compiled
from forbear.language.types import Value
from forbear.ledger import SQLiteStore, Store, past
from forbear.ledger.entries import SECOND, Entry
from forbear.ledger.fold import Untold, ask_each
from forbear.ledger.page import Page
from forbear.ledger.recall import Recall
from forbear.ledger.store import Transaction
from places import Place, postgres, sqlite
from postgres import cluster
from strategies.profile import examples

POLICY = small("""
facts:
  who.advisor: {type: string, optional: true}
  who.level: {type: int, range: [0, 3], optional: true}
  pool: {list_of: {id: string, level: {type: int, range: [0, 3], optional: true}}}
settings: {lately: {type: int, unit: minutes, range: [1, 1000], default: 2}}
entries:
  strike: {level: {type: int, range: [0, 3]}, heard: {type: bool, default: false}, note: {type: string, optional: true}}
  other: {level: {type: int, range: [0, 9]}}
obligations:
  letter: {to: manager, due: 1 day, closes: {done: {}}}
history:
  count: {count: strike, scope: customer}
  heard: {any: strike, where: heard && level > 1, scope: customer}
  noted: {count: strike, where: 'has(note) && note != "a"', scope: customer, window: setting.lately}
  sum: {sum: strike, of: level, range: [1, 20], scope: customer}
  lately: {sum: strike, of: level, range: [0, 20], scope: customer, window: 90 seconds}
  first: {first: strike, of: level, scope: customer, window: 3 minutes}
  last: {last: strike, of: note, scope: customer, else: none}
  age: {last: strike, of: age, scope: customer}
  oldest: {first: strike, of: age, scope: customer, where: heard}
  against: {count: strike, scope: customer, by: {advisor: who.advisor}}
  each: {count: strike, scope: customer, by: {level: candidate.level}}
  alike: {last: strike, of: level, scope: customer, by: {advisor: who.advisor, level: candidate.level}}
  elsewhere: {count: strike, scope: contact}
  young: {count: strike, where: age < 60 && heard, scope: customer}
  of_all: {count: strike, where: heard, scope: centre}
  of_others: {count: other, scope: centre}
  sum_of_all: {sum: strike, of: level, range: [0, 30], scope: centre, window: setting.lately}
  first_of_all: {first: strike, of: level, scope: centre, by: {level: who.level}}
  last_of_all: {last: strike, of: note, scope: centre, by: {level: candidate.level}}
  last_age: {last: strike, of: age, scope: centre, window: 3 minutes, where: '!heard'}
  young_of_all: {last: strike, of: note, where: 'age > 30 && level == 1 && !heard', scope: centre}
  of_each_advisor: {count: strike, scope: centre, by: {advisor: who.advisor, level: candidate.level}}
  of_advisor: {sum: strike, of: level, range: [0, 9], scope: advisor}
  of_advisor_lately: {any: strike, scope: advisor, where: heard, window: 1 minutes, by: {level: candidate.level}}
  late: {any: obligation, where: 'overdue && owe == "letter"', scope: centre}
  one: {last: strike, of: level, scope: centre, by: {id: who.advisor}}
  of_contact: {count: strike, scope: centre, by: {contact: who.advisor}}
""")
WHERE = {path: Compiled(POLICY).predicate(fold) for path, fold in POLICY.folds.items()}
CUSTOMERS = ("x", "y", "z")
MOMENTS = st.integers(0, 12).map(lambda n: n * 30 * SECOND)
LEVELS: list[dict[str, Value]] = [{"level": n} for n in range(4)] + [{}]


@frozen
class Strike:
    customer: str | None
    advisor: str | None
    at: int
    level: int
    note: str | None


@frozen
class Change:
    which: int
    at: int
    values: dict[str, Value]


@frozen
class Joined:
    one: str
    other: str
    at: int
    apart: bool


@frozen
class Gone:
    customer: str
    at: int


@frozen
class Over:
    """The time of what is older is over."""

    before: int


@frozen
class Question:
    """What one of two processes asks."""

    process: int
    customer: str
    at: int
    advisor: str | None


NOTES = st.sampled_from([None, "a", "b"])
STEPS = st.one_of(
    st.builds(
        Strike, st.sampled_from([*CUSTOMERS, None]), st.sampled_from(["a", "b", None]), MOMENTS, st.integers(0, 3),
        NOTES,
    ),
    st.builds(
        Change, st.integers(0, 9), MOMENTS,
        st.fixed_dictionaries({}, optional={"level": st.integers(0, 3), "heard": st.booleans(), "note": st.just("b")}),
    ),
    st.builds(Joined, st.sampled_from(CUSTOMERS), st.sampled_from(CUSTOMERS), MOMENTS, st.booleans()),
    st.builds(Gone, st.sampled_from(CUSTOMERS), MOMENTS),
    st.builds(Over, MOMENTS),
    *[
        st.builds(Question, st.integers(0, 1), st.sampled_from(CUSTOMERS), moments, st.sampled_from([None, "a", "b"]))
        for moments in (MOMENTS, st.just(400 * SECOND))
    ],
)  # fmt: skip
Step = Strike | Change | Joined | Gone | Over | Question


def take(store: Store, n: int, step: Step, ids: list[str]) -> None:
    with store.writing() as ledger:
        match step:
            case Strike(customer, advisor, at, level, note):
                values: dict[str, Value] = {"level": level, "heard": False} | ({"note": note} if note else {})
                ids.append(f"l{n}")
                ledger.append(Entry(ids[-1], "strike", at, "c", customer, advisor, values))
                ledger.save_decision(f"e{n}", "", at, "c", customer, "{}")
            case Change(which, at, changes) if ids:
                ledger.amend(ids[which % len(ids)], at, changes)
                ledger.save_decision(f"e{n}", "", at, None, None, "{}")
            case Joined(one, other, at, apart):
                if apart:
                    ledger.split(one, other, at)
                elif one != other:
                    ledger.join(one, other, at)
            case Gone(customer, at):
                store.destroy(ledger.erase(customer, at))
            case Over(before):
                ledger.expire("strike", before)


def differing(recall: Recall, ledger: Transaction, asked: Question) -> list[str]:
    """The folds that what is at hand answers otherwise than the ledger."""
    facts: dict[str, Value] = {"who.advisor": asked.advisor, "who.level": 1} if asked.advisor else {}
    view, found = recall.view(asked.customer, asked.at, ledger), []
    for fold in POLICY.folds.values():
        scope = {"customer": asked.customer, "advisor": asked.advisor, "contact": "c"}.get(fold.scope)
        told = view.answers(fold, scope, facts, LEVELS)
        event(f"{fold.scope}: {'asked of the ledger' if told is None else 'at hand'}")
        if told is not None:
            wanted = ask_each(fold, POLICY, ledger, scope, facts, WHERE[fold.path], asked.at, LEVELS)
            found += [f"{fold.path}: {told} is not {wanted}"] if told != wanted else []
    return found


def differences(stores: list[Store], steps: list[Step]) -> list[str]:
    """What two processes with a ledger answer otherwise than it, one step after another."""
    recalls, ids, found = [Recall(POLICY, WHERE) for _ in stores], [], []
    for n, step in enumerate(steps):
        if isinstance(step, Question):
            process = step.process % len(stores)
            with stores[process].reading() as ledger:
                found += differing(recalls[process], ledger, step)
        else:
            take(stores[n % len(stores)], n, step, ids)
    return found


@pytest.mark.parametrize("most", [1, past.MAX_YOUNG])
@examples(50)
@given(steps=st.lists(STEPS, min_size=12, max_size=30))
def test_a_past_at_hand_answers_as_the_ledger(most: int, steps: list[Step]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "MAX_YOUNG", most)
        store = SQLiteStore(":memory:")
        assert differences([store], steps) == []
        store.close()


@pytest.mark.parametrize("where", [sqlite, postgres])
@examples(5)
@given(steps=st.lists(STEPS, min_size=25, max_size=60))
def test_two_processes_that_write_and_ask_in_turn_are_told_the_same(
    where: Callable[[Path], Place], steps: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = where(Path(folder))
        stores = [place.open(), place.open()]
        assert differences(stores, steps) == []
        for store in stores:
            store.close()


def test_what_was_touched_too_long_ago_to_be_told_is_asked_of_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MAX_YOUNG", 2)
    store, recall, fold = SQLiteStore(":memory:"), Recall(POLICY, WHERE), POLICY.folds["history.of_all"]
    ids: list[str] = []
    with store.writing() as ledger:
        ledger.append(Entry("o", "other", 1, "c", "x", "a", {"level": 1}))
        ledger.save_decision("o", "", 1, "c", "x", "{}")
    for n in range(8):
        take(store, n, Strike("x", "a", n, 1, None), ids)
    for n in range(8):
        take(store, 8 + n, Change(n, 100 + n, {"heard": True}), ids)
    with store.reading() as ledger:
        told = {at: recall.view(None, at, ledger).answers(fold, None, {}, [{}]) for at in (50, 104, 105, 106, 200)}
        assert told == {50: None, 104: None, 105: [6], 106: [7], 200: [8]}
        ever = POLICY.folds["history.of_others"]
        assert recall.view(None, 200, ledger).answers(ever, None, {}, [{}]) == [1]
        assert recall.view(None, 104, ledger).answers(fold, None, {}, [{}]) is None, "filling a shelf recalls no more"
    store.close()


def test_what_becomes_overdue_shows_though_nothing_was_written() -> None:
    store, recall, fold = SQLiteStore(":memory:"), Recall(POLICY, WHERE), POLICY.folds["history.late"]
    with store.writing() as ledger:
        for id_, how in (("l1", "done"), ("l2", "none")):
            values: dict[str, Value] = {"owe": "letter", "due": 50, "how": how, "to": "manager", "reason": ""}
            ledger.append(Entry(id_, "obligation", 0, "c", "x", "a", values))
        ledger.save_decision("e", "", 0, "c", "x", "{}")
    with store.reading() as ledger:
        told = [recall.view(None, at, ledger).answers(fold, None, {}, [{}]) for at in (50, 51)]
    assert told == [[False], [True]]
    with store.writing() as ledger:
        ledger.amend("l2", 60, {"how": "done"})
        ledger.save_decision("f", "", 60, None, None, "{}")
    with store.reading() as ledger:
        told = [recall.view(None, at, ledger).answers(fold, None, {}, [{}]) for at in (59, 60)]
    assert told == [[True], [False]]
    store.close()


def test_what_is_of_one_contact_or_one_entry_is_not_kept() -> None:
    recall = Recall(POLICY, WHERE)
    left = {path.removeprefix("history.") for path in POLICY.folds if not recall.keeps(path)}
    assert left == {"elsewhere", "one", "of_contact"}


@contextmanager
def counting(ledger: Transaction) -> Iterator[list[str]]:
    """The entries that are opened meanwhile."""
    read: list[str] = []
    opened = ledger._opened  # type: ignore[attr-defined]

    def counted(*told: object) -> Entry | None:
        found: Entry | None = opened(*told)
        read.append(found.id if found is not None else "")
        return found

    ledger._opened = counted  # type: ignore[attr-defined]
    yield read


@pytest.mark.parametrize("path", ["history.count", "history.of_all", "history.of_advisor", "history.sum_of_all"])
def test_only_what_is_new_is_read(path: str) -> None:
    store, recall, fold = SQLiteStore(":memory:"), Recall(POLICY, WHERE), POLICY.folds[path]
    ids: list[str] = []
    for n in range(50):
        take(store, n, Strike("x", "a", n, 1, None), ids)

    def asked(at: int = 100) -> list[str]:
        scope = {"customer": "x", "advisor": "a"}.get(fold.scope)
        with store.reading() as ledger, counting(ledger) as read:
            assert recall.view("x", at, ledger).answers(fold, scope, {}, [{}]) is not None
        return sorted(read)

    assert len(asked()) == 50
    assert asked() == []
    take(store, 50, Strike("x", "a", 60, 1, None), ids)
    take(store, 51, Change(3, 61, {"heard": True}), ids)
    assert asked() == ["l3", "l50"]
    assert asked() == []
    assert asked(at=60) == ["l3"], "an event that comes late reads what something younger touched"
    store.close()


def test_an_entry_that_lacks_what_a_fold_reads_is_asked_of_the_ledger_which_says_so() -> None:
    store, recall, fold = SQLiteStore(":memory:"), Recall(POLICY, WHERE), POLICY.folds["history.sum_of_all"]
    with store.writing() as ledger:
        ledger.append(Entry("l", "strike", 0, "c", "x", "a", {"heard": False}))
        ledger.save_decision("e", "", 0, "c", "x", "{}")
    with store.reading() as ledger:
        assert recall.view("x", 0, ledger).answers(fold, None, {}, [{}]) is None
        with pytest.raises(Untold):
            ask_each(fold, POLICY, ledger, None, {}, WHERE[fold.path], 0, [{}])
    store.close()


def test_an_earlier_question_than_a_window_was_read_for_reads_it_anew() -> None:
    store, recall, fold = SQLiteStore(":memory:"), Recall(POLICY, WHERE), POLICY.folds["history.sum_of_all"]
    day = 24 * 60 * 60 * SECOND
    ids: list[str] = []
    for n in range(5):
        take(store, n, Strike("x", "a", n * day, n % 4, None), ids)
    for n in (4, 0, 2, 1, 3):
        with store.reading() as ledger:
            told = recall.view(None, n * day, ledger).answers(fold, None, {}, [{}])
        assert told == [n % 4]
    store.close()


def test_what_no_window_reaches_any_more_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MAX_YOUNG", 10)
    store, recall = SQLiteStore(":memory:"), Recall(POLICY, WHERE)
    lately, ever = POLICY.folds["history.sum_of_all"], POLICY.folds["history.first_of_all"]
    facts: dict[str, Value] = {"who.level": 1}
    ids: list[str] = []
    for n in range(200):
        take(store, n, Strike("x", "a", n * 60 * SECOND, 1, None), ids)
        with store.reading() as ledger:
            view = recall.view(None, n * 60 * SECOND, ledger)
            assert view.answers(lately, None, {}, [{}]) == [min(n + 1, 2)]
            assert view.answers(ever, None, facts, [{}]) == [1]
    with store.reading() as ledger, recall.centre_lock:
        shelves = recall.centre(ledger).shelves
    assert len(shelves[lately.path].before(2**62)) < 70
    assert len(shelves[ever.path].before(2**62)) == 200
    store.close()


def begun(store: Store, n: int) -> tuple[AbstractContextManager[Transaction], Transaction]:
    """A transaction in which an event is about to be decided."""
    transaction = store.writing()
    ledger = transaction.__enter__()
    ledger.hold(f"e{n}", f"c{n}", f"u{n}")
    assert ledger.decided(f"e{n}") is None
    return transaction, ledger


def struck(transaction: AbstractContextManager[Transaction], ledger: Transaction, n: int) -> None:
    ledger.append(Entry(f"l{n}", "strike", n, f"c{n}", f"u{n}", "a", {"level": 1, "heard": True}))
    ledger.save_decision(f"e{n}", "", n, f"c{n}", f"u{n}", "{}")
    transaction.__exit__(None, None, None)


def test_what_was_begun_earlier_and_kept_later_is_not_missed(tmp_path: Path) -> None:
    store, recall, fold = postgres(tmp_path).open(), Recall(POLICY, WHERE), POLICY.folds["history.of_all"]

    def asked() -> tuple[list[Value | None] | None, int]:
        with store.reading() as ledger, recall.centre_lock:
            told = recall.view(None, 100, ledger).answers(fold, None, {}, [{}])
            seen = recall.centre(ledger).seen
            assert seen is not None
            return told, len(seen.awaited)

    assert asked() == ([0], 0)
    kept, lost = begun(store, 1), begun(store, 2)
    struck(*begun(store, 3), 3)
    assert asked() == ([1], 2)
    struck(*kept, 1)
    assert asked() == ([2], 1)
    struck(*begun(store, 4), 4)
    assert asked() == ([3], 1)
    lost[0].__exit__(KeyError, KeyError(), None)
    assert asked() == ([3], 0)
    struck(*begun(store, 5), 5)
    assert asked() == ([4], 0)
    store.close()


FLAT = small("""
entries: {strike: {level: {type: int, range: [0, 9]}}}
facts: {wish.size: {type: int, range: [0, 9]}}
events: {asked: {}}
history:
  all: {count: strike, scope: centre, by: {level: wish.size}}
  mine: {count: strike, scope: advisor}
decisions:
  - decision: noted
    asks: Is it noted?
    asked_on: [asked]
    outcome: [no, yes]
    hit: first
    fallback: no
    rules:
      - rule: always
        when: history.all >= 0 && history.mine >= 0
        then: yes
        record: [{strike: {level: = wish.size}}]
        because: {en: For a test., zh: 测试。}
        source: T1
      - {otherwise: no}
""")


def test_an_event_opens_no_more_entries_the_longer_the_ledger_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    open_one = Page._opened

    def counted(self: Page, *told: Any) -> Entry | None:
        opened[-1] += 1
        return open_one(self, *told)

    monkeypatch.setattr(Page, "_opened", counted)
    with place.engine(FLAT) as one, place.engine(FLAT) as other:
        for n in range(40):
            opened.append(0)
            whom = {"contact": f"c{n}", "customer": f"u{n}", "advisor": f"a{n % 2}"}
            asked = told(f"e{n}", "asked", n, **whom, facts={"wish.size": n % 3})
            record = (other if n % 4 == 3 else one).decide(asked)
            assert (record.facts["history.all"], record.facts["history.mine"]) == (n // 3, n // 2)
    assert sum(opened[20:]) > 0
    assert max(opened[20:]) <= 4


def test_what_was_read_of_a_server_that_went_away_is_read_again(tmp_path: Path) -> None:
    store, recall = postgres(tmp_path).open(), Recall(POLICY, WHERE)
    take(store, 0, Strike("x", "a", 0, 1, None), [])

    def asked() -> list[str]:
        with store.writing() as ledger, counting(ledger) as read:
            view = recall.view("x", 100, ledger)
            assert view.answers(POLICY.folds["history.count"], "x", {}, [{}]) == [1]
            assert view.answers(POLICY.folds["history.sum_of_all"], None, {}, [{}]) == [1]
        return read

    assert asked() == ["l0", "l0"]
    assert asked() == []
    cluster().restart()
    assert asked() == ["l0", "l0"]
    assert asked() == []
    store.close()
