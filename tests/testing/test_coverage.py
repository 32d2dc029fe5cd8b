"""What `--coverage` counts: goals of a small pack that its tests reach and miss, each missing one at its place."""

from __future__ import annotations

from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commands import write_pack
from forbear.evaluate import Reference
from forbear.language.pack import build_policy, pack_from_texts, read_pack
from forbear.language.source import Source
from forbear.language.types import EnumType
from forbear.testing.coverage import Goal, Watch, coverage_of, goals
from forbear.testing.coverage.unreachable import is_unreachable
from forbear.testing.runner import run_tests
from lateness import PACK
from strategies.cases import cases
from strategies.profile import examples

MANIFEST = "pack: small\nversion: 1.0.0\nlanguage: 1\n"
FACTS = """\
facts:
  a.told: {type: bool, default: false}
  a.count: {type: int, range: [0, 3], default: 0}
  a.kind: {type: [p, q, r], default: p}
  a.name: {type: string, optional: true}
"""


def covered(folder, files, tests):
    report = run_tests(write_pack(folder, {**files, "a.test.yaml": "tests:\n" + tests}), coverage=True)
    assert [one.message for result in report.results for one in result.failures] == []
    return report.coverage


def small(rules, *more, hit="first"):
    decision = f"decision: answer\nasked_on: [tick]\noutcome: [no, yes]\nfallback: no\nhit: {hit}\n"
    return {"pack.yaml": MANIFEST, "facts.yaml": FACTS, "answer.yaml": decision + rules + "".join(more)}


def case(given="", expect="{}", settings=""):
    told = ", ".join(one for one in ("event.type: tick", given) if one)
    return f"  - test: a case\n    given: {{{told}}}\n    expect: {expect}\n" + (
        f"    settings: {settings}\n" if settings else ""
    )


def missing(coverage, *kinds):
    return [
        (one.goal.of, coverage.conditions.get(one.goal), one.goal.value)
        for one in coverage.missing
        if one.goal.kind in kinds
    ]


# --- conditions

ONE_RULE = """\
rules:
  - rule: small
    when: 'a.told && !(a.count >= 2 || a.kind == "q")'
    then: yes
  - otherwise: no
"""


def test_a_condition_that_never_decided_alone_is_told_at_its_word_with_what_it_needs(tmp_path):
    coverage = covered(tmp_path, small(ONE_RULE), case("a.told: true", "{answer: 'yes'}") + case("a.count: 3"))
    assert coverage.counted("condition") == (3, 6)
    told = [one.diagnostic for one in coverage.missing if one.goal.kind == "condition"]
    assert [(one.message, one.span.line, one.span.column, one.span.length, one.hint) for one in told] == [
        (
            "`a.told` never decided `answer.small` by itself: "
            "no test in which the rest of the condition held and this was false",
            8, 12, 6,
            'a test in which `!(a.count >= 2 || a.kind == "q")` holds and this is false',
        ),
        (
            "`a.count >= 2` never decided `answer.small` by itself: "
            "no test in which the rest left it open and this was true",
            8, 24, 12,
            'a test in which `a.told` holds, `a.kind == "q"` does not and this is true',
        ),
        (
            '`a.kind == "q"` never decided `answer.small` by itself: '
            "no test in which the rest left it open and this was true",
            8, 40, 13,
            "a test in which `a.told` holds, `a.count >= 2` does not and this is true",
        ),
    ]  # fmt: skip


def test_tests_that_do_what_was_asked_close_the_gaps(tmp_path):
    tests = [case("a.told: true"), case(), case("a.told: true, a.count: 2"), case("a.told: true, a.kind: q")]
    coverage = covered(tmp_path, small(ONE_RULE), "".join(tests))
    assert missing(coverage, "condition", "otherwise", "outcome", "rule") == []
    assert coverage.reached[Goal("condition", "answer.small", 0, False)] == 1
    assert coverage.looked["answer.small"] == {0, 1, 2, 3}


