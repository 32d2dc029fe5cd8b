"""Whatever a plugin does in a hook, only what needs its answer falls back, the plugin is named, the process lives."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

from centre import event
from desk import Clock
from forbear import Alarm, Engine, PluginError, SpeechSignals
from forbear.engine.outbox import Outbox
from forbear.hooks import Hooks
from forbear.ledger.checkpoints import as_book, latest
from house import NEEDS, Calm, Hangs, Watch, asking, house, opened, plugin, run, said

HOOKS = {name for name, function in vars(Hooks).items() if inspect.isfunction(function)}
AT_THE_START = {"supply_calendar", "open_store", "supply_packs", "supply_vocabulary"}
OBSERVERS = {"decision_recorded", "alarm_raised"}


def test_every_hook_has_its_place_in_these_tests() -> None:
    assert {*NEEDS, *AT_THE_START, *OBSERVERS, "perform", "sign_checkpoint"} == HOOKS


@frozen
class Manner:
    """A way to misbehave, and what the reason says of it."""

    does: Callable[..., Any]
    says: str
    deadline: float | None = None


def raises(error: BaseException) -> Callable[[], Any]:
    def function() -> Any:
        raise error

    return function


MANNERS = {
    "raises": Manner(raises(ValueError("secret")), "raised ValueError at test_every_hook.py:"),
    "exits": Manner(raises(SystemExit(3)), "raised SystemExit at test_every_hook.py:"),
    "ends a generator": Manner(raises(GeneratorExit()), "raised GeneratorExit at"),
    "stops an iteration": Manner(raises(StopIteration()), "raised StopIteration at"),
    "raises in time": Manner(raises(TimeoutError()), "raised TimeoutError at", 60),
    "exits in time": Manner(raises(SystemExit()), "raised SystemExit at", 60),
    "answers a number": Manner(lambda: 7, "answered int, not"),
    "answers its own class": Manner(lambda: SpeechSignals, "answered type, not"),
    "answers objects": Manner(lambda: [object()], "answered list, not"),
    "answers a generator": Manner(lambda: (one for one in ()), "answered generator, not"),
}


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
@pytest.mark.parametrize("hook", NEEDS)
def test_a_failing_plugin_harms_only_what_needs_its_answer(hook: str, manner: Manner) -> None:
    watch, wild = Watch(), plugin(hook, manner.does, deadline=manner.deadline)
    record = run(watch, wild, given=asking(hook))
    assert record.degraded is not None
    assert set(record.degraded) == NEEDS[hook]
    for name in NEEDS[hook]:
        assert record.degraded[name].startswith(f"plugin Wild: {hook}: {manner.says}")
        assert "secret" not in record.degraded[name]
    assert watch.alarms[0] == Alarm("e1", "plugin", "Wild", record.degraded[min(NEEDS[hook])])


@pytest.mark.parametrize("hook", NEEDS)
def test_what_another_plugin_gives_stands(hook: str) -> None:
    record = run(Calm(), plugin(hook, raises(ValueError())), given=asking(hook))
    assert record.degraded is None
    assert run(plugin(hook, raises(ValueError())), Calm(), given=asking(hook)).outcome == record.outcome


@pytest.mark.parametrize("hook", NEEDS)
def test_none_means_nothing_to_add(hook: str) -> None:
    record = run(Calm(), plugin(hook, lambda: None), given=asking(hook))
    assert record.degraded is None
    assert record.outcome == run(Calm(), given=asking(hook)).outcome


@pytest.mark.parametrize("hook", NEEDS)
def test_a_plugin_that_hangs_is_left_behind(hook: str) -> None:
    hangs = Hangs()
    try:
        record = run(plugin(hook, lambda: hangs(), deadline=0.01), given=asking(hook))
        assert record.degraded is not None
        for name in NEEDS[hook]:
            assert record.degraded[name] == f"plugin Wild: {hook}: did not answer within its deadline of 0.01 s"
    finally:
        hangs.free.set()


ALARMING = said(facts={"customer.calm": "perhaps", "centre.calm": True})  # something falls back, something is owed


@pytest.mark.parametrize("deadline", [None, 60])
@pytest.mark.parametrize("hook", [*sorted(NEEDS), "perform", *sorted(OBSERVERS)])
def test_an_interrupt_by_a_person_passes(hook: str, deadline: float | None) -> None:
    given = asking(hook) if hook in NEEDS else ALARMING
    with opened(plugin(hook, raises(KeyboardInterrupt()), deadline=deadline)) as one, pytest.raises(KeyboardInterrupt):
        one.decide(given)


# --- observers and performers


@pytest.mark.parametrize("manner", ["raises", "exits", "ends a generator", "exits in time"])
@pytest.mark.parametrize("hook", sorted(OBSERVERS))
def test_an_observer_that_fails_changes_nothing(hook: str, manner: str) -> None:
    how, watch = MANNERS[manner], Watch()
    calm = run(Watch(), given=ALARMING)
    assert run(watch, plugin(hook, how.does, deadline=how.deadline), given=ALARMING) == calm
    assert watch.records == [calm]
    assert watch.alarms, "the others are told all the same"


@pytest.mark.parametrize("hook", sorted(OBSERVERS))
def test_an_observer_that_hangs_is_left_behind(hook: str) -> None:
    hangs = Hangs()
    try:
        assert run(plugin(hook, lambda: hangs(), deadline=0.01), given=ALARMING) == run(given=ALARMING)
    finally:
        hangs.free.set()
    assert hangs.calls


@pytest.mark.parametrize("manner", ["raises", "exits", "ends a generator", "exits in time"])
def test_a_performer_that_fails_is_asked_again(manner: str) -> None:
    how, watch = MANNERS[manner], Watch()
    clock = Clock()
    with opened(Calm(), watch, plugin("perform", how.does, deadline=how.deadline)) as one:
        one.outbox = Outbox(one.store, one.plugins, clock)
        assert one.decide(said()).degraded is None
        clock.move(minutes=1)
        one.decide(said("e2", 1, facts={"centre.calm": False}))
    failed = [alarm for alarm in watch.alarms if alarm.kind == "plugin"]
    assert [(alarm.event, alarm.subject) for alarm in failed] == [("e1", "Wild"), ("e2", "Wild")]
    assert failed[0].reason.startswith(f"plugin Wild: perform: {how.says}")
    assert failed[0].reason.endswith("; o:e1:note waits")


# --- whoever signs checkpoints


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
def test_a_signer_that_fails_leaves_a_tick_without_a_checkpoint_and_raises_an_alarm(manner: Manner) -> None:
    watch, wild = Watch(), plugin("sign_checkpoint", manner.does, deadline=manner.deadline)
    tick = event("t1", "tick")
    assert run(watch, wild, given=tick) == run(given=tick)
    (alarm,) = watch.alarms
    assert (alarm.event, alarm.kind) == ("t1", "checkpoint")
    assert alarm.reason.startswith(f"plugin Wild: sign_checkpoint: {manner.says[:12]}")
    assert "secret" not in alarm.reason


def test_a_signer_that_hangs_is_left_behind() -> None:
    hangs, watch = Hangs(), Watch()
    try:
        run(watch, plugin("sign_checkpoint", lambda: hangs(), deadline=0.01), given=event("t1", "tick"))
    finally:
        hangs.free.set()
    assert [alarm.kind for alarm in watch.alarms] == ["checkpoint"]


def test_the_signer_registered_last_counts_and_none_leaves_it_to_the_others() -> None:
    signs = [plugin("sign_checkpoint", lambda name=name: name and (name, b"x")) for name in ("first", "last", None)]
    with opened(*signs) as one:
        one.decide(event("t1", "tick"))
        with one.store.reading() as transaction:
            made = latest(as_book(transaction))
    assert made is not None
    assert made.signer == "last"


# --- hooks that are asked when the engine is made


@pytest.mark.parametrize("manner", ["raises", "exits", "ends a generator", "exits in time", "answers a number"])
@pytest.mark.parametrize("hook", sorted(AT_THE_START))
def test_an_engine_whose_plugin_fails_at_the_start_is_not_made(hook: str, manner: str) -> None:
    how = MANNERS[manner]
    wild = plugin(hook, how.does, deadline=how.deadline)
    with pytest.raises(PluginError) as caught:
        start(hook, wild)
    assert str(caught.value).startswith(f"plugin Wild: {hook}: {how.says[:12]}")
    if manner == "raises":
        assert "secret" in str(caught.value), "no customer has spoken yet, so the words may be shown"


@pytest.mark.parametrize("hook", sorted(AT_THE_START))
def test_an_engine_whose_plugin_hangs_at_the_start_is_not_made(hook: str) -> None:
    hangs = Hangs()
    try:
        with pytest.raises(PluginError, match=f"plugin Wild: {hook}: did not answer within its deadline of 0.01 s"):
            start(hook, plugin(hook, lambda: hangs(), deadline=0.01))
    finally:
        hangs.free.set()


def start(hook: str, wild: object) -> None:
    policy = "standard" if hook in ("supply_packs", "supply_vocabulary") else house()
    Engine(policy, "odd:" if hook == "open_store" else "memory:", discover=False, plugins=[wild])
