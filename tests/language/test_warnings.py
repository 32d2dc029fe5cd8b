"""Warnings: each at the very word, none on what is right, and none that a generated case contradicts."""

from __future__ import annotations

import re

import hypothesis
import pytest
from hypothesis import given

from forbear.errors import Diagnostic, Severity
from forbear.evaluate import Reference
from forbear.evaluate.reference import evaluate
from forbear.language.cases import Questions, always
from forbear.language.pack import check_pack, pack_from_texts
from forbear.language.problems import Problems
from forbear.language.types import Type
from language.small_pack import SMALL, edited, place, unmarked
from strategies.cases import Case, cases
from strategies.packs import pack_texts
from strategies.profile import examples

READER = """\
decision: reader
asks: What do the small words come to?
asked_on: [utterance]
outcome: bool
fallback: false
rules:
  - rule: all-of-them
    when: >-
      contact.channel == "voice" && contact.wait > setting.patience && contact.turns > 3 && customer.value > 0.5
      && has(customer.name) && "vip" in customer.tags && has(history.last_level)
    then: true
  - otherwise: false
"""
PROMISED = """\
decision: promised
asks: Within what time?
asked_on: [promise_made]
outcome: {type: int, unit: minutes, range: [0, 60]}
fallback: 0
rules:
  - {rule: as-said, then: = event.within}
"""
CLEAN = SMALL | {"reader.yaml": READER, "promised.yaml": PROMISED}


def told(files: dict[str, str]) -> list[Diagnostic]:
    """The warnings and notes of a pack that has no errors."""
    policy, found = check_pack(pack_from_texts(files))
    assert policy is not None, "\n".join(map(str, found))
    return found


def one_rule(when: str, then: str = "true", rest: str = "") -> dict[str, str]:
    rules = f"rules:\n  - rule: only\n    when: '{when}'\n    then: {then}\n{rest}  - otherwise: false\n"
    head = "decision: more\nasks: More?\nasked_on: [utterance]\noutcome: bool\nfallback: false\n"
    return CLEAN | {"more.yaml": head + rules}


def decided(hit: str, rules: str) -> dict[str, str]:
    head = f"decision: more\nasks: More?\nasked_on: [utterance]\noutcome: [a, b, c]\nhit: {hit}\nfallback: a\n"
    return CLEAN | {"more.yaml": f"{head}rules:\n{rules}"}


def assert_told(files: dict[str, str], *codes: str) -> list[Diagnostic]:
    plain, places = unmarked(files)
    found = told(plain)
    assert [(one.code, place(one)) for one in found] == list(zip(codes, places, strict=True))
    return found


def test_the_clean_pack_is_told_nothing():
    assert told(CLEAN) == []


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("⟦contact.turns >= 0⟧", "always-true"),
        ("⟦contact.turns > 1000⟧", "always-false"),
        ("⟦contact.turns < 5 || contact.turns > 4⟧", "always-true"),
        ('⟦speech.target == "advisor" && speech.target == "company"⟧', "always-false"),
        ('speech.hostile && ⟦speech.target in ["nobody", "company", "advisor"]⟧', "always-true"),
        ("⟦speech.hostile || !speech.hostile⟧", "always-true"),
        ("⟦has(speech.hostile)⟧ && speech.hostile", "always-true"),
        ("⟦has(customer.name) && !has(customer.name)⟧", "always-false"),
        ("⟦contact.wait == contact.wait⟧", "always-true"),
        ("⟦contact.wait < contact.wait⟧", "always-false"),
        ("⟦contact.wait < setting.patience && contact.wait >= setting.patience⟧", "always-false"),
        ("⟦customer.value > 1.0⟧", "always-false"),
        ("⟦customer.value <= 1 || speech.hostile⟧", "always-true"),
        ('⟦event.type == "utterance"⟧ && speech.hostile', "always-true"),
        ("⟦!(contact.turns >= 0)⟧ || speech.hostile", "always-false"),
        ("⟦setting.patience > 600⟧", "always-false"),
    ],
)
def test_a_condition_that_never_changes(when, code):
    assert_told(one_rule(when), code)


@pytest.mark.parametrize(
    "when",
    [
        "contact.turns > 0",
        "contact.turns < 1000",
        "has(customer.name)",
        'has(customer.name) && customer.name == "x"',
        "contact.wait < setting.patience",
        "contact.wait < setting.patience || contact.wait > setting.patience",
        'speech.target in ["nobody", "company"]',
        "customer.value >= 0.01",
        "has(history.last_level) || !history.warned",
    ],
)
def test_a_condition_that_can_go_both_ways_is_left_alone(when):
    assert told(one_rule(when)) == []


@pytest.mark.parametrize("literal", ["true", "false"])
def test_a_literal_is_meant(literal):
    assert [one.code for one in told(one_rule(literal)) if one.code.startswith("always")] == []