def test_a_cell_of_a_table_is_a_condition(tmp_path):
    table = "table:\n  inputs: [a.kind, a.count]\n  rows:\n"
    rows = "    - {rule: few, when: [[p, q], '< 2'], then: yes}\n    - {rule: any, when: ['-', '-'], then: no}\n"
    coverage = covered(tmp_path, small(table + rows), case("a.kind: q", "{answer: 'yes'}"))
    assert missing(coverage, "condition") == [
        ("answer.few", "a.kind [p, q]", False),
        ("answer.few", "a.count < 2", False),
    ]
    spans = [one.diagnostic.span for one in coverage.missing if one.goal.kind == "condition"]
    assert [one.text[one.column - 1 :][: one.length] for one in spans] == ["[p, q]", "'< 2'"]


def test_a_condition_of_several_lines_is_underlined_where_it_stands(tmp_path):
    when = "    when: >-\n      a.told\n      && a.count\n      >= 2\n"
    rules = f"rules:\n  - rule: long\n{when}    then: yes\n  - otherwise: no\n"
    coverage = covered(tmp_path, small(rules), case())
    spans = [one.diagnostic.span for one in coverage.missing if one.goal.kind == "condition"]
    assert {(one.line, one.column, one.length) for one in spans} == {(9, 7, 6), (10, 10, 7)}
    assert missing(coverage, "condition")[-1] == ("answer.long", "a.count >= 2", False)


def test_what_is_missing_masks_nothing(tmp_path):
    rules = "rules:\n  - {rule: named, when: 'has(a.name) && a.name == \"x\"', then: yes}\n  - otherwise: no\n"
    tests = case() + case('a.name: "x"') + case('a.name: "y"')
    assert missing(covered(tmp_path, small(rules), tests), "condition") == []


def test_rules_behind_the_one_that_decided_were_not_looked_at(tmp_path):
    one, two = "{rule: one, when: a.told, then: yes}", "{rule: two, when: a.count > 1, then: yes}"
    rules = f"rules:\n  - {one}\n  - {two}\n  - otherwise: no\n"
    tests = case("a.told: true, a.count: 3") + case("a.count: 0")
    assert missing(covered(tmp_path, small(rules), tests), "condition") == [("answer.two", "a.count > 1", True)]
    collected = small(rules.replace("  - otherwise: no\n", ""), hit="collect")
    collected["answer.yaml"] = collected["answer.yaml"].replace("fallback: no", "fallback: [no]")
    assert missing(covered(tmp_path, collected, tests), "condition") == []


def test_a_given_decision_covers_nothing_of_itself(tmp_path):
    coverage = covered(tmp_path, small(ONE_RULE), case('answer: "yes"'))
    assert {goal.kind for goal in coverage.reached} == set()


RANKING = """\
decision: pick
asked_on: [tick]
over: people
fallback: as_given
require:
  - {rule: here, when: candidate.here}
  - {rule: sober, when: candidate.drinks < 2}
prefer:
  - {rule: kind, when: candidate.kind, add: 1}
"""


def test_requirements_and_preferences_are_looked_at_for_each_candidate(tmp_path):
    people = "facts:\n  people: {list_of: {id: string, here: bool, drinks: {type: int, range: [0, 9]}, kind: bool}}\n"
    files = {"pack.yaml": MANIFEST, "facts.yaml": people, "pick.yaml": RANKING}
    one, other = "{id: x, here: true, drinks: 1, kind: true}", "{id: y, here: false, drinks: 5, kind: false}"
    coverage = covered(tmp_path, files, case(f"people: [{one}, {other}]"))
    assert missing(coverage, "condition") == [
        ("pick.sober", "candidate.drinks < 2", False),
        ("pick.kind", "candidate.kind", False),
    ]
    hints = [one.diagnostic.hint for one in coverage.missing if one.goal.kind == "condition"]
    assert hints == [
        "a test in which this is false and no requirement before it leaves the candidate out",
        "a test in which this is false and the candidate is left in",
    ]


# --- the other kinds

OFFER = "type: contact_offered, customer: u1, facts: {contact.wait: 600}"
PAST = {
    **PACK,
    "vocabulary.yaml": PACK["vocabulary.yaml"].replace(
        "scope: customer, window", "where: 'level == \"short\"', scope: customer, window"
    ),
}


