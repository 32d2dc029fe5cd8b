"""The checker's promise as a theorem: a pack that passes never fails while deciding on facts that fit.

Here it is tried by hand where it is most likely to break; `test_agreement.py` and `make differential` try it at large.
Python counts on past 64 bits, so numbers are watched too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from random import Random
from textwrap import dedent

import pytest

from differential.trial import verdict
from forbear import Engine
from forbear.codec import record_as_plain
from forbear.errors import ForbearError, PackError
from forbear.evaluate import Compiled, Evaluator, Reference
from forbear.evaluate.durable import Durable, is_available
from forbear.language import ir
from forbear.language.types import JSON_SAFE, Value
from strategies.cases import Question
from strategies.facts import Facts
from strategies.operands import kinds_on
from strategies.packs import MANIFEST, build
from strategies.sampling import sampler
from strategies.watched import watched


def policy(text: str) -> ir.Policy:
    return build({"pack.yaml": MANIFEST, "all.yaml": dedent(text)})


def try_hard(checked: ir.Policy, event: str = "utterance", times: int = 150) -> None:
    """Every evaluator gives one sound answer on sampled facts, and no number leaves 64 bits."""
    evaluators: list[Evaluator] = [Reference(checked), Compiled(checked)]
    evaluators += [Durable(checked)] if is_available() else []
    random = Random(event)
    source = sampler(checked, event, random)
    for _ in range(times):
        one(checked, evaluators, Question(event, source.facts(random), source.degraded(random)))


def one(checked: ir.Policy, evaluators: list[Evaluator], asked: Question) -> None:
    assert verdict(checked, evaluators, asked) == {}
    with watched(Counter(), kinds_on(checked, asked.event)):
        Reference(checked).decide(asked.event, asked.facts, asked.degraded)


NEAR_64_BITS = """
    facts:
      a.one: int
      a.two: int
      a.many: list of int
      a.share: {type: decimal, places: 9, range: [-1000000, 1000000]}
      a.coarse: {type: decimal, places: 1, range: [-900000000, 900000000]}
      team: {list_of: {id: string, n: int, m: {type: int, optional: true}}}
    settings:
      factor: {type: int, range: [-1023, 1023], default: 1023}
      least: {type: int, range: [-9007199254740991, 9007199254740991], default: -9007199254740991}
    entries:
      note: {size: int}
    history:
      sum: {sum: note, of: size, range: [-9007199254740991, 9007199254740991]}
      count: {count: contact}
    decisions:
      - decision: wide
        asked_on: [utterance]
        outcome: {type: int, range: [-9007199254740991, 9007199254740991]}
        hit: collect
        fallback: = setting.least
        rules:
          - {rule: one, then: = a.one}
          - {rule: two, then: = a.two}
          - {rule: sum, when: history.sum > history.count, then: = history.sum}
          - {rule: least, then: = setting.least}
      - decision: edge
        asked_on: [utterance]
        outcome: [a, b, c, d, e, f, g, h]
        hit: collect
        fallback: []
        rules:
          - {rule: product, when: wide * 1024 >= a.one * 1023 + 0, then: a}
          - {rule: setting, when: setting.factor * wide - a.two > 0 - wide * setting.factor, then: b}
          - {rule: end, when: wide + 9214364837600034816 == 9223372036854775807, then: c}
          - {rule: other-end, when: a.one - 9214364837600034817 == -9223372036854775808, then: d}
          - {rule: min, when: a.two > -9223372036854775808 && a.two < 9223372036854775807, then: e}
          - {rule: chain, when: a.one + a.two + wide + history.sum - history.count - -a.one != 0, then: f}
          - {rule: listed, when: 'a.one * 2 in a.many || wide in [a.one, a.two * 3, -9223372036854775808]', then: g}
          - {rule: scaled, when: a.coarse < a.share || a.coarse == 900000000.000000001, then: h}
      - decision: order
        asked_on: [utterance]
        over: team
        fallback: as_given
        prefer:
          - {rule: known, when: 'has(candidate.m) && candidate.m * 1023 > candidate.n * -1023', add: 1099511627776}
          - {rule: less, add: -1099511627776}
