"""Decisions: coverage, what a rule knows from the rules before it, fallbacks, invariants."""

from __future__ import annotations

import pytest

from forbear.language import ir
from forbear.language.types import EnumType, ListType, StringType
from language.small_pack import SMALL, assert_found, built, edited, problems_of, unmarked


def decision(rules: str, head: str = "asked_on: [utterance]\noutcome: [a, b, c]\nfallback: a\n") -> dict[str, str]:
    """The small pack with a decision `more`, each line of `rules` being one rule in braces."""
    listed = "".join(f"  - {rule}\n" for rule in rules.strip().splitlines())
    return edited(also={"more.yaml": f"decision: more\n{head}rules:\n{listed}"})


def test_a_decision_is_read_as_written() -> None:
    conduct = built(SMALL).decisions["conduct"]
    assert conduct.type == EnumType(("civil", "anger", "abuse"))
    assert (conduct.hit, conduct.grave, conduct.fallback) == ("first", ("abuse",), ir.Constant("civil"))
    assert [rule.name for rule in conduct.rules] == ["aimed", "vented"]
    assert conduct.rules[0].because["zh"] == "针对客服本人。"
    assert conduct.otherwise == ir.Constant("civil")


def test_rules_must_cover_every_event() -> None:
    head = "asked_on: [utterance, tick]\noutcome: [a, b]\nfallback: a\n"
    narrow = "{rule: x, asked_on: [utterance], then: b}\n"
    assert [one.code for one in problems_of(decision(narrow, head))] == ["not-covered"]
    assert "`tick`" in problems_of(decision(narrow, head))[0].message
    assert problems_of(decision(narrow + "{rule: y, then: a}", head)) == []
    assert problems_of(decision(narrow + "{otherwise: a}", head)) == []
    assert [
        one.code
        for one in problems_of(decision("[]", head).copy() | {"more.yaml": f"decision: more\n{head}rules: []\n"})
    ] == ["not-covered"]


def test_a_collecting_decision_needs_no_otherwise_and_gives_a_list() -> None:
    head = "asked_on: [utterance]\noutcome: [a, b]\nhit: collect\nfallback: []\n"
    files = decision("{rule: x, when: speech.hostile, then: b}", head)
    more = built(files).decisions["more"]
    assert (more.fallback, more.outcome_type) == (ir.Constant(()), ListType(EnumType(("a", "b"))))
    reader = edited(
        ("conduct.yaml", "    when: speech.hostile\n", "    when: '\"b\" in more'\n"),
        also={"more.yaml": files["more.yaml"]},
    )
    assert problems_of(reader) == []


def test_later_rules_know_what_the_ones_before_them_left() -> None:
    fine = (
        "{rule: x, when: '!has(customer.name)', then: a}\n"
        "{rule: y, when: 'customer.name == \"Li\"', then: b}\n{otherwise: c}"
    )
    assert problems_of(decision(fine)) == []
    assert_found(
        decision(
            "{rule: x, when: has(customer.name), then: a}\n"
            "{rule: y, when: '⟦customer.name⟧ == \"Li\"', then: b}\n{otherwise: c}"
        ),
        "optional-read",
    )


def test_only_rules_of_the_same_event_count() -> None:
    head = "asked_on: [utterance, tick]\noutcome: [a, b]\nfallback: a\n"
    rules = (
        "{rule: x, asked_on: [tick], when: '!has(customer.name)', then: a}\n"
        "{rule: y, %s when: '%s == \"Li\"', then: b}\n{otherwise: a}"
    )
    assert problems_of(decision(rules % ("asked_on: [tick],", "customer.name"), head)) == []
    assert_found(decision(rules % ("asked_on: [utterance],", "⟦customer.name⟧"), head), "optional-read")
    assert_found(decision(rules % ("", "⟦customer.name⟧"), head), "optional-read")


