"""Each corner of the language by a small example, on every evaluator."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from forbear.errors import UnknownEvaluator
from forbear.evaluate import EVALUATORS, Evaluation, Happening, make_evaluator
from forbear.evaluate.durable import is_available
from forbear.evaluate.protocol import FULL_PAIRS, pairs
from forbear.language import ir
from forbear.language.types import Value
from strategies.packs import MANIFEST, build

Decide = Callable[..., Evaluation]


@pytest.fixture(params=EVALUATORS)
def name(request: pytest.FixtureRequest) -> str:
    if request.param == "durable" and not is_available():
        pytest.skip("durable-rules does not work on this Python")
    return str(request.param)


def policy(text: str) -> ir.Policy:
    return build({"pack.yaml": MANIFEST, "all.yaml": dedent(text)})


@pytest.fixture
def decide(name: str) -> Decide:
    """Decide on an utterance, by a pack's text."""

    def call(text: str, facts: dict[str, Value] | None = None, *degraded: str, event: str = "utterance") -> Evaluation:
        return make_evaluator(name, policy(text)).decide(event, facts or {}, frozenset(degraded))

    return call


@pytest.fixture
def holds(name: str) -> Callable[..., bool]:
    """Whether a condition over some facts holds."""

    def call(when: str, types: dict[str, str], **facts: Value) -> bool:
        declared = "\n".join(f"  a.{path}: {kind}" for path, kind in types.items())
        text = f"facts:\n{declared}\n" + RULE.replace("WHEN", when.replace("'", "''"))
        given = {f"a.{path}": value for path, value in facts.items()}
        outcome = make_evaluator(name, policy(text)).decide("utterance", given).outcome["answer"]
        assert isinstance(outcome, bool)
        return outcome

    return call


RULE = """
decisions:
  - decision: answer
    asked_on: [utterance]
    outcome: bool
    fallback: false
    rules: [{rule: only, when: 'WHEN', then: true}, {otherwise: false}]
"""

# --- conditions

NUMBER = {"n": "{type: int, range: [-100, 100]}"}
MAYBE = {"n": "{type: int, range: [-100, 100], optional: true}"}
SHARES = {
    "tenths": "{type: decimal, places: 1, range: [-9, 9]}",
    "mills": "{type: decimal, places: 3, range: [-9, 9]}",
    "all": "{type: list of decimal, places: 3, range: [-9, 9]}",
}


@pytest.mark.parametrize("when", ["has(a.n) && a.n > 3", "!(!has(a.n) || a.n <= 3)", "(has(a.n) && true) && a.n == 4"])
def test_a_guarded_read_of_something_missing_is_not_made(holds: Callable[..., bool], when: str) -> None:
    assert holds(when, MAYBE) is False
    assert holds(when, MAYBE, n=4) is True


def test_or_stops_at_the_first_that_is_true(holds: Callable[..., bool]) -> None:
    assert holds("!has(a.n) || a.n > 3", MAYBE) is True
    assert holds("!has(a.n) || a.n > 3", MAYBE, n=3) is False


def test_zero_and_false_are_there(holds: Callable[..., bool]) -> None:
    assert holds("has(a.n)", MAYBE, n=0) is True
    assert holds("has(a.b)", {"b": "{type: bool, optional: true}"}, b=False) is True


@pytest.mark.parametrize(
    ("when", "n"),
    [
        ("a.n - 3 - 2 == 5", 10),
        ("a.n - (3 - 2) == 5", 6),
        ("2 + 3 * a.n == 17", 5),
        ("(2 + 3) * a.n == 25", 5),
        ("-a.n == 4", -4),
        ("a.n - -1 == 0", -1),
        ("-a.n * 2 == 8", -4),
        ("a.n * -2 == 8", -4),
        ("--a.n == 3", 3),
        ("a.n < -3", -4),
        ("-(a.n + 1) * 2 > -3 && !(a.n > 0)", 0),
    ],
)
def test_arithmetic_binds_as_in_cel(holds: Callable[..., bool], when: str, n: int) -> None:
    assert holds(when, NUMBER, n=n) is True