"""


def test_numbers_near_64_bits_stay_within_them() -> None:
    checked = policy(NEAR_64_BITS)
    try_hard(checked, times=400)
    ends: tuple[Value, ...] = (-JSON_SAFE, -1, 0, JSON_SAFE)
    evaluators: list[Evaluator] = [Reference(checked), Compiled(checked)]
    for a, b, total in product(ends, repeat=3):
        shares = {"a.share": -(10**15), "a.coarse": 9 * 10**9}
        facts: Facts = {
            "a.one": a,
            "a.two": b,
            "a.many": (a,),
            "history.sum": total,
            "history.count": JSON_SAFE,
            **shares,
        }
        one(checked, evaluators, Question("utterance", {**facts, "team": ()}, frozenset()))


BEYOND = ["a.one * 1025 > 0", "a.one + 9214364837600034817 > 0", "wide * 512 * 4 > 0", "-(-9223372036854775808) > 0",
          "a.one * setting.factor * 2 > 0", "a.coarse == 0.00000000001", "history.sum * 1024 + a.one > 0",
          "a.one - 9214364837600034818 < 0", "0 - a.one * -1024 - a.one * 1024 > 0"]  # fmt: skip


@pytest.mark.parametrize("when", BEYOND)
def test_what_could_leave_64_bits_is_refused(when: str) -> None:
    with pytest.raises(PackError) as refused:
        policy(NEAR_64_BITS.replace("a.two > -9223372036854775808 && a.two < 9223372036854775807", when))
    assert {found.code for found in refused.value.diagnostics} <= {"overflow", "wrong-value"}


GUARDS = [
    "has(a.n) && has(a.m) && a.n < a.m",
    "!(!has(a.n) || !has(a.m) || a.n >= a.m)",
    "(has(a.n) && a.n > 1 || !has(a.n)) && (!has(a.m) || a.m > 1)",
    "(has(a.n) || !has(a.m)) && (!has(a.n) || a.n > 0)",
    "!has(a.n) || (has(a.m) && a.m > a.n || a.n == 1)",
    "!(has(a.n) && !(a.n > 1)) && !(!has(a.m) || a.m == 0)",
    "has(a.n) == has(a.m) && (!has(a.n) || a.n == 0)",
    "has(a.n) in [true] && has(a.m) in [has(a.n), false]",
    "(has(a.n) && a.n in [1, 2] && has(a.l) && a.n in a.l)",
    "!(has(a.n) == true) || !has(a.n) || a.n == 3",
]
UNGUARDED = [
    "has(a.n) || a.n > 1",
    "!has(a.n) && a.n > 1",
    "(has(a.n) || has(a.m)) && a.n > 1",
    "(has(a.n) && true || true) && a.n > 1",
    "!(has(a.n) && has(a.m)) || a.n > 1 || a.b && a.m > 1 || has(a.n) && a.l == a.l",
    "has(a.n) == true && a.n > 1",
    "has(a.n) in [true] && a.n > 1",
    "a.n > 1 && has(a.n)",
    "!(!has(a.n) && a.b) && a.n > 1",
    "(has(a.n) == (a.n == 1)) && has(a.n)",
    "has(a.m) && a.n in [a.m]",
]
OPTIONAL = """
    facts:
      a.n: {type: int, range: [0, 3], optional: true}
      a.m: {type: int, range: [0, 3], optional: true}
      a.b: {type: bool, optional: true}
      a.l: {type: list of int, range: [0, 3], optional: true}
    decisions:
      - decision: d
        asked_on: [utterance]
        outcome: bool
        fallback: false
        rules: [{rule: r, when: 'WHEN', then: true}, {otherwise: false}]
"""


@pytest.mark.parametrize("when", GUARDS)
def test_a_guard_that_passes_is_one(when: str) -> None:
    checked = policy(OPTIONAL.replace("WHEN", when))
    evaluators: list[Evaluator] = [Reference(checked), Compiled(checked)]
    evaluators += [Durable(checked)] if is_available() else []
    for facts in some_there(a={"a.n": (0, 1, 3), "a.m": (0, 2), "a.b": (True, False), "a.l": ((), (1,))}):
        one(checked, evaluators, Question("utterance", facts, frozenset()))


def some_there(a: dict[str, tuple[Value, ...]]) -> Iterator[Facts]:
    """Every choice of values, and of what is missing."""
    for chosen in product(*((None, *values) for values in a.values())):
        yield {path: value for path, value in zip(a, chosen, strict=True) if value is not None}


@pytest.mark.parametrize("when", UNGUARDED)
def test_a_guard_that_is_none_does_not_pass(when: str) -> None:
    with pytest.raises(PackError) as refused:
        policy(OPTIONAL.replace("WHEN", when))
    assert "optional-read" in {found.code for found in refused.value.diagnostics}


ON_SOME_EVENTS = """
    events:
      promised: {within: {type: int, unit: seconds, range: [1, 9007199254740991]}, what: {type: string, optional: true}}
    facts:
      a.n: {type: int, range: [0, 9], default: 9}
    entries:
      note: {size: {type: int, range: [0, 9]}, what: {type: string, optional: true}}
    history:
      newest: {last: note, of: size, by: {what: event.what}}
      first: {first: note, of: age}
    obligations:
      keep: {to: desk, due: event.within, from: next working day, carries: {what: = event.what}, say: promise,
             closes: {done: {amend: {note: {size: 0}}}}}
      soon: {to: desk, due: setting.far, closes: {done: {}}}
    settings:
      far: {type: int, unit: weeks, range: [1, 9007199254740991], default: 9007199254740991}
    texts:
      promise:
        by: mood
        calm: {en: "In {event.within}.", zh: "在{event.within}。"}
        otherwise: {en: "{mood} {event.within}", zh: "{mood}{event.within}"}
    decisions:
      - decision: mood
        asked_on: [promised, tick]
        outcome: [calm, cross]
        fallback: calm
        rules:
          - {rule: promised, asked_on: [promised],
             when: 'event.within > 5 && has(history.newest) && history.newest > 3', then: cross,
             record: [{note: {size: = a.n, what: = event.what}}], owe: [keep]}
          - {rule: far, asked_on: [promised], when: event.within == 3, then: cross, owe: [soon], say: [promise]}
          - {rule: kept, asked_on: [promised], when: event.within != 4, then: calm,
             record: [{note: {size: = a.n, what: = event.what}}], owe: [keep]}
          - otherwise: calm
      - decision: only_promised
        asked_on: [promised]
        outcome: string
        fallback: nothing
        rules: [{rule: what, when: has(event.what), then: = event.what}, {otherwise: nothing}]
