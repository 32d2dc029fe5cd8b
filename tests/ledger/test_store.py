"""What every store promises, whatever its medium."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from forbear import LedgerError
from forbear.language.types import Value
from forbear.ledger import Store
from forbear.ledger.entries import FIRST, LAST, Entry
from forbear.ledger.store import Decided, Transaction, Waiting
from places import Place


def entry(id: str, at: int = 0, kind: str = "note", **more: object) -> Entry:
    values: Mapping[str, Value] = more.pop("values", {})  # type: ignore[assignment]
    scopes = {"contact": "c1", "customer": "u1", "advisor": "a1", **more}
    return Entry(id, kind, at, values=values, **scopes)  # type: ignore[arg-type]


def append(store: Store, *entries: Entry) -> None:
    with store.writing() as transaction:
        for one in entries:
            transaction.append(one)


def ids(
    store: Store, scope: str = "customer", scope_id: str | None = "u1", since: int | None = None, at: int = LAST
) -> list[str]:
    with store.reading() as transaction:
        return [one.id for one in transaction.entries("note", scope, scope_id, since, at)]


def test_an_entry_comes_back_as_it_was(store: Store) -> None:
    values = {
        "yes": True,
        "no": False,
        "many": 2**63 - 1,
        "few": -(2**63),
        "text": "你好 \x01 \U0001f600 \"'",
        "list": ("a", "b"),
        "none": (),
    }
    given = entry("l1", 7, values=values, customer=None)
    append(store, given)
    with store.reading() as transaction:
        assert transaction.entry("l1", 7) == given
        found = transaction.entry("l1", 7)
        assert found is not None
        assert type(found.values["yes"]) is bool
        assert transaction.entry("l1", 6) is None, "it is younger"
        assert transaction.entry("l2", 7) is None


def test_the_whole_calendar_fits(store: Store) -> None:
    append(store, entry("first", FIRST), entry("last", LAST))
    assert ids(store) == ["first", "last"]
    assert ids(store, since=FIRST - 1, at=FIRST) == ["first"]


def test_entries_are_those_of_the_kind_in_the_scope(store: Store) -> None:
    append(
        store,
        entry("l1"),
        entry("l2", contact="c2"),
        entry("l3", customer="u2"),
        entry("l4", advisor=None),
        entry("l5", kind="other"),
    )
    assert ids(store, "contact", "c1") == ["l1", "l3", "l4"]
    assert ids(store, "customer", "u1") == ["l1", "l2", "l4"]
    assert ids(store, "advisor", "a1") == ["l1", "l2", "l3"]
    assert ids(store, "centre", None) == ["l1", "l2", "l3", "l4"]
    assert ids(store, "contact", "c9") == []
    assert ids(store, "contact", None) == [], "an entry without a contact is in nobody's"


def test_those_of_nobody_name_neither_a_contact_nor_a_customer(store: Store) -> None:
    assert ids(store, "nobody", None) == []
    nobody = {"contact": None, "customer": None}
    append(store, entry("l1", **nobody), entry("l2", contact=None), entry("l3", customer=None), entry("l4"))
    append(store, entry("l5", 5, advisor=None, **nobody), entry("l6", kind="other", **nobody))
    assert ids(store, "nobody", None) == ["l1", "l5"]
    assert ids(store, "nobody", None, since=0) == ["l5"]
    assert ids(store, "nobody", None, at=4) == ["l1"]


def test_what_was_dropped_is_gone_for_the_rest_of_the_transaction(store: Store) -> None:
    append(store, entry("l1"), entry("l2", 5))
    with store.writing() as transaction:
        assert [one.id for one in transaction.entries("note", "contact", "c1", None, LAST)] == ["l1", "l2"]
        assert transaction.expire("note", 5) == 1
        assert [one.id for one in transaction.entries("note", "contact", "c1", None, LAST)] == ["l2"]


def test_entries_come_by_their_moment_then_as_appended(store: Store) -> None:
    append(store, entry("l1", 5), entry("l2", 3), entry("l3", 5), entry("l0", 3))
    assert ids(store) == ["l2", "l0", "l1", "l3"]


def test_the_window_is_open_at_its_beginning_and_closed_at_its_end(store: Store) -> None:
    append(store, *(entry(f"l{at}", at) for at in range(5)))
    assert ids(store, since=1, at=3) == ["l2", "l3"]
    assert ids(store, since=3, at=3) == []


def test_amendments_count_by_their_moment_then_as_appended(store: Store) -> None:
    append(store, entry("l1", 0, values={"a": 1, "b": 1}))
    with store.writing() as transaction:
        transaction.amend("l1", 20, {"a": 20})
        transaction.amend("l1", 10, {"a": 10, "c": 10})
        transaction.amend("l1", 20, {"a": 21})
        transaction.amend("nobody", 20, {"a": 21})
    with store.reading() as transaction:
        seen = {at: one.values for at in (0, 9, 10, 19, 20) if (one := transaction.entry("l1", at))}
        (listed,) = transaction.entries("note", "customer", "u1", None, 10)
    assert seen == {
        0: {"a": 1, "b": 1}, 9: {"a": 1, "b": 1}, 10: {"a": 10, "b": 1, "c": 10}, 19: {"a": 10, "b": 1, "c": 10},
        20: {"a": 21, "b": 1, "c": 10},
    }  # fmt: skip
    assert listed.values == seen[10]


def test_an_amendment_neither_moves_an_entry_nor_touches_its_neighbours(store: Store) -> None:
    append(store, entry("l1", 1), entry("l2", 2), entry("l3", 3))
    with store.writing() as transaction:
        transaction.amend("l2", 9, {"a": 1})
        transaction.amend("l1", 9, {"b": 1})
    with store.reading() as transaction:
        found = list(transaction.entries("note", "customer", "u1", None, 9))
    assert [(one.id, one.at, one.values) for one in found] == [("l1", 1, {"b": 1}), ("l2", 2, {"a": 1}), ("l3", 3, {})]


def test_a_decision_is_kept_under_its_event(store: Store) -> None:
    with store.writing() as transaction:
        assert transaction.decided("e1") is None
        transaction.save_decision("e1", "mark", 5, "c1", "u1", '{"id": "d:e1"}')
        assert transaction.decided("e1") == Decided(transaction.mark("mark"), '{"id": "d:e1"}')
    with store.reading() as transaction:
        assert transaction.decided("e1") == Decided(transaction.mark("mark"), '{"id": "d:e1"}')


def test_the_latest_moment_is_the_customers_else_the_contacts_else_that_of_neither(store: Store) -> None:
    with store.writing() as transaction:
        for event, at, contact, customer in (
            ("e1", 5, "c1", "u1"),
            ("e2", 9, "c2", None),
            ("e3", 7, None, None),
            ("e4", 3, "c1", "u1"),
        ):
            transaction.save_decision(event, "", at, contact, customer, "{}")
    with store.reading() as transaction:
        assert transaction.latest("c2", "u1") == 5
        assert transaction.latest("c2", None) == 9
        assert transaction.latest("c1", None) == 5
        assert transaction.latest(None, None) == 7
        assert transaction.latest("c1", "u9") is None
        assert transaction.latest("c9", None) is None


def test_obligations_are_watched_until_settled_or_raised(store: Store) -> None:
    append(store, *(entry(f"o{n}", kind="obligation") for n in range(5)))
    with store.writing() as transaction:
        for n, due in enumerate((30, 10, 20, 10, 40)):
            transaction.owe(f"o{n}", due, f"payload {n}")
        assert transaction.overdue(10) == []
        assert transaction.overdue(31) == ["o1", "o3", "o2", "o0"]
        transaction.settle("o3")
        transaction.raise_overdue("o2")
        assert transaction.overdue(31) == ["o1", "o0"]
        transaction.settle("o2")
        transaction.settle("nobody")
        transaction.raise_overdue("nobody")
        assert transaction.overdue(LAST) == ["o1", "o0", "o4"]


def test_the_outbox_keeps_its_order_until_delivered(store: Store) -> None:
    append(store, *(entry(f"o{n}", kind="obligation") for n in (3, 1, 2)))
    with store.writing() as transaction:
        for n in (3, 1, 2):
            transaction.owe(f"o{n}", 10, f"payload {n}")
    with store.writing() as transaction:
        transaction.delivered("o1")
        transaction.delivered("o1")
    with store.reading() as transaction:
        assert transaction.outbox() == [Waiting("o3", "payload 3"), Waiting("o2", "payload 2")]
    with store.writing() as transaction:
        transaction.settle("o3")
        assert transaction.outbox() == [Waiting("o2", "payload 2")], "what is closed is handed to nobody"


def test_a_problem_may_hold_any_character(store: Store) -> None:
    append(store, entry("o1", kind="obligation"))
    with store.writing() as transaction:
        transaction.owe("o1", 10, "payload")
        transaction.failed("o1", 5, "no file 'a\0b\ud800' 你好", dead=False)
        waiting = transaction.waiting("o1")
    assert waiting is not None
    assert waiting.problem == "no file 'a?b?' 你好"
    assert (waiting.tries, waiting.after) == (1, 5)


def test_an_id_is_taken_once(store: Store) -> None:
    append(store, entry("l1"))
    with pytest.raises(LedgerError):
        append(store, entry("l2"), entry("l1"))
    assert ids(store) == ["l1"]


def write_and_raise(transaction: Transaction, error: type[BaseException]) -> None:
    before = everything(transaction)
    transaction.append(entry("l2"))
    transaction.amend("l1", 1, {"a": 2})
    transaction.append(entry("o1", kind="obligation"))
    transaction.owe("o1", 1, "payload")
    transaction.save_decision("e1", "", 1, "c1", "u1", "{}")
    assert everything(transaction) != before, "a transaction sees what it wrote"
    raise error


def everything(transaction: Transaction) -> object:
    return (
        list(transaction.entries("note", "centre", None, None, LAST)),
        transaction.decided("e1"),
        transaction.overdue(LAST),
        transaction.outbox(),
    )


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_a_transaction_that_raises_leaves_nothing(store: Store, error: type[BaseException]) -> None:
    append(store, entry("l1"))
    with store.reading() as transaction:
        before = everything(transaction)
    with pytest.raises(error), store.writing() as transaction:
        write_and_raise(transaction, error)
    with store.reading() as transaction:
        assert everything(transaction) == before
    append(store, entry("l9"))


def test_an_attempt_that_raises_is_undone_on_its_own(store: Store) -> None:
    append(store, entry("l1"))
    with store.writing() as transaction:
        transaction.append(entry("kept"))
        before = everything(transaction)
        for _ in range(2):
            with pytest.raises(ValueError), transaction.attempt():  # noqa: PT011 — its own error
                write_and_raise(transaction, ValueError)
            assert everything(transaction) == before
        with transaction.attempt():
            transaction.append(entry("kept too"))
    assert ids(store) == ["l1", "kept", "kept too"]


def test_a_closed_store_is_a_ledger_error_and_may_be_closed_again(store: Store) -> None:
    store.close()
    store.close()
    for view in (store.reading, store.writing):
        with pytest.raises(LedgerError), view():
            pass


def test_threads_take_turns(store: Store) -> None:
    def work(name: str) -> None:
        for n in range(25):
            append(store, entry(f"{name}{n}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids(store)) == 100


def test_another_connection_sees_what_was_kept_and_nothing_before(place: Place) -> None:
    one, other = place.open(), place.open()
    with one.writing() as transaction:
        transaction.append(entry("l1"))
        assert ids(other) == []
    assert ids(other) == ["l1"]
    with other.reading() as view:
        assert view.entry("l1", 0) is not None
        append(one, entry("l2"))
        assert [found.id for found in view.entries("note", "centre", None, None, LAST)] == ["l1"], "one view, one state"
    one.close()
    other.close()
    again = place.open()
    assert ids(again) == ["l1", "l2"]
    again.close()