@pytest.mark.parametrize(
    ("when", "b", "c", "expected"),
    [
        ("a.b || a.c && false", True, True, True),
        ("(a.b || a.c) && false", True, True, False),
        ("!a.b == a.c", False, True, True),  # (!b) == c; were it !(b == c), the next would be true
        ("!a.b == a.c", True, True, False),
        ("!(a.b && a.c)", True, False, True),
        ("!!a.b", True, False, True),
        ("a.b != !a.c", True, False, False),
        ("(a.b == a.c) == false", True, False, True),
        ("a.b in [a.c, false]", False, True, True),
    ],
)
def test_logic_binds_as_in_cel(holds: Callable[..., bool], when: str, b: bool, c: bool, expected: bool) -> None:
    assert holds(when, {"b": "bool", "c": "bool"}, b=b, c=c) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("a.tenths == 1.5", True),
        ("a.tenths == 1.50", True),
        ("a.tenths > 1.499", True),
        ("a.tenths > 1", True),
        ("2 > a.tenths", True),
        ("a.tenths == a.mills", True),
        ("a.mills >= a.tenths", True),
        ("a.tenths < a.mills", False),
        ("a.tenths in [0.1, 1.5]", True),
        ("a.mills in [1.5]", True),
        ("a.tenths in [a.tenths, 2]", True),
        ("a.tenths in a.all", True),
        ("1.5 in a.all", True),
        ("1 in a.all", False),
        ("-1 in a.all", True),
        ("-a.n == 0", True),
    ],
)
def test_decimals_of_different_places_are_one_number(holds: Callable[..., bool], when: str, expected: bool) -> None:
    types = {**SHARES, **NUMBER}
    assert holds(when, types, tenths=15, mills=1500, all=(1500, -1000), n=0) is expected


def test_in_looks_into_a_list_of_texts_and_an_empty_list_holds_nothing(holds: Callable[..., bool]) -> None:
    types = {"who": "string", "team": "list of string"}
    assert holds("a.who in a.team", types, who="李", team=("b", "李")) is True
    assert holds("a.who in a.team", types, who="b", team=()) is False
    assert holds("a.who in ['it', \"b\"] && !(a.who in a.team)", types, who="b", team=()) is True


def test_an_item_of_a_list_may_be_one_of_some_values(holds: Callable[..., bool]) -> None:
    types = {"ways": "{list_of: [voice, email, chat]}", "way": "[email, post]"}
    assert holds('"voice" in a.ways', types, ways=("email", "voice"), way="post") is True
    assert holds("a.way in a.ways", types, ways=("email", "voice"), way="email") is True
    assert holds("a.way in a.ways", types, ways=("email", "voice"), way="post") is False
    assert holds('"chat" in a.ways', types, ways=(), way="post") is False


# --- decisions

TWO_EVENTS = """
decisions:
  - decision: mood
    asked_on: [utterance, tick]
    outcome: [calm, cross]
    fallback: calm
    rules:
      - {rule: ticking, asked_on: [tick], then: cross}
      - {rule: heard, asked_on: [utterance], when: event.speaker == "customer", then: cross}
      - otherwise: calm
  - decision: again
    asked_on: [utterance]
    outcome: bool
    fallback: true
    rules: [{rule: cross, when: mood == "cross", then: true}, {otherwise: false}]
"""


def test_a_narrowed_rule_is_not_asked_elsewhere(decide: Decide) -> None:
    assert decide(TWO_EVENTS, {"event.speaker": "bot"}).outcome == {"mood": "calm", "again": False}
    answer = decide(TWO_EVENTS, event="tick")
    assert answer.outcome == {"mood": "cross"}
    assert answer.fired == ("mood.ticking",)


def test_a_decision_reads_another_and_both_fire_in_order(decide: Decide) -> None:
    answer = decide(TWO_EVENTS, {"event.speaker": "customer"})
    assert list(answer.outcome.items()) == [("mood", "cross"), ("again", True)]
    assert answer.fired == ("mood.heard", "again.cross")


def test_a_degraded_decision_takes_its_fallback_and_others_read_that(decide: Decide) -> None:
    answer = decide(TWO_EVENTS, {"event.speaker": "customer"}, "mood")
    assert answer.outcome == {"mood": "calm", "again": False}
    assert answer.fired == ()


