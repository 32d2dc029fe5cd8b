"""What is kept at hand of a customer's past answers as the ledger itself, however the past grows."""

from __future__ import annotations

from attrs import frozen
from hypothesis import event, given
from hypothesis import strategies as st

from centre import small
from forbear.evaluate import Compiled
from forbear.language.types import Value
from forbear.ledger import SQLiteStore
from forbear.ledger.entries import SECOND, Entry
from forbear.ledger.fold import ask_each
from forbear.ledger.recall import Recall
from strategies.profile import examples

POLICY = small("""
facts:
  who.advisor: {type: string, optional: true}
  pool: {list_of: {id: string, level: {type: int, range: [0, 3], optional: true}}}
settings: {lately: {type: int, unit: minutes, range: [1, 1000], default: 2}}
entries:
  strike: {level: {type: int, range: [0, 3]}, heard: {type: bool, default: false}, note: {type: string, optional: true}}
  other: {level: {type: int, range: [0, 9]}}
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
  young: {count: strike, where: age < 60, scope: customer}
""")
WHERE = {path: Compiled(POLICY).predicate(fold) for path, fold in POLICY.folds.items()}
CUSTOMERS = ("x", "y", "z")
MOMENTS = st.integers(0, 12).map(lambda n: n * 30 * SECOND)


@frozen
class Strike:
    customer: str
    advisor: str
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
class Question:
    customer: str
    at: int
    advisor: str | None


STEPS = st.one_of(
    st.builds(
        Strike, st.sampled_from(CUSTOMERS), st.sampled_from("ab"), MOMENTS, st.integers(0, 3),
        st.sampled_from([None, "a", "b"]),
    ),
    st.builds(
        Change, st.integers(0, 9), MOMENTS,
        st.fixed_dictionaries({}, optional={"level": st.integers(0, 3), "heard": st.booleans(), "note": st.just("b")}),
    ),
    st.builds(Joined, st.sampled_from(CUSTOMERS), st.sampled_from(CUSTOMERS), MOMENTS, st.booleans()),
    st.builds(Gone, st.sampled_from(CUSTOMERS), MOMENTS),
    st.builds(Question, st.sampled_from(CUSTOMERS), MOMENTS, st.sampled_from([None, "a", "b"])),
    st.builds(Question, st.sampled_from(CUSTOMERS), st.just(400 * SECOND), st.sampled_from([None, "a", "b"])),
)  # fmt: skip


def take(store: SQLiteStore, n: int, step: Strike | Change | Joined | Gone, ids: list[str]) -> None:
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
                gone = ledger.erase(customer, at)
                store.destroy(gone)


@examples(150)
@given(steps=st.lists(STEPS, min_size=12, max_size=30))
def test_a_past_at_hand_answers_as_the_ledger(steps: list[Strike | Change | Joined | Gone | Question]) -> None:
    store, recall, ids = SQLiteStore(":memory:"), Recall(POLICY, WHERE), []
    levels = [{"level": n} for n in range(4)] + [{}]
    for n, step in enumerate(steps):
        if not isinstance(step, Question):
            take(store, n, step, ids)
            continue
        facts: dict[str, Value] = {"who.advisor": step.advisor} if step.advisor else {}
        with store.reading() as ledger:
            past = recall.past(step.customer, step.at, ledger)
            event("asked of the ledger" if past is None else "at hand")
            for fold in POLICY.folds.values() if past is not None else ():
                if recall.keeps(fold.path):
                    where = WHERE[fold.path]
                    told = ask_each(fold, POLICY, ledger, step.customer, facts, where, step.at, levels)
                    assert past.answers(fold, facts, levels) == told, fold.path
    store.close()


def test_what_moves_with_time_or_is_not_of_the_customer_is_not_kept() -> None:
    recall = Recall(POLICY, WHERE)
    assert {path for path in POLICY.folds if not recall.keeps(path)} == {"history.elsewhere", "history.young"}


def test_only_what_is_new_is_read() -> None:
    store, recall = SQLiteStore(":memory:"), Recall(POLICY, WHERE)
    ids: list[str] = []
    for n in range(50):
        take(store, n, Strike("x", "a", n, 1, None), ids)
    read: list[int] = []
    with store.reading() as ledger:
        grown = ledger.grown
        ledger.grown = lambda group, seen: (read.append(1) or one for one in grown(group, seen))  # type: ignore[method-assign]
        assert recall.past("x", 100, ledger) is not None
        assert len(read) == 50
        recall.past("x", 100, ledger)
        assert len(read) == 50
    take(store, 50, Strike("x", "a", 60, 1, None), ids)
    take(store, 51, Change(3, 61, {"heard": True}), ids)
    with store.reading() as ledger:
        grown = ledger.grown
        ledger.grown = lambda group, seen: (read.append(1) or one for one in grown(group, seen))  # type: ignore[method-assign]
        recall.past("x", 100, ledger)
    assert len(read) == 52
    store.close()