def test_where_all_are_collected_nothing_follows_from_the_rules_before() -> None:
    head = "asked_on: [utterance]\noutcome: [a, b]\nhit: collect\nfallback: []\n"
    rules = "{rule: x, when: '!has(customer.name)', then: a}\n{rule: y, when: '⟦customer.name⟧ == \"Li\"', then: b}"
    assert_found(decision(rules, head), "optional-read")


def test_a_rule_knows_its_condition_in_what_it_gives() -> None:
    head = "asked_on: [utterance]\noutcome: string\nfallback: x\n"
    files = decision("{rule: x, when: has(customer.name), then: = customer.name}\n{otherwise: y}", head)
    assert built(files).decisions["more"].rules[0].then == ir.Read("customer.name")
    assert built(files).decisions["more"].type == StringType()


@pytest.mark.parametrize(
    "broken", ["has(customer.name) && ⟦speech.hostle⟧", "has(customer.name) && speech.hostile ⟦and⟧ true"]
)
def test_the_consequences_of_a_broken_condition_are_not_repeated(broken: str) -> None:
    head = "asked_on: [utterance]\noutcome: string\nfallback: x\n"
    rules = f"{{rule: x, when: '{broken}', then: = customer.name}}\n{{otherwise: y}}"
    assert len(assert_found(decision(rules, head), "unknown-name" if "&& ⟦" in broken else "expression-syntax")) == 1


def test_a_broken_condition_does_not_close_what_later_rules_read() -> None:
    rules = (
        "{rule: x, when: '!has(customer.name) || ⟦speech.hostle⟧', then: a}\n"
        "{rule: y, when: 'customer.name == \"Li\"', then: b}\n{otherwise: c}"
    )
    assert_found(decision(rules), "unknown-name")


def test_the_rest_of_a_rule_with_a_broken_condition_is_checked_all_the_same() -> None:
    files = edited(
        ("response.yaml", 'conduct == "abuse" && !history.warned', '⟦conduc⟧ == "abuse"'),
        ("response.yaml", "level: first", "level: ⟦frist⟧"),
        ("response.yaml", "owe: [call]", "owe: [⟦cal⟧]"),
    )
    assert_found(files, "unknown-name", "unknown-value", "unknown-obligation")


def test_a_broken_event_of_a_rule_has_no_consequences() -> None:
    rules = "{rule: x, asked_on: [⟦utterence⟧], when: 'event.speaker == \"customer\"', then: a}\n{otherwise: c}"
    assert_found(decision(rules), "not-asked")


def test_a_broken_decision_is_not_called_unknown_by_its_readers() -> None:
    assert_found(edited(("conduct.yaml", "[civil, anger, abuse]", "⟦strng⟧")), "unknown-type")
    assert_found(edited(("conduct.yaml", "decision: conduct", "decision: ⟦Conduct⟧")), "bad-name")


def test_a_decision_without_a_fallback_is_checked_all_the_same() -> None:
    files = edited(("conduct.yaml", "fallback: civil\n", ""), ("conduct.yaml", "then: anger", "then: angry"))
    assert [one.code for one in problems_of(files)] == ["missing-key", "unknown-value"]


def test_a_misspelt_key_is_not_called_missing_too() -> None:
    assert_found(edited(("conduct.yaml", "fallback:", "⟦falback⟧:")), "unknown-key")
    assert_found(edited(("conduct.yaml", "rule: vented", "⟦rul⟧: vented")), "unknown-key")


def test_a_fallback_may_be_a_setting_but_not_one_that_may_be_grave() -> None:
    setting = "settings: {mild: {type: [civil, anger], default: civil}, any: {type: [civil, abuse], default: civil}}\n"
    fine = edited(("conduct.yaml", "fallback: civil", "fallback: = setting.mild"), also={"more.yaml": setting})
    assert built(fine).decisions["conduct"].fallback == ir.Read("setting.mild")
    assert_found(
        edited(("conduct.yaml", "fallback: civil", "fallback: ⟦= setting.any⟧"), also={"more.yaml": setting}),
        "grave-fallback",
    )