def test_cells_promises_and_the_past_are_judged_too():
    rows = """    - {rule: x, when: [">= 0"], then: a}\n    - {rule: y, when: ["-"], then: b}\n"""
    head = "decision: more\nasks: More?\nasked_on: [utterance]\noutcome: [a, b]\nfallback: a\n"
    found = told(CLEAN | {"more.yaml": f"{head}table:\n  inputs: [contact.turns]\n  rows:\n{rows}"})
    assert [(one.code, place(one)[3]) for one in found] == [("always-true", ">= 0"), ("shadowed-rule", "y")]
    promise = '⟦response == "warn" && response == "listen"⟧'
    assert_told(
        edited(("response.yaml", 'response == "warn" && conduct != "abuse"', promise), base=CLEAN), "always-false"
    )
    where = ("vocabulary.yaml", "'spoken && level == \"first\"'", '\'spoken && ⟦level in ["first", "final"]⟧\'')
    assert_told(edited(where, base=CLEAN), "always-true")


def rules(*short: str) -> str:
    """Rules written as `name: condition → outcome`; no condition always matches."""
    found = ""
    for one in short:
        name, condition, outcome = re.fullmatch(r"(\S+):(?: (.*))? → (\w)", one).groups()
        when = f"when: '{condition}', " if condition else ""
        found += f"  - {{rule: {name}, {when}then: {outcome}}}\n"
    return found


SHADOWED = {
    "the same again": ("first", "x: speech.hostile → a", "⟦y⟧: speech.hostile → b"),
    "a narrower one": ("first", "x: speech.hostile → a", "⟦y⟧: speech.hostile && contact.turns > 3 → b"),
    "two together": ("first", "x: contact.turns < 5 → a", "y: contact.turns > 2 → b", "⟦z⟧: speech.hostile → c"),
    "one that always matches": ("first", "x: → a", "⟦y⟧: speech.hostile → b"),
    "what cannot be set out": (
        "first",
        "x: contact.wait > setting.patience → a",
        "⟦y⟧: contact.wait > setting.patience && speech.hostile → b",
    ),
    "a question and its opposite": (
        "first",
        "x: contact.wait > setting.patience → a",
        "y: contact.wait <= setting.patience → b",
        "⟦z⟧: speech.hostile → c",
    ),
    "has and its absence": (
        "first",
        "x: has(customer.name) → a",
        "y: !has(customer.name) → b",
        "⟦z⟧: speech.hostile → c",
    ),
    "what is read where it is there": (
        "first",
        'x: has(history.last_level) && history.last_level == "first" → a',
        'y: has(history.last_level) && history.last_level == "final" → b',
        "⟦z⟧: has(history.last_level) → c",
    ),
    "a severer outcome": ("priority", "⟦x⟧: speech.hostile && contact.turns > 3 → a", "y: speech.hostile → b"),
    "an earlier one of its outcome": (
        "priority",
        "x: speech.hostile → b",
        "⟦y⟧: speech.hostile && contact.turns > 3 → b",
    ),
}


@pytest.mark.parametrize("name", SHADOWED)
def test_a_rule_that_can_never_decide(name):
    hit, *short = SHADOWED[name]
    assert_told(decided(hit, rules(*short) + "  - otherwise: a\n"), "shadowed-rule")


@pytest.mark.parametrize(
    ("hit", "first", "second"),
    [
        ("first", "x: speech.hostile && contact.turns > 3 → a", "y: speech.hostile → b"),
        ("first", "x: contact.turns < 5 → a", "y: contact.turns < 6 → b"),
        ("first", "x: contact.wait < setting.patience → a", "y: contact.wait > setting.patience → b"),
        ("priority", "x: speech.hostile → a", "y: speech.hostile && contact.turns > 3 → b"),
    ],
)
def test_a_rule_that_can_still_decide_is_left_alone(hit, first, second):
    assert told(decided(hit, rules(first, second) + "  - otherwise: a\n")) == []


def test_collected_rules_do_not_hide_each_other():
    files = decided("collect", rules("x: speech.hostile → a", "y: speech.hostile → a"))
    assert told(files | {"more.yaml": files["more.yaml"].replace("fallback: a", "fallback: []")}) == []


def test_a_rule_is_shadowed_only_where_it_is_so_on_every_event():
    first = "  - {rule: x, asked_on: [utterance], then: a}\n"
    files = decided("first", first + rules("y: contact.turns > 3 → b") + "  - otherwise: a\n")
    on_both = files["more.yaml"].replace("[utterance]\noutcome", "[utterance, tick]\noutcome")
    assert told({**files, "more.yaml": on_both}) == []