FIRST = """
facts:
  a.n: {type: int, range: [0, 9], optional: true}
settings:
  usual: {type: int, range: [0, 9], default: 7}
  safe: {type: int, range: [0, 9], default: 1}
decisions:
  - decision: score
    asked_on: [utterance]
    outcome: {type: int, range: [0, 99]}
    fallback: = setting.safe
    rules:
      - {rule: unknown, when: '!has(a.n)', then: 0}
      - {rule: high, when: a.n > 5, then: = a.n * setting.usual}
      - {rule: odd, when: 'a.n in [1, 3, 5]', then: = a.n + 1}
      - otherwise: = setting.usual + 2
"""


@pytest.mark.parametrize(
    ("facts", "outcome", "fired"),
    [
        ({}, 0, ("score.unknown",)),
        ({"a.n": 9}, 63, ("score.high",)),
        ({"a.n": 3}, 4, ("score.odd",)),
        ({"a.n": 2}, 9, ()),
    ],
)
def test_the_first_rule_decides_and_otherwise_covers_the_rest(
    decide: Decide, facts: dict[str, Value], outcome: int, fired: tuple[str, ...]
) -> None:
    """Rules behind the first that matches are not looked at: they read `a.n`, which may be missing."""
    answer = decide(FIRST, facts)
    assert answer.outcome == {"score": outcome}
    assert answer.fired == fired


def test_fallback_is_not_otherwise(decide: Decide) -> None:
    assert decide(FIRST, {"a.n": 2}, "score").outcome == {"score": 1}


def test_a_rule_that_always_matches_needs_no_otherwise(decide: Decide) -> None:
    text = """
    decisions:
      - decision: word
        asked_on: [utterance]
        outcome: string
        fallback: safe
        rules: [{rule: always, then: said}]
    """
    assert decide(text).outcome == {"word": "said"}
    assert decide(text).fired == ("word.always",)


COLLECT = """
facts:
  a.n: {type: int, range: [0, 9]}
entries:
  note: {text: string}
decisions:
  - decision: tags
    asked_on: [utterance]
    outcome: [low, high, odd]
    hit: collect
    fallback: [low, high]
    rules:
      - {rule: odd, when: 'a.n in [1, 3, 5, 7, 9]', then: odd, record: [{note: {text: odd}}]}
      - {rule: low, when: a.n < 5, then: low, record: [{note: {text: low}}]}
      - {rule: three, when: a.n == 3, then: odd, record: [{note: {text: three}}]}
  - decision: seen
    asked_on: [utterance]
    outcome: bool
    fallback: false
    rules: [{rule: odd, when: '"odd" in tags', then: true}, {otherwise: false}]
"""


def test_collect_gathers_in_rule_order_each_value_once(decide: Decide) -> None:
    answer = decide(COLLECT, {"a.n": 3})
    assert answer.outcome == {"tags": ("odd", "low"), "seen": True}
    assert answer.fired == ("tags.odd", "tags.low", "tags.three", "seen.odd")
    assert [one.values["text"] for one in answer.happenings] == ["odd", "low", "three"]


def test_collect_of_nothing_is_empty_and_a_degraded_one_is_its_fallback(decide: Decide) -> None:
    assert decide(COLLECT, {"a.n": 8}).outcome == {"tags": (), "seen": False}
    answer = decide(COLLECT, {"a.n": 3}, "tags")
    assert answer.outcome == {"tags": ("low", "high"), "seen": False}
    assert answer.happenings == ()