def story(*events):
    return "  - test: a story\n    story:\n" + "".join(f"      - {{{event}}}\n" for event in events)


def test_a_story_covers_the_where_of_its_folds_on_what_stood_before_each_event(tmp_path):
    first, second, third = (f'at: "2026-03-0{day}T09:00:00Z", {OFFER}' for day in (2, 3, 4))
    once = covered(tmp_path / "once", PAST, story(first))
    assert missing(once, "past") == [("history.delays", 'level == "short"', value) for value in (True, False)]
    twice = covered(tmp_path / "twice", PAST, story(first, second))
    assert missing(twice, "past") == [("history.delays", 'level == "short"', False)]
    assert missing(covered(tmp_path / "thrice", PAST, story(first, second, third)), "past") == []


def test_an_event_that_forgets_what_it_read_still_read_it(tmp_path):
    erased = {
        **PAST,
        "gone.yaml": "decision: gone\nasked_on: [erase]\noutcome: [never, erase]\nfallback: never\n"
        "rules:\n  - {rule: had, when: history.delays >= 1, then: erase}\n  - otherwise: never\n",
    }
    tests = story(f'at: "2026-03-02T09:00:00Z", {OFFER}', 'at: "2026-03-03T09:00:00Z", type: erase, customer: u1')
    assert ("history.delays", 'level == "short"', True) not in missing(covered(tmp_path, erased, tests), "past")


def test_closings_fallbacks_and_overdue_rules_of_stories_count(tmp_path):
    late = {
        **PACK,
        "late.yaml": "decision: alarm\nasked_on: [obligation_overdue]\noutcome: [quiet, ring]\nfallback: quiet\n"
        'rules:\n  - {rule: letters, when: obligation.owe == "letter", then: ring}\n  - otherwise: quiet\n',
    }
    tests = story(
        f'at: "2026-03-02T09:00:00Z", {OFFER}, expect: {{owes: [sorry]}}',
        'at: "2026-03-02T09:05:00Z", type: tick, expect: {overdue: [sorry]}',
        'at: "2026-03-02T09:06:00Z", type: obligation_closed, customer: u1, obligation: "latest:sorry", how: waived',
        f'at: "2026-03-03T09:00:00Z", {OFFER}, expect: {{owes: [letter]}}',
        'at: "2026-03-09T09:05:00Z", type: tick, expect: {overdue: [letter]}',
    ) + case("contact.wait: -1", "{degraded: true}").replace("event.type: tick", "event.type: contact_offered")
    coverage = covered(tmp_path, late, tests)
    assert missing(coverage, "closing") == [("sorry", None, "done"), ("letter", None, "done")]
    assert missing(coverage, "fallback") == [("alarm", None, None)]
    assert missing(coverage, "rule", "outcome") == [("apology", None, "none")]
    assert missing(coverage, "condition") == [
        ("apology.waited-again", "contact.wait >= setting.patience", False),
        ("apology.waited-long", "contact.wait >= setting.patience", False),
    ]


def test_texts_and_choices_of_settings(tmp_path):
    more = {
        "more.yaml": "settings:\n  strict: {type: bool, default: false}\n  mood: {type: [mild, firm], default: mild}\n"
        "texts:\n  hello: {en: Hello., zh: 您好。}\n  bye: {en: Bye., zh: 再见。}\n",
    }
    rules = """\
rules:
  - {rule: greet, when: a.told && !setting.strict && setting.mood == "mild", then: yes, say: hello}
  - {rule: part, when: a.count > 0, then: yes, say: bye}
  - otherwise: no
"""
    files = {**small(rules), **more}
    coverage = covered(tmp_path, files, case("a.told: true") + case(settings="{mood: firm}"))
    assert missing(coverage, "text") == [("bye", None, None)]
    assert missing(coverage, "setting") == [("setting.strict", None, True)]
    (choice,) = [one.diagnostic for one in coverage.missing if one.goal.kind == "setting"]
    assert (choice.span.file, choice.span.line, choice.hint) == ("more.yaml", 2, "a test with settings: {strict: true}")


