"""One call for a test suite: a pack is checked, its promises are proved, and random histories look for what breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import frozen
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from forbear.engine import Engine
from forbear.engine.auditor import audit
from forbear.engine.parts import load_pack
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import Diagnostic, EventError, PackError
from forbear.language import ir
from forbear.language.choosing import under
from forbear.records import Plain
from forbear.testing.hearing import Hearing, faults
from forbear.testing.promises import broken_promises
from forbear.testing.recount import differences
from forbear.testing.stories import as_story, as_tests, in_force, with_settings
from forbear.testing.strategies.events import Event
from forbear.testing.strategies.telling import Telling

CHECK, PROVE, HISTORIES = "check", "prove", "histories"


@frozen
class Verified:
    """What was done, and what was left out, with the reason."""

    policy: ir.Policy
    done: tuple[str, ...]  # of check, prove and histories
    skipped: Mapping[str, str]  # of the same → why
    proved: tuple[str, ...]  # the promises that hold over all facts and histories


def assert_invariants(
    pack: str | Path | ir.Policy = "standard",
    *,
    settings: Mapping[str, object] | None = None,
    plugins: Sequence[object] = (),
    histories: int = 50,
    length: int = 25,
    prove: bool = True,
) -> Verified:
    """Verify a pack: check it, prove its promises, and take so many random histories of a length through an engine.

    A pack given by name may be one that an installed plugin brings, or one of `plugins`, whose words it may use too.
    A proof needs the extra `prove`; without it that part is skipped, and what comes back says so. Raises AssertionError
    with the place of each mistake, or with the case or story that breaks a promise.
    """
    policy = _checked(pack, settings or {}, plugins)
    chosen = in_force(policy, settings or ())
    done, skipped = [CHECK], dict[str, str]()
    proved: tuple[str, ...] = ()
    if not prove:
        skipped[PROVE] = "not asked for"
    elif find_spec("z3") is None:
        skipped[PROVE] = "Z3 is not installed: pip install 'forbear[prove]'"
    else:
        proved = _proved(policy, chosen)
        done.append(PROVE)
    if histories:
        _lived(policy, histories, length, chosen)
        done.append(HISTORIES)
    else:
        skipped[HISTORIES] = "not asked for"
    return Verified(policy, tuple(done), skipped, proved)


def _checked(pack: str | Path | ir.Policy, settings: Mapping[str, object], plugins: Sequence[object]) -> ir.Policy:
    try:
        policy = pack if isinstance(pack, ir.Policy) else load_pack(pack, Plugins(registry_of(plugins)))
    except PackError as error:
        raise AssertionError(_told("the pack has mistakes", list(error.diagnostics))) from None
    chosen = under(policy, settings) if settings else policy
    if broken := broken_promises(chosen):
        raise AssertionError(_told("promises about settings do not hold", broken))
    return chosen


def _told(what: str, found: list[Diagnostic]) -> str:
    lines = [f"{one.span}: {one.message}{f' ({one.hint})' if one.hint else ''}" for one in found]
    return "\n".join([f"{what}:", *lines])


def _proved(policy: ir.Policy, settings: Mapping[str, Plain]) -> tuple[str, ...]:
    """The promises that hold; raises AssertionError with what does not, and the case or story that shows it."""
    from forbear.errors import Severity
    from forbear.prove import prove

    report = prove(policy)
    wrong = [one for one in report.findings if one.severity is Severity.ERROR]
    lines = [f"{one.span}: {one.message}" for one in wrong]
    tests = [one.witness.as_test(one.about or one.code, {}) for one in wrong if one.witness is not None]
    for verdict in report.verdicts:
        if verdict.verdict in ("proved", "vacuous"):
            continue
        promise = verdict.promise
        lines.append(f"{promise.span}: {promise.name} is {verdict.verdict}: {promise.because}")
        if verdict.finding is not None and verdict.finding.witness is not None:
            lines.append(f"  {verdict.finding.message}")
        if (test := verdict.as_test()) is not None:
            tests.append(test)
    if lines:
        raise AssertionError("\n".join(["the proof found:", *lines, "", *_as_tests(tests, settings)]))
    return tuple(one.promise.name for one in report.verdicts if one.verdict == "proved")


def _as_tests(tests: list[dict[str, Any]], settings: Mapping[str, Plain]) -> list[str]:
    if not tests:
        return []
    return ["As tests that fail until it is mended:", "", as_tests([with_settings(one, settings) for one in tests])]


class _Broken(Exception):
    """A history in which something is wrong."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__(events)
        self.events = events


def _lived(policy: ir.Policy, number: int, length: int, settings: Mapping[str, Plain]) -> None:
    """Random histories; of one that fails every event is left out that can be."""

    @settings_of(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def live(data: st.DataObject) -> None:
        _live(policy, data, data.draw(st.integers(1, length), label="events"))

    try:
        live()
    except _Broken as found:
        events = _shortest(policy, found.events)
    else:
        return
    story = as_story(events, settings=settings)
    raise AssertionError("\n".join(["a random history found:", *_wrong(policy, events), "", story]))


def _live(policy: ir.Policy, data: st.DataObject, length: int) -> None:
    hearing, telling, told = Hearing(), Telling(policy), list[Event]()
    with Engine(policy, "memory:", plugins=[hearing], discover=False) as engine:
        for _ in range(length):
            event = telling.tell(data.draw)
            try:
                telling.hear(engine.decide(event))
            except EventError:
                continue
            told.append(event)
            if faults(hearing.alarms):
                raise _Broken(told)
        if audit(engine.store).findings or differences(policy, engine.store):
            raise _Broken(told)


def _wrong(policy: ir.Policy, events: Sequence[Event]) -> list[str]:
    """What is wrong where these events happen: alarms of faults, else what an audit and a recount find."""
    hearing = Hearing()
    with Engine(policy, "memory:", plugins=[hearing], discover=False) as engine:
        for event in events:
            with suppress(EventError):
                engine.decide(event)
            if found := faults(hearing.alarms):
                return [f"{one.kind} of {one.subject}: {one.reason}" for one in found]
        return [*map(str, audit(engine.store).findings), *differences(policy, engine.store)]


def _shortest(policy: ir.Policy, events: list[Event]) -> list[Event]:
    """The events without each that can be left out one by one."""
    n = 0
    while n < len(events):
        fewer = [*events[:n], *events[n + 1 :]]
        if _wrong(policy, fewer):
            events = fewer
        else:
            n += 1
    return events