HITS = """
facts:
  a.n: {type: int, range: [0, 9]}
  a.word: {type: string, optional: true}
entries:
  note: {text: string}
decisions:
  - decision: level
    asked_on: [utterance]
    outcome: [low, mid, high]
    hit: priority
    fallback: low
    rules:
      - {rule: middle, when: a.n > 2, then: mid, record: [{note: {text: middle}}]}
      - {rule: high, when: a.n > 5, then: high, record: [{note: {text: high}}]}
      - {rule: again, when: a.n > 6, then: high, record: [{note: {text: again}}]}
      - otherwise: low
  - decision: points
    asked_on: [utterance]
    outcome: {type: int, range: [0, 10]}
    hit: collect
    fallback: 1
    rules:
      - {rule: some, when: a.n > 0, then: = a.n}
      - {rule: more, when: level == "high", then: 7}
      - {rule: same, when: a.n > 0, then: = a.n}
  - decision: flow
    asked_on: [utterance]
    outcome: [left, right]
    hit: unique
    fallback: = setting.flow
    rules:
      - {rule: known, when: has(a.word), then: left, record: [{note: {text: known}}]}
      - {rule: high, when: 'level == "high" && has(a.word) == has(a.word)', then: right}
      - otherwise: left
settings:
  flow: {type: [left, right], default: right}
"""


def test_under_priority_the_severest_decides_and_among_equals_the_first(decide: Decide) -> None:
    answer = decide(HITS, {"a.n": 9})
    assert answer.outcome["level"] == "high"
    assert [one for one in answer.fired if one.startswith("level.")] == ["level.high"]
    assert [one.values["text"] for one in answer.happenings] == ["high"]
    assert decide(HITS, {"a.n": 3}).fired[0] == "level.middle"
    assert decide(HITS, {"a.n": 0}).outcome["level"] == "low"


@pytest.mark.parametrize(("n", "points"), [(0, 0), (2, 4), (5, 10), (9, 10)])
def test_collected_numbers_are_added_up_within_their_range(decide: Decide, n: int, points: int) -> None:
    """What is alike counts each time, unlike a value that is listed."""
    answer = decide(HITS, {"a.n": n})
    assert answer.outcome["points"] == points
    assert [one for one in answer.fired if one.startswith("points.")] == [
        *(["points.some"] if n else []), *(["points.more"] if n > 5 else []), *(["points.same"] if n else []),
    ]  # fmt: skip


def test_where_two_rules_match_under_unique_neither_decides(decide: Decide) -> None:
    answer = decide(HITS, {"a.n": 9, "a.word": "x"})
    assert answer.conflicts == {"flow": ("known", "high")}
    assert answer.outcome["flow"] == "right"
    assert not any(one.startswith("flow.") for one in answer.fired)
    assert [one.values["text"] for one in answer.happenings] == ["high"]
    alone = decide(HITS, {"a.n": 3, "a.word": "x"})
    assert alone.conflicts == {}
    assert alone.outcome["flow"] == "left"
    assert "flow.known" in alone.fired
    assert decide(HITS, {"a.n": 3}).outcome["flow"] == "left"


def test_a_degraded_decision_has_no_conflict(decide: Decide) -> None:
    assert decide(HITS, {"a.n": 9, "a.word": "x"}, "flow").conflicts == {}


# --- rankings

RANKED = """
facts:
  team: {list_of: {id: string, free: bool, level: {type: int, range: [0, 9], optional: true}, skills: list of string}}
  a.skill: string
entries:
  offence: {who: string}
history:
  harmed: {any: offence, scope: customer, by: {who: candidate.id}}
settings:
  bonus: {type: int, range: [1, 9], default: 3}
decisions:
  - decision: late
    asked_on: [contact_offered]
    outcome: bool
    fallback: false
    rules: [{rule: skilled, when: a.skill == "late", then: true}, {otherwise: false}]
  - decision: order
    asked_on: [contact_offered]
    over: team
    fallback: as_given
    require:
      - {rule: free, when: candidate.free}
      - {rule: rated, when: has(candidate.level)}
      - {rule: fit, when: candidate.level > 1 || late}
    prefer:
      - {rule: unharmed, when: '!candidate.history.harmed', add: 100}
      - {rule: skilled, when: a.skill in candidate.skills, add: = setting.bonus}
      - {rule: level, add: = candidate.level}
    invariants:
      - {never: candidate.ranked && !candidate.free, because: the busy are left alone}
      - {always: '!has(ahead.level) || !has(behind.level) || ahead.level >= behind.level', because: better first}
"""


def person(id_: str, level: int | None = 5, *, free: bool = True, harmed: bool = False, **more: Value) -> Value:
    known: dict[str, Value] = {} if level is None else {"level": level}
    return {"id": id_, "free": free, "skills": (), "history.harmed": harmed, **known, **more}