def test_each_missing_outcome_otherwise_and_closing_is_told_at_its_own_word(tmp_path):
    files = {**PACK, "bye.yaml": small(ONE_RULE)["answer.yaml"], "facts.yaml": FACTS}
    coverage = covered(tmp_path, files, case("a.told: true"))
    words = {
        one.goal: one.diagnostic.span.text[one.diagnostic.span.column - 1 :][: one.diagnostic.span.length]
        for one in coverage.missing
    }
    assert words[Goal("outcome", "apology", 0, "brief")] == "brief"
    assert words[Goal("outcome", "answer", 0, "no")] == "no"
    assert words[Goal("otherwise", "answer")] == "no"
    assert words[Goal("fallback", "answer")] == "no"
    assert words[Goal("closing", "sorry", 0, "waived")] == "waived"
    assert words[Goal("rule", "apology.waited-long")] == "waited-long"


def test_a_pack_answers_for_its_own_rules_and_those_that_it_changes(tmp_path):
    manifest = "pack: above\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [below]\n"
    change = "overrides:\n  rules:\n    answer.small: {when: 'a.count == 1'}\n"
    own = "decision: own\nasked_on: [tick]\noutcome: [no, yes]\nfallback: no\nrules: [{otherwise: no}]\n"
    write_pack(tmp_path / "below", {**small(ONE_RULE), "pack.yaml": MANIFEST.replace("small", "below")})
    plain = covered(tmp_path / "plain", {"pack.yaml": manifest, "own.yaml": own}, case(expect="{own: 'no'}"))
    assert {goal.of for goal in plain.goals} == {"own"}
    files = {"pack.yaml": manifest, "own.yaml": own, "change.yaml": change}
    changed = covered(tmp_path / "changed", files, case(expect="{own: 'no'}"))
    assert [goal for goal in changed.goals if goal.kind == "condition"] == [
        Goal("condition", "answer.small", 0, value) for value in (True, False)
    ]
    (span,) = {one.diagnostic.span for one in changed.missing if one.goal.kind == "condition"}
    assert (span.file, span.line, span.column, span.length) == ("change.yaml", 3, 27, 12)


def test_a_pack_that_only_composes_others_answers_for_all_of_them(tmp_path):
    manifest = "pack: above\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [below]\n"
    alone = covered(tmp_path / "below", {**small(ONE_RULE), "pack.yaml": MANIFEST.replace("small", "below")}, case())
    composed = covered(tmp_path / "above", {"pack.yaml": manifest}, case())
    assert alone.goals
    assert set(composed.goals) == set(alone.goals)


def test_so_it_does_with_the_words_of_a_plugin(tmp_path):
    manifest = "pack: above\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [below]\n"
    write_pack(tmp_path / "below", {**small(ONE_RULE), "pack.yaml": MANIFEST.replace("small", "below")})
    folder = write_pack(tmp_path / "above", {"pack.yaml": manifest})
    sources = [*read_pack(folder), Source("Weather/words.yaml", "facts: {weather.warm: bool}\n")]
    asked = run_tests(folder, sources=sources, coverage=True).coverage
    assert asked.goals == run_tests(folder, coverage=True).coverage.goals != ()


def test_without_being_asked_nothing_is_watched(tmp_path):
    folder = write_pack(tmp_path, {**small(ONE_RULE), "a.test.yaml": "tests:\n" + case()})
    assert run_tests(folder).coverage is None
    asked = run_tests(folder, coverage=True)
    assert evolve(asked, coverage=None) == run_tests(folder)


# --- what is set aside