def test_an_invariant_holds_on_the_events_that_it_speaks_of() -> None:
    (one,) = built(SMALL).invariants
    assert (one.decision, one.asked_on, one.never) == ("response", ("utterance",), True)
    files = edited(
        ("response.yaml", "[utterance]", "[utterance, tick]"),
        ("response.yaml", "  - rule: warn-once\n", "  - rule: warn-once\n    asked_on: [utterance]\n"),
        ("response.yaml", "invariants:\n", "invariants:\n  - {always: 'recorded.warning || !owed.call', because: x}\n"),
    )
    assert [one.asked_on for one in built(files).invariants] == [("utterance", "tick"), ("utterance",)]


def test_several_decisions_may_share_a_file() -> None:
    text = "decisions:\n" + "".join(
        f"  - {{decision: {name}, asked_on: [tick], outcome: [a], fallback: a, rules: [otherwise: a]}}\n"
        for name in "xyz"
    )
    assert {"x", "y", "z"} <= built(edited(also={"more.yaml": text})).decisions.keys()


TEN = edited(
    ("conduct.yaml", 'speech.hostile && speech.target == "advisor"', '⟦speech.hostle⟧ && speech.target == ⟦"advisr"⟧'),
    ("conduct.yaml", "    when: speech.hostile\n", "    when: ⟦!speech.hostile⟧\n"),
    ("conduct.yaml", "{en: It is aimed at the advisor., zh: 针对客服本人。}", "⟦{⟧zh: 针对客服本人。}"),
    ("response.yaml", "owe: [call]", "owe: [⟦cal⟧]"),
    ("response.yaml", 'response == "warn" && conduct', '⟦speech.hostile⟧ > 3 || ⟦customer.name⟧ == "Li" || conduct'),
    ("duties.yaml", "due: 10 minutes", "due: 10 ⟦minuets⟧"),
    also={
        "a/trap.yaml": "decision: trap\nasked_on: [tick]\noutcome: [x, y]\nfallback: x\nrules:\n"
        '  - {rule: one, when: ⟦"x" == event.type⟧, then: y}\n  - otherwise: x\n',
        "b/cycle.yaml": "decisions:\n"
        "  - {decision: ⟦p⟧, asked_on: [tick], outcome: bool, fallback: true, rules: [{rule: r, then: = q}]}\n"
        "  - {decision: q, asked_on: [tick], outcome: bool, fallback: true, rules: [{rule: r, then: = p}]}\n",
        "c/asked.yaml": "decision: late\nasked_on: [tick]\noutcome: [x, y]\nfallback: x\nrules:\n"
        "  - {rule: one, when: '⟦conduct⟧ == \"abuse\"', then: y}\n  - otherwise: x\n",
        "d/open.yaml": "decision: ⟦open_end⟧\nasked_on: [tick]\noutcome: [x, y]\nfallback: x\nrules:\n"
        "  - {rule: one, when: '!has(customer.name)', then: y}\n",
    },
)


def test_many_mistakes_in_many_files_give_one_diagnostic_each_in_one_run() -> None:
    assert_found(
        TEN,
        "unquoted-expression",
        "decision-cycle",
        "not-asked",
        "unknown-name",
        "unknown-value",
        "missing-language",
        "yaml-tag",
        "not-covered",
        "bad-time",
        "unknown-obligation",
        "type-mismatch",
        "optional-read",
    )


def test_a_file_that_is_lost_hides_only_what_it_may_declare() -> None:
    plain, _ = unmarked(TEN)
    found = problems_of(plain | {"duties.yaml": plain["duties.yaml"] + "broken: [\n"})
    codes = [one.code for one in found]
    assert codes.count("yaml-syntax") == 1
    assert "unknown-name" in codes
    assert "unknown-obligation" in codes
    assert len(found) == 12


def test_a_lost_vocabulary_is_one_diagnostic() -> None:
    assert [one.code for one in problems_of(edited(("vocabulary.yaml", "facts:", "facts: [")))] == ["yaml-syntax"]