"""


@pytest.mark.parametrize("event", ["promised", "tick"])
def test_what_only_some_events_bring_is_read_on_those_alone(event: str) -> None:
    try_hard(policy(ON_SOME_EVENTS), event)


@pytest.mark.parametrize("evaluator", ["compiled", "reference"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "2026-03-02T09:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_due_time_past_the_end_of_time_degrades_its_decision_and_raises_nothing(at: str, evaluator: str) -> None:
    with Engine(policy(ON_SOME_EVENTS), discover=False, evaluator=evaluator) as engine:
        for n, within in enumerate((1, 3, 4, 5, 6, JSON_SAFE)):
            event = {"id": f"e{n}", "at": at, "type": "promised", "within": within, "what": "call", "customer": "u1"}
            record = record_as_plain(engine.decide(event))
            if within in (3, JSON_SAFE):
                assert list(record["degraded"]) == ["mood"], record["degraded"]
                assert (record["obligations"], record["recorded"]) == ([], [])
        assert record_as_plain(engine.decide({"id": "t", "at": at, "type": "tick"}))["degraded"] is None


def test_a_decision_that_is_asked_elsewhere_cannot_be_read() -> None:
    text = ON_SOME_EVENTS.replace(
        "        asked_on: [promised]\n        outcome: string",
        """        asked_on: [tick]
        outcome: string""",
    )
    with pytest.raises(PackError) as refused:
        policy(text)
    assert "not-on-event" in {found.code for found in refused.value.diagnostics}


RANKED = """
    facts:
      team: {list_of: {id: string, level: {type: int, range: [-9, 9], optional: true},
                        tags: {type: list of string, optional: true}}}
    entries:
      note: {size: {type: int, range: [0, 9]}}
    history:
      last: {last: note, of: size, by: {advisor: candidate.id}}
      sum: {sum: note, of: size, range: [1, 4], by: {advisor: candidate.id}}
    decisions:
      - decision: order
        asked_on: [utterance]
        over: team
        fallback: as_given
        require:
          - {rule: known, when: 'has(candidate.level) && candidate.level > -9 || has(candidate.history.last)'}
          - rule: both
            when: '!has(candidate.level) || !has(candidate.history.last) || candidate.level >= candidate.history.last'
        prefer:
          - {rule: level, when: has(candidate.level), add: = candidate.level * 1000 - 3}
          - {rule: sum, add: = -candidate.history.sum}
          - {rule: tag, when: 'has(candidate.tags) && (candidate.id in candidate.tags || "a" in candidate.tags)',
             add: 1}
        invariants:
          - {never: 'candidate.ranked && !has(candidate.level) && !has(candidate.history.last)', because: a}
          - {always: '!has(ahead.level) || !has(behind.level) || ahead.level >= behind.level - 1', because: b}
          - {never: 'has(behind.tags) && ahead.id in behind.tags && has(ahead.history.last)', because: c}
      - decision: same
        asked_on: [utterance]
        over: team
        fallback: as_given
        require: [{rule: any, when: 'has(candidate.level)'}]
        prefer: [{rule: level, add: = candidate.level}]
"""


def test_rankings_with_optional_fields_and_folds_of_nobody_and_of_many() -> None:
    checked = policy(RANKED)
    try_hard(checked, times=300)
    evaluators: list[Evaluator] = [Reference(checked), Compiled(checked)]
    many = tuple({"id": f"p{n}", "level": n % 19 - 9, "history.sum": 1} for n in range(1200))
    for team in ((), many):
        one(checked, evaluators, Question("utterance", {"team": team}, frozenset()))
    one(checked, evaluators, Question("utterance", {}, frozenset()))


def test_an_engine_takes_whatever_a_fact_may_be() -> None:
    """Facts that fit, and many that do not, through the engine: no error but those that it names."""
    odd = [
        None,
        True,
        0,
        -1,
        10**30,
        0.5,
        1e308,
        "",
        "x",
        "\ud800",
        "a" * 20_000,
        [],
        [1],
        {},
        {"id": "x"},
        [{"id": "x"}],
    ]
    with Engine(policy(NEAR_64_BITS), discover=False) as engine:
        for n, (path, value) in enumerate(product(("a.one", "a.many", "a.share", "team"), odd)):
            event = {"id": f"e{n}", "at": "2026-03-02T09:00:00Z", "type": "utterance", "facts": {path: value}}
            try:
                record_as_plain(engine.decide(event))
            except ForbearError:
                continue