ATOMS = (
    "a.told", "a.count >= 1", "a.count >= 2", "a.count == 3", "a.count != 2",
    'a.kind == "p"', 'a.kind in ["q", "r"]', 'a.kind != "r"',
)  # fmt: skip
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(("&&", "||")), inner).map(lambda three: f"({' '.join(three)})"),
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("hit", ["first", "priority"])
def test_just_what_no_facts_can_reach_is_set_aside(hit):
    @examples(60)
    @given(st.lists(CONDITIONS, min_size=1, max_size=3))
    def exhaustively(listed):
        rules = "rules:\n" + "".join(
            f"  - {{rule: r{n}, when: '{one}', then: {'yes' if n % 2 else 'no'}}}\n" for n, one in enumerate(listed)
        )
        policy = build_policy(pack_from_texts(small(rules, "  - otherwise: no\n", hit=hit)))
        watch, evaluator = Watch(), Reference(policy)
        for told, count, kind in product((False, True), range(4), "pqr"):
            facts = {"a.told": told, "a.count": count, "a.kind": kind}
            outcome = evaluator.decide("tick", facts).outcome
            watch.decided(policy, "tick", {**facts, **outcome})
            assert Goal("outcome", "answer", 0, outcome["answer"]) in watch.reached
        for goal in goals(policy):
            if goal.kind == "condition":
                assert is_unreachable(goal, policy) is (goal not in watch.reached)
            elif goal.kind == "outcome":
                assert not (is_unreachable(goal, policy) and goal in watch.reached)

    exhaustively()


def test_what_is_set_aside_is_named_and_not_counted(tmp_path):
    rules = "rules:\n  - {rule: one, when: a.told, then: yes}\n  - {rule: two, when: '!a.told', then: no}\n"
    coverage = covered(tmp_path, small(rules), case("a.told: true") + case())
    assert coverage.counted("condition") == (3, 3)
    (aside,) = coverage.set_aside
    assert aside.goal == Goal("condition", "answer.two", 0, True)
    assert aside.diagnostic.message.startswith("set aside, because it is proved that no test can reach it: `a.told`")


# --- any pack that the checker accepts


@examples(40)
@given(case=cases(questions=6))
def test_of_any_pack_what_is_seen_is_what_was_decided_and_nothing_reached_is_called_unreachable(case):
    policy, watch, reference = case.policy, Watch(), Reference(case.policy)
    settings = {path: one.value for path, one in policy.settings.items()}
    for one in case.questions:
        answer = reference.decide(one.event, one.facts, one.degraded)
        watch.decided(policy, one.event, {**settings, **one.facts, **answer.outcome}, one.degraded)
        for name, value in answer.outcome.items():
            if name in policy.rankings or name in one.degraded or name in answer.conflicts:
                continue
            decision = policy.decisions[name]
            fired = any(rule.startswith(f"{name}.") for rule in answer.fired)
            if isinstance(decision.type, EnumType) and (fired or decision.otherwise is not None):
                listed = value if isinstance(value, tuple) else (value,)
                assert {Goal("outcome", name, 0, each) for each in listed} <= watch.reached.keys()
    for path, attributes in case.entries:
        watch.looking(policy.folds[path], settings, frozenset())(attributes)
    seen = [goal for goal in watch.reached if goal.kind != "fallback"]  # some fall back here for no reason
    assert [goal for goal in seen if is_unreachable(goal, policy)] == []
    assert watch.reached.keys() <= set(goals(policy))


@examples(40)
@given(case=cases(questions=1))
def test_of_any_pack_each_condition_is_underlined_as_it_is_written(case):
    sources = [Source(name, text, pack) for name, text, pack in case.policy.sources]
    coverage = coverage_of(case.policy, sources, Watch(), ())
    assert {one.goal for one in coverage.unreached} == set(coverage.goals) == set(goals(case.policy))
    for one in coverage.unreached:
        span = one.diagnostic.span
        assert span.file in {source.name for source in sources}
        assert span.text
        written = coverage.conditions.get(one.goal)
        marked = bare(span.text[span.column - 1 :][: span.length])
        if written is not None and one.goal.kind == "condition" and f"`{written}`" in one.diagnostic.message:
            assert marked
            assert bare(written).startswith(marked) or bare(written).endswith(marked)  # cells stand behind their input


def bare(text):
    """A text without what YAML and line breaks add to it."""
    return "".join(one for one in text if one not in "\\\"' \n")
