"""Histories of an outbox: performers that fail, crashes between any two steps, clocks that jump; several processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from centre import START, closed, engine, event
from conftest import examples
from desk import Clock, cross, policy
from forbear import Owed, hookimpl
from forbear.engine.outbox import Handed, Outbox
from forbear.engine.schedule import BASE, CAP, LEASE, TRIES
from forbear.ledger import SQLiteStore, Store
from forbear.ledger.store import FARTHEST, Transaction
from places import LASTING, Place

LONG_AGO = START - timedelta(days=36500)
JUMPS = st.sampled_from([1e-6, 5, 10, 60, 299.999999, 300, 3600, 86400, -5, -3600, -86400 * 400, 86400 * 400])
CRASHES = st.none() | st.integers(0, 25)


class Crash(KeyboardInterrupt):
    """The process dies here."""


@define
class Steps:
    """How many steps are left before the process dies."""

    left: int | None = None

    def __call__(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Crash


@define
class Mortal:
    """A store whose process may die before a transaction, at its end, and when it is kept."""

    store: Store
    step: Steps

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        self.step()
        with self.store.reading() as transaction:
            yield transaction

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        self.step()
        with self.store.writing() as transaction:
            yield transaction
            self.step()
        self.step()

    def destroy(self, keys: Iterable[int]) -> None:
        self.store.destroy(keys)

    def close(self) -> None:
        self.store.close()


@define
class Known:
    """What somebody outside knows of an obligation: no attempt may come before `earliest`."""

    earliest: datetime = LONG_AGO
    failed: int = 0  # attempts, since a person last asked for them
    unsure: int = 0  # attempts that a crash cut short
    cut: int = 0  # the same, ever
    done: int = 0
    closed: bool = False
    gone: bool = False  # closed, or taken over, and that noted
    dead: bool = False


@define
class Host:
    """A ticket system that fails at times, and holds each attempt against what is known."""

    clock: Clock
    step: Steps
    fails: str = "never"
    known: dict[str, Known] = field(factory=dict)
    touched: list[tuple[str, bool]] = field(factory=list)  # by the work in hand: which, and whether it went well
    wrong: list[str] = field(factory=list)

    @hookimpl
    def perform(self, obligation: Owed) -> None:
        one, now = self.known.setdefault(obligation.id, Known()), self.clock()
        if one.gone or one.dead:
            self.wrong.append(f"{obligation.id} was tried again: {one}")
        # A moment further off than any back-off was set by a clock that was wrong.
        if now < one.earliest <= now + timedelta(microseconds=FARTHEST):
            self.wrong.append(f"{obligation.id} was tried at {now}: {one}")
        one.earliest = now + LEASE
        self.touched.append((obligation.id, False))
        self.step()
        if self.fails in ("always", obligation.owe):
            raise ConnectionError
        one.done += 1
        self.touched[-1] = obligation.id, True
        self.step()


class Deliveries(RuleBasedStateMachine):
    """One ledger, a process that decides and hands over, and others that only hand over."""

    @initialize(chance=st.sampled_from([0.0, 0.5, 1.0]))
    def open(self, chance: float) -> None:
        self.clock, self.step, self.chance, self.events = Clock(), Steps(), chance, 0
        self.host = Host(self.clock, self.step)
        self.store = Mortal(SQLiteStore(":memory:"), self.step)
        self.deciding = engine(policy(), self.store, plugins=[self.host])  # type: ignore[arg-type]
        self.deciding.outbox = self.outbox()

    def outbox(self) -> Outbox:
        return Outbox(self.store, self.deciding.plugins, self.clock, lambda: self.chance)

    def does(self, work: Callable[[], object], steps: int | None = None) -> bool:
        """Whether some work was done to its end; after so many steps the process dies."""
        self.host.touched.clear()
        self.step.left = steps
        try:
            work()
        except Crash:
            self.learn(cut=True)
            return False
        finally:
            self.step.left = None
        self.learn(cut=False)
        return True

    def learn(self, cut: bool) -> None:
        """What became of each attempt; nobody knows it of the last one where the process died."""
        for n, (id_, well) in enumerate(self.host.touched):
            one = self.host.known[id_]
            if cut and n == len(self.host.touched) - 1:
                one.unsure += 1
                one.cut += 1
                one.earliest = self.clock.now + BASE / 2
            elif well:
                one.gone = True
            else:
                one.failed += 1
                one.earliest = self.clock.now + BASE / 2

    def deliver(self) -> None:
        """One pass, which says what it did."""
        told: list[Handed] = list(self.outbox().deliver())
        assert [(one.obligation.id, one.outcome == "delivered") for one in told] == self.host.touched
        for handed in told:
            assert (handed.outcome == "dead") == (bool(handed.problem) and handed.tries == TRIES)

    @rule(steps=CRASHES)
    def something_is_owed(self, steps: int | None) -> None:
        self.events += 1
        event = cross(f"e{self.events}", self.events / 100, contact=f"c{self.events}")
        if not self.does(lambda: self.deciding.decide(event), steps):
            assert self.does(lambda: self.deciding.decide(event))
        for owe in ("note", "letter"):
            self.host.known.setdefault(f"o:e{self.events}:{owe}", Known())

    @rule(steps=CRASHES)
    def a_process_delivers(self, steps: int | None) -> None:
        self.does(self.deliver, steps)

    @rule(seconds=JUMPS)
    def the_clock_moves(self, seconds: float) -> None:
        self.clock.move(seconds=seconds)

    @rule(fails=st.sampled_from(["never", "always", "note", "letter"]))
    def the_desk_changes(self, fails: str) -> None:
        self.host.fails = fails

    @rule(steps=st.none() | st.integers(0, 60))
    def the_desk_is_closed_for_long(self, steps: int | None) -> None:
        self.host.fails = "always"
        for _ in range(TRIES):
            self.does(self.deliver, steps)
            self.clock.now += CAP

    @precondition(lambda self: any(not one.gone for one in self.host.known.values()))
    @rule(data=st.data(), steps=CRASHES)
    def one_is_closed(self, data: st.DataObject, steps: int | None) -> None:
        id_ = data.draw(st.sampled_from([id_ for id_, one in self.host.known.items() if not one.gone]))
        self.host.known[id_].closed = self.host.known[id_].gone = True
        event = closed(f"x-{id_}", 20, id_)
        if not self.does(lambda: self.deciding.decide(event), steps):
            assert self.does(lambda: self.deciding.decide(event))

    @precondition(lambda self: any(one.dead for one in self.host.known.values()))
    @rule(data=st.data())
    def a_person_has_one_tried_again(self, data: st.DataObject) -> None:
        self.replay(data.draw(st.sampled_from([id_ for id_, one in self.host.known.items() if one.dead])))

    def replay(self, id_: str) -> None:
        assert self.outbox().replay(id_)
        one = self.host.known[id_]
        one.dead, one.failed, one.unsure, one.earliest = False, 0, 0, LONG_AGO

    @invariant()
    def nothing_was_done_that_may_not_be(self) -> None:
        if not hasattr(self, "store"):
            return
        assert self.host.wrong == []
        dead = {letter.obligation.id for letter in self.outbox().dead()}
        for id_, one in self.host.known.items():
            one.dead = id_ in dead
            assert not (one.dead and one.gone)
            if one.dead:
                assert one.failed <= TRIES <= one.failed + one.unsure
            elif not one.gone:
                assert one.failed < TRIES
            assert one.done <= 1 + one.cut

    def teardown(self) -> None:
        """The desk opens, a person has the dead ones tried again, and time passes: nothing is left undone."""
        if not hasattr(self, "store"):
            return
        self.host.fails = "never"
        for letter in self.outbox().dead():
            self.replay(letter.obligation.id)
        self.clock.now += timedelta(microseconds=FARTHEST)  # what waits longer waits for a clock that jumped back
        for _ in range(2):
            self.clock.now += max(LEASE, CAP)
            self.does(self.deliver)
        assert self.host.wrong == []
        assert self.outbox().waiting() == 0
        assert [id_ for id_, one in self.host.known.items() if not (one.done or one.closed)] == []
        self.store.close()


Deliveries.TestCase.settings = settings(max_examples=examples(40), stateful_step_count=25)
TestDeliveries = Deliveries.TestCase


def test_what_expired_waits_for_nobody_wherever_the_tick_that_found_it_dies() -> None:
    found = set()
    for left in range(30):
        step = Steps()
        with engine(policy(), Mortal(SQLiteStore(":memory:"), step)) as one:  # type: ignore[arg-type]
            one.decide(cross("e1"))
            step.left = left
            with suppress(Crash):
                one.decide(event("t", "tick", 180))
            step.left = None
            with one.store.reading() as ledger:
                ticked = ledger.decided("t") is not None
                raised = ledger.decided("o:e1:letter:overdue") is not None
                assert (ledger.waiting("o:e1:letter") is None) == ticked
            found.add((ticked, raised))
    assert found == {(False, False), (True, False), (True, True)}, "it died before, between and after the two"


# --- several processes on one ledger

FORK = get_context("fork")


class Filing:
    """Writes what it is given to a file, one line each, and says by which process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @hookimpl
    def perform(self, obligation: Owed) -> None:
        with self.path.open("ab", buffering=0) as file:
            file.write(f"{obligation.id} {os.getpid()}\n".encode())

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.path.read_text().splitlines()] if self.path.exists() else []


