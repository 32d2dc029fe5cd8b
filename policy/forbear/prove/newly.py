"""Promises about two versions: that the second is severer to nobody than the first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import z3
from attrs import frozen

from forbear.engine.pure import Answer
from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.shape import did_you_mean
from forbear.language.types import EnumType, Value
from forbear.prove.asking import Undecided, possible
from forbear.prove.both import Both, Pair
from forbear.prove.difference import MOST_CASES, pairs_of
from forbear.prove.moment import Moment
from forbear.prove.same import is_same_of
from forbear.prove.seen import Case, cases
from forbear.prove.terms import Term, constant, equal

NO_SEVERER = "no severer"
RESTRICTS = "restricts nobody new"
WARNS = "warns nobody new"


@frozen
class Newly:
    """What was found of a promise about two versions: proved, refuted by cases, or unknown."""

    promise: str
    verdict: str
    cases: tuple[Case, ...] = ()
    why: str = ""
    more: bool = False  # where not every case is listed


@frozen
class _Promise:
    """That a decision does not come to a severer outcome, or to one of some, or record something, where it did not."""

    decision: str
    outcomes: tuple[str, ...] = ()  # none: every outcome, in their order
    records: tuple[str, ...] = ()

    @property
    def flags(self) -> list[str]:
        """What it asks of every decision: whether it records something."""
        return [f"recorded.{one}" for one in self.records]


_PHRASES = {
    RESTRICTS: _Promise("ladder", ("specialist_only", "email_only", "exit"), ("restriction",)),
    WARNS: _Promise("response", ("warn", "final_warning", "end_contact")),
}


def newly(before: ir.Policy, after: ir.Policy, wanted: str, seconds: int = 10) -> Newly:
    """Prove or refute a promise, over all facts that fit both policies and all settings, and under their own defaults.

    Raises ForbearError for a promise that is not known or that the policies cannot make.
    """
    promise = _read(before, after, wanted)
    found: list[Case] = []
    more = False
    try:
        for pair in pairs_of(before, after, seconds):
            for some, rest in _against(pair, promise):
                found += some
                more |= rest
    except (Undecided, _Untold) as error:
        return Newly(wanted, "unknown", (), str(error))
    return Newly(wanted, "refuted" if found else "proved", tuple(found), more=more)


class _Untold(Exception):
    """Facts that cannot be set side by side."""


def _read(before: ir.Policy, after: ir.Policy, wanted: str) -> _Promise:
    promise = _PHRASES.get(wanted)
    if promise is None:
        decision, _, rest = (part.strip() for part in wanted.partition(":"))
        promise = _Promise(decision)
        if rest not in ("", NO_SEVERER):
            raise ForbearError(
                f"there is no promise {wanted!r}; give {RESTRICTS!r}, {WARNS!r} or 'DECISION: {NO_SEVERER}'"
            )
    decision = promise.decision
    for policy in (before, after):
        one = policy.decisions.get(decision)
        if one is None:
            hint = did_you_mean(decision, policy.decisions)
            raise ForbearError(f"{policy.name} {policy.version} has no decision {decision!r}; {hint}".rstrip("; "))
        if not isinstance(one.type, EnumType):
            raise ForbearError(f"the outcomes of `{decision}` are in no order, so that none is severer than another")
    if not promise.outcomes:
        _check_order(before.decisions[decision], after.decisions[decision])
    return promise


def _check_order(one: ir.Decision, other: ir.Decision) -> None:
    """Refuse outcomes of which it cannot be told which is the severer."""
    assert isinstance(one.type, EnumType)
    assert isinstance(other.type, EnumType)
    shared = [[value for value in each.values if value in both] for each, both in _turned(one.type, other.type)]
    if shared[0] != shared[1] or not set(one.type.values) <= set(other.type.values):
        raise ForbearError(
            f"the outcomes of `{one.name}` are not in one order in both, so none of them is surely severer than another"
        )


def _turned(one: EnumType, other: EnumType) -> list[tuple[EnumType, Collection[str]]]:
    return [(one, other.values), (other, one.values)]


def _against(pair: Pair, promise: _Promise) -> Iterator[tuple[list[Case], bool]]:
    """The cases against a promise on each event, and whether there are more."""
    name, names = promise.decision, [promise.decision, *promise.flags]
    for event in pair.events:
        both = pair.at(event)
        asked = [event in policy.asked_on(name) for policy in (pair.before, pair.after)]
        if asked[0] == asked[1] and is_same_of(pair, both, names if asked[0] else promise.flags):
            continue
        missing = pair.untold(event, both.facts(names))
        if missing:
            raise _Untold(f"`{missing[0]}` is of another type now")
        condition, shows = _broken(pair, both, promise)
        if possible(both.solver(names), condition):
            yield cases(pair, both, name, condition, shows, MOST_CASES, promise.flags)


def _broken(pair: Pair, both: Both, promise: _Promise) -> tuple[z3.BoolRef, Callable[[Answer, Answer], bool]]:
    """That the second policy is severer, as a condition and as a test of two answers."""
    name = promise.decision
    kind = pair.after.decisions[name].type
    assert isinstance(kind, EnumType)
    order = kind.values
    ours, theirs = _degree(both.before, promise, order), _degree(both.after, promise, order)

    def shows(before: Answer, after: Answer) -> bool:
        one, other = (_degree_of(answer, promise, order) for answer in (before, after))
        return other > one

    return theirs > ours, shows


def _degree(moment: Moment, promise: _Promise, order: tuple[str, ...]) -> z3.ExprRef:
    """How severe a decision is on an event; nought where it is not asked and nothing is recorded."""
    name, marked = promise.decision, [moment.value(flag) for flag in promise.flags]
    if moment.event not in moment.policy.asked_on(name):
        return z3.If(z3.Or(marked), z3.IntVal(1), z3.IntVal(0))
    value: Term = moment.outcome(name).value
    is_list = moment.policy.decisions[name].hit == "collect"

    def comes(one: str) -> z3.BoolRef:
        wanted = constant(one, moment.codes)
        return value.contains(wanted) if is_list else equal(value, wanted)

    if promise.outcomes:
        marked += [comes(one) for one in promise.outcomes]
        return z3.If(z3.Or(marked), z3.IntVal(1), z3.IntVal(0))
    found = z3.IntVal(0)
    for n, one in enumerate(order):
        found = z3.If(comes(one), z3.IntVal(n), found)
    return found


def _degree_of(answer: Answer, promise: _Promise, order: tuple[str, ...]) -> int:
    value = answer.evaluation.outcome.get(promise.decision, ())
    held: tuple[Value, ...] = value if isinstance(value, tuple) else (value,)
    if promise.outcomes:
        recorded = {one.name for one in answer.evaluation.happenings if one.action == "record"}
        return int(bool({*promise.outcomes} & {*held}) or bool({*promise.records} & recorded))
    return max((order.index(str(one)) for one in held), default=0)