def rank(decide: Decide, *team: Value, skill: str = "none", degraded: tuple[str, ...] = ()) -> Evaluation:
    return decide(RANKED, {"team": team, "a.skill": skill}, *degraded, event="contact_offered")


def test_the_best_score_comes_first_and_ties_stay_as_given(decide: Decide) -> None:
    answer = rank(decide, person("a"), person("b", 7), person("c"), person("d", 9, harmed=True))
    assert answer.outcome == {"late": False, "order": ("b", "a", "c", "d")}
    assert answer.left_out == {"order": {}}
    assert answer.fired == ("order.unharmed", "order.level")


def test_the_first_requirement_that_fails_names_why(decide: Decide) -> None:
    """Those behind it are not looked at: they read what it asked for."""
    answer = rank(decide, person("a", None, free=False), person("b", None), person("c", 1), person("d", 2))
    assert answer.outcome["order"] == ("d",)
    assert answer.left_out == {"order": {"a": "free", "b": "rated", "c": "fit"}}
    assert rank(decide, person("c", 1), skill="late").outcome["order"] == ("c",)


def test_preferences_read_facts_and_settings(decide: Decide) -> None:
    skilled = person("b", 4, skills=("zh", "en"))
    assert rank(decide, person("a"), skilled, skill="en").outcome["order"] == ("b", "a")
    assert rank(decide, person("a"), skilled, skill="de").outcome["order"] == ("a", "b")


def test_nobody_given_is_nobody_ranked(decide: Decide) -> None:
    assert rank(decide).outcome["order"] == ()
    assert rank(decide).left_out == {"order": {}}


def test_a_degraded_ranking_leaves_the_candidates_as_given(decide: Decide) -> None:
    team = (person("a", 1), person("b", 9, free=False))
    answer = rank(decide, *team, degraded=("order",))
    assert answer.outcome["order"] == ("a", "b")
    assert (answer.left_out, answer.fired, answer.violated) == ({}, (), ())
    refused = decide(RANKED, {"a.skill": "x"}, "order", event="contact_offered")
    assert refused.outcome["order"] == ()


def test_a_promise_about_two_candidates_is_asked_of_every_two(decide: Decide) -> None:
    assert rank(decide, person("a", 9), person("b", 8), person("c", 2)).violated == ()
    assert rank(decide, person("a", 9, harmed=True), person("b", 8)).violated == ("order#2",)
    assert rank(decide, person("a", 9, harmed=True)).violated == ()


def test_of_many_candidates_neighbours_are_asked_after_the_first_pairs() -> None:
    team: list[dict[str, Value]] = [{"id": str(n)} for n in range(FULL_PAIRS + 3)]
    found = [(int(str(ahead["id"])), int(str(behind["id"]))) for ahead, behind in pairs(team)]
    full = FULL_PAIRS * (FULL_PAIRS - 1) // 2
    assert found[full:] == [(n, n + 1) for n in range(FULL_PAIRS - 1, FULL_PAIRS + 2)]
    assert len(set(found)) == len(found)


# --- effects

EFFECTS = """
facts:
  a.who: {type: string, optional: true}
  a.bad: bool
entries:
  offence: {status: [open, shut], who: {type: string, optional: true}, count: {type: int, default: 4}}
obligations:
  call:
    to: manager
    due: 1 hour
    carries: {who: = a.who, mood: = level, fixed: word}
    closes: {done: {}, waived: {}}
decisions:
  - decision: act
    asked_on: [utterance]
    outcome: bool
    fallback: false
    rules:
      - rule: bad
        when: a.bad
        then: true
        record: [{offence: {status: open, who: = a.who}}]
        amend: [{offence: {which: o1, status: shut}}]
        close: [{call: {how: waived, reason: over, by: {who: = a.who, fixed: word}}}]
        owe: [call, {call: {carries: {fixed: other}}}]
      - {rule: too, when: a.bad, then: false, record: [{offence: {status: open}}]}
      - otherwise: false
  - decision: level
    asked_on: [utterance]
    outcome: [low, high]
    fallback: low
    rules: [{rule: up, when: act, then: high}, {otherwise: low}]
    invariants:
      - {never: recorded.offence && owed.call, because: no both}
      - {always: level == "high", because: high}
      - {never: owed.call && !act, because: never}
"""