def test_what_the_checker_cannot_tell_of_unique_rules_is_left_to_a_proof():
    unsure = rules("x: contact.wait > setting.patience → a", "y: contact.wait < 30 → b")
    (note,) = told(decided("unique", unsure + "  - otherwise: a\n"))
    assert (note.code, note.severity) == ("left-to-prove", Severity.NOTE)
    assert "`x` and `y`" in note.message
    apart = rules("x: contact.wait > setting.patience → a", "y: contact.wait <= setting.patience → b")
    assert told(decided("unique", apart + "  - otherwise: a\n")) == []


UNUSED = {
    "unused-fact": ("vocabulary.yaml", "facts:\n", "facts:\n  ⟦never.read⟧: bool\n"),
    "unused-setting": ("vocabulary.yaml", "settings:\n", "settings:\n  ⟦idle⟧: {type: bool, default: true}\n"),
    "unused-fold": ("vocabulary.yaml", "history:\n", "history:\n  ⟦idle⟧: {any: warning}\n"),
    "unused-entry": ("vocabulary.yaml", "entries:\n", "entries:\n  ⟦idle⟧: {}\n"),
    "unused-event": ("vocabulary.yaml", "events:\n", "events:\n  ⟦idle⟧: {}\n"),
}


@pytest.mark.parametrize("code", UNUSED)
def test_what_nothing_uses(code):
    assert_told(edited(UNUSED[code], base=CLEAN), code)


def test_a_setting_that_says_how_long_something_is_kept_is_used():
    kept = "settings: {kept: {type: int, unit: days, range: [1, 99], default: 30}}\nretention: {text: setting.kept}\n"
    assert told(CLEAN | {"kept.yaml": kept}) == []


def test_texts_and_obligations_that_nothing_uses():
    text = CLEAN | {"words.yaml": 'texts: {⟦idle⟧: {en: "Well.", zh: "好。"}}\n'}
    assert_told(text, "unused-text")
    duty = CLEAN | {"more.yaml": "obligations: {⟦idle⟧: {to: manager, due: 1 hour, closes: {done: {}}}}\n"}
    assert_told(duty, "unused-obligation")
    appeal = CLEAN | {"words.yaml": 'texts: {appeal: {en: "Write to us.", zh: "请来信。"}}\n'}
    assert told(appeal) == []


def test_a_decision_that_nothing_reads_and_that_does_nothing():
    silent = "decision: ⟦silent⟧\nasked_on: [tick]\noutcome: bool\nfallback: true\nrules: [otherwise: true]\n"
    assert_told(CLEAN | {"silent.yaml": silent}, "unread-decision")
    assert told(CLEAN | {"silent.yaml": silent.replace("⟦silent⟧", "silent\nasks: Quiet?")}) == []


def test_errors_come_with_the_warnings_of_what_could_be_read():
    policy, found = check_pack(pack_from_texts(one_rule("contact.turns >= 0 && speech.hostil")))
    assert policy is None
    assert {one.code for one in found} == {"unknown-name"}
    both = one_rule("contact.turns >= 0") | {"worse.yaml": "facts: {a.b: boool}\n"}
    assert {one.code for one in check_pack(pack_from_texts(both))[1]} == {"always-true", "unknown-type"}


def type_of(case: Case, event: str, path: str) -> Type:
    policy = case.policy
    given = policy.facts.get(path) or policy.events[event].get(path) or policy.folds.get(path)
    return given.type if given else policy.settings[path].type if path in policy.settings else policy.outcome_type(path)


@examples(60)
@given(case=cases(questions=4))
def test_no_generated_case_contradicts_a_warning(case: Case):
    _, found = check_pack(pack_from_texts(pack_texts(case.files)))
    shadowed = {(one.span.file, one.span.line, one.span.column) for one in found if one.code == "shadowed-rule"}
    hypothesis.event(f"{'some' if shadowed else 'no'} shadowed rules")
    decisions = case.policy.decisions.values()
    placed = [(f"{one.name}.{rule.name}", rule.span) for one in decisions for rule in one.rules]
    never = {name for name, span in placed if (span.file, span.line, span.column) in shadowed}
    reference = Reference(case.policy)
    for asked in case.questions:
        assert not never & set(reference.decide(asked.event, asked.facts).fired)


@examples(60)
@given(case=cases(questions=4))
def test_no_generated_case_contradicts_what_a_condition_always_is(case: Case):
    settings = {path: one.value for path, one in case.policy.settings.items()}
    for asked in case.questions:
        questions = Questions(lambda path, event=asked.event: type_of(case, event, path), Problems())
        environment = {**settings, **asked.facts, **Reference(case.policy).decide(asked.event, asked.facts).outcome}
        for decision in (case.policy.decisions[name] for name in case.policy.plans[asked.event].decisions):
            # Under `first` a rule may rely on what the ones before it made sure of.
            rules = decision.rules[:1] if decision.hit == "first" else decision.rules
            for rule in (one for one in rules if one.when is not None and asked.event in one.asked_on):
                value = always(rule.when, questions)
                hypothesis.event(f"always {value}")
                assert value is None or evaluate(rule.when, environment) is value