@pytest.fixture(params=LASTING)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Room for a ledger that many may open."""
    return LASTING[request.param](tmp_path)


def owing(place: Place, number: int) -> set[str]:
    """A ledger in which so many events left their obligations; their ids."""
    with place.engine(policy()) as one:
        one.decide_all(cross(f"e{n}", n / 100, contact=f"c{n}") for n in range(number))
    return {f"o:e{n}:{owe}" for n in range(number) for owe in ("note", "letter")}


def delivering(place: Place, filing: Filing, late: timedelta) -> None:
    with place.engine(policy(), plugins=[filing]) as one:
        for _ in Outbox(one.store, one.plugins, lambda: START + late).deliver():
            pass


def start(place: Place, filing: Filing, late: timedelta = timedelta()) -> BaseProcess:
    policy()  # read once, before the fork
    process = FORK.Process(target=delivering, args=(place, filing, late))
    process.start()
    return process


def test_processes_that_deliver_at_once_share_the_work_and_do_nothing_twice(place: Place, tmp_path: Path) -> None:
    filing = Filing(tmp_path / "done")
    ids = owing(place, 40)
    processes = [start(place, filing) for _ in range(3)]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert sorted(id_ for id_, _ in filing.lines()) == sorted(ids)


@pytest.mark.parametrize("after", [1, 30])
def test_what_a_killed_process_had_in_hand_is_handed_over_after_its_lease(
    place: Place, tmp_path: Path, after: int
) -> None:
    filing = Filing(tmp_path / "done")
    ids = owing(place, 40)
    processes = [start(place, filing) for _ in range(2)]
    while len(filing.lines()) < after and any(process.is_alive() for process in processes):
        pass
    for process in processes:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    again = start(place, filing, LEASE)
    again.join()
    assert again.exitcode == 0
    done = [id_ for id_, _ in filing.lines()]
    assert set(done) == ids
    assert len(done) <= len(ids) + 2, "each killed process may have had one in hand"
    with place.engine(policy()) as one:
        assert one.outbox.waiting() == 0