def test_only_the_deciding_rule_causes_effects(decide: Decide) -> None:
    answer = decide(EFFECTS, {"a.bad": True, "a.who": "Ann"})
    assert answer.happenings == (
        Happening("act.bad", "record", "offence", {"status": "open", "who": "Ann", "count": 4}),
        Happening("act.bad", "amend", "offence", {"status": "shut"}, which="o1"),
        Happening("act.bad", "close", "call", {"who": "Ann", "fixed": "word"}, how="waived", reason="over"),
        Happening("act.bad", "owe", "call", {"who": "Ann", "mood": "high", "fixed": "word"}),
        Happening("act.bad", "owe", "call", {"who": "Ann", "mood": "high", "fixed": "other"}),
    )
    assert decide(EFFECTS, {"a.bad": False}).happenings == ()


def test_effects_leave_out_what_is_missing(decide: Decide) -> None:
    values = [one.values for one in decide(EFFECTS, {"a.bad": True}).happenings]
    assert values[0] == {"status": "open", "count": 4}
    assert values[2] == {"fixed": "word"}
    assert values[3] == {"mood": "high", "fixed": "word"}


def test_effects_read_decisions_that_are_decided_later(decide: Decide) -> None:
    owed = decide(EFFECTS, {"a.bad": True}, "level").happenings[-1]
    assert owed.values["mood"] == "low"


def test_a_degraded_decision_causes_nothing(decide: Decide) -> None:
    assert decide(EFFECTS, {"a.bad": True}, "act").happenings == ()


# --- invariants


def test_invariants_see_what_is_recorded_and_owed(decide: Decide) -> None:
    assert decide(EFFECTS, {"a.bad": True}).violated == ("level#1",)
    assert decide(EFFECTS, {"a.bad": False}).violated == ("level#2",)


def test_a_degraded_decision_is_not_asked_for_its_invariants(decide: Decide) -> None:
    assert decide(EFFECTS, {"a.bad": True}, "level").violated == ()


def test_an_invariant_is_asked_only_where_its_facts_are(decide: Decide) -> None:
    text = """
    decisions:
      - decision: mood
        asked_on: [utterance, tick]
        outcome: bool
        fallback: false
        rules: [{otherwise: false}]
        invariants: [{never: event.speaker == "bot" && !mood, because: bots}]
    """
    assert decide(text, {"event.speaker": "bot"}).violated == ("mood#1",)
    assert decide(text, event="tick").violated == ()


# --- the rest


def test_the_settings_in_force_decide(name: str) -> None:
    text = FIRST.replace("default: 7", "default: 5")
    assert make_evaluator(name, policy(text)).decide("utterance", {"a.n": 2}).outcome == {"score": 7}


def test_an_event_that_asks_nothing_has_an_empty_answer(decide: Decide) -> None:
    assert decide(FIRST, event="tick") == Evaluation({}, (), (), ())


def test_a_fold_keeps_the_entries_that_its_where_accepts(name: str) -> None:
    text = """
    entries:
      offence: {status: [open, shut], who: {type: string, optional: true}}
    settings:
      old: {type: int, unit: seconds, range: [0, 99], default: 60}
    history:
      some: {any: offence, where: 'has(who) && who != "Ann" && status == "open" && age < setting.old'}
      each: {count: offence}
    """
    built = policy(text)
    evaluator = make_evaluator(name, built)
    test = evaluator.predicate(built.folds["history.some"])
    assert test is not None
    entry: dict[str, Value] = {"id": "o1", "age": 59, "status": "open", "who": "Bo"}
    assert test(entry) is True
    assert test({**entry, "who": "Ann"}) is False
    assert test({**entry, "age": 60}) is False
    assert test({key: value for key, value in entry.items() if key != "who"}) is False
    assert evaluator.predicate(built.folds["history.each"]) is None


def test_a_name_of_an_evaluator_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownEvaluator, match="known: auto, compiled, reference"):
        make_evaluator("fast", policy(FIRST))
