"""Copies of the bundled packs, each broken in one place: every promise is refuted by a case that the engine shows."""

from __future__ import annotations

import re
from functools import cache

import pytest
from attrs import evolve, frozen

from forbear import Policy
from forbear.engine.pure import decide_facts
from forbear.language import ir
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, read_pack
from forbear.language.source import Source
from forbear.prove.asking import Finding
from forbear.prove.promises import Proved
from forbear.prove.questions import Questions, confirmed
from forbear.prove.witness import with_settings
from strategies.profile import FACTOR


@frozen
class Break:
    """A promise, the rule at which it is broken, and how: a text in it that is replaced, or the whole rule left out."""

    promise: str
    file: str
    rule: str
    old: str = ""  # empty: the rule is left out
    new: str = ""
    threats: bool = False  # it shows where a threat ends the contact at once


ABUSE = (
    Break("appeal_status#1", "appeal_status", "by-somebody-involved", "history.suffered_it || ", ""),
    Break("appeal_status#1", "appeal_status", "by-somebody-involved", " || history.reviewed_it", ""),
    Break("appeal_status#1", "appeal_status", "by-somebody-involved"),
    Break("appeal_status#1", "appeal_status", "by-somebody-involved", "not_accepted", "refused"),
    Break("appeal_status#2", "appeal_status", "refused-without-a-reason"),
    Break("appeal_status#2", "appeal_status", "refused-without-a-reason", "then: not_accepted", "then: refused"),
    Break("appeal_status#2", "appeal_status", "refused", "owe: [appeal_refused_notice]", "owe: [advisor_notice]"),
    Break("appeal_status#3", "appeal_status", "lodged", ", appeal_decision]", "]"),
    Break("appeal_status#3", "appeal_status", "under-appeal-already", "then: unchanged", "then: lodged"),
    Break("category#1", "category", "no-abuse", 'conduct != "abuse"', 'conduct == "civil"'),
    Break("category#1", "category", "unnamed", "then: insult", "then: none"),
    Break("category#1", "category", "unnamed"),
    Break("conduct#1", "conduct", "unsure"),
    Break("conduct#1", "conduct", "unsure", "then: anger", "then: abuse"),
    Break("conduct#1", "conduct", "unsure", "speech.confidence <", "speech.confidence + 1 <"),
    Break("conduct#1", "conduct", "unsure", "speech.hostile &&", "speech.hostile && speech.frustrated &&"),
    Break("conduct#2", "conduct", "not-the-customer"),
    Break("conduct#2", "conduct", "not-the-customer", 'event.speaker != "customer"', 'event.speaker == "bot"'),
    Break("ladder#1", "ladder", "exit-blocked"),
    Break("ladder#1", "ladder", "exit-blocked", '|| "email_only_letter" in exit_missing', ""),
    Break("ladder#1", "ladder", "exit-blocked", '"manager_callback" in exit_missing ||', "strikes > 1000000 ||"),
    Break("ladder#2", "ladder", "third-offence", " || !history.email_given", ""),
    Break("ladder#2", "ladder", "second-offence", " || !history.specialist_given", ""),
    Break("ladder#2", "ladder", "third-offence"),
    Break("ladder#3", "ladder", "nothing-new"),
    Break("ladder#3", "ladder", "nothing-new", 'offence_status != "upheld"', 'offence_status == "overturned"'),
    Break("ladder#5", "ladder", "fourth-offence", "owe: [exit_letter]", "owe: [email_only_letter]"),
    Break("legal#1", "legal", "hateful-language"),
    Break("legal#1", "legal", "hateful-language", 'category == "hate"', 'category == "sexual"'),
    Break("legal#1", "legal", "hateful-language", 'category == "hate"', 'category == "hate" && conduct != "abuse"'),
    Break("legal#2", "legal", "hateful-language", ", ask_advisor_consent]", "]"),
    Break("legal#2", "legal", "hateful-offence-upheld", ", ask_advisor_consent]", "]"),
    Break("offence_status#1", "offence_status", "by-the-abused-advisor"),
    Break("offence_status#1", "offence_status", "by-the-abused-advisor", "then: unchanged", "then: overturned"),
    Break("response#1", "response", "first-strike", "then: warn", "then: end_contact"),
    Break("response#1", "response", "second-strike"),
    Break("response#1", "response", "threat-at-once", " && setting.threat_ends_contact", ""),
    Break("response#3", "response", "threat-at-once", " && speech.confidence >= setting.sure_to_end", "", True),
    Break("response#3", "response", "too-unsure-to-end"),
    Break("response#3", "response", "too-unsure-to-end", "speech.confidence <", "speech.confidence + 10 <"),
    Break("response#4", "response", "let-them-vent", "then: listen", "then: warn"),
    Break("response#4", "response", "first-strike", 'conduct == "abuse"', 'conduct != "civil"'),
    Break(
        "response#5",
        "response",
        "let-them-vent",
        "then: listen",
        "then: listen\n    record: [{warning: {level: first}}]",
    ),
    Break("response#6", "response", "third-strike", "owe: [farewell, incident_record,", "owe: [incident_record,"),
    Break(
        "response#6", "response", "threat-at-once", "owe: [farewell, incident_record,", "owe: [incident_record,", True
    ),
)

ROUTING = (
    Break(
        "announced_wait#1", "announced", "as-expected", "then: = queue.expected_wait", "then: = queue.expected_wait * 0"
    ),
    Break("announced_wait#1", "announced", "long-queue-of-a-nuisance", "long_queue && ", "long_queue || "),
    Break("announced_wait#2", "announced", "long-queue-of-a-nuisance"),
    Break(
        "callback#1",
        "callback",
        "take-a-place",
        "record: [queue_place]",
        "record: [queue_place]\n        owe: [queue_notice]",
    ),
    Break("callback#1", "callback", "long-queue", "then: offer", "then: no"),
    Break("callback#2", "callback", "restricted"),
    Break("callback#2", "callback", "restricted", '["email_only", "exit"]', '["exit"]'),
    Break("priority#1", "priority", "nuisance-waited-long-enough"),
    Break("priority#1", "priority", "waited-long-enough", "then: urgent", "then: high"),
    Break("priority#2", "priority", "waited-long-enough"),
    Break("priority#2", "priority", "waited-long-enough", "contact.wait >=", "contact.wait >"),
    Break("priority#3", "priority", "a-nuisance", " && !customer.vulnerable", ""),
    Break("priority#3", "priority", "a-nuisance", ' && history.need == "none"', ""),
    Break("advisor#1", "advisor", "anyone-but-the-abused"),
    Break("advisor#1", "advisor", "anyone-but-the-abused", "add: 5000", "add: 1500"),
    Break(
        "advisor#1",
        "advisor",
        "anyone-but-the-abused",
        "!candidate.history.offended_by",
        "candidate.history.offended_by",
    ),
    Break("advisor#2", "advisor", "not-on-a-break"),
    Break("advisor#3", "advisor", "specialist-for-the-restricted"),
    Break(
        "advisor#3", "advisor", "specialist-for-the-restricted", '["specialist_only", "email_only"]', '["email_only"]'
    ),
    Break("channel#1", "channel", "email-only"),
    Break("channel#1", "channel", "email-only", '["email", "letter"]', '["email", "letter", "voice"]'),
    Break("channel#2", "channel", "not-asked-to-leave"),
    Break("channel#2", "channel", "not-asked-to-leave", 'ladder != "exit"', 'ladder != "exit" || candidate.open'),
    Break("channel#3", "channel", "open-or-can-wait", ' || candidate.id in ["email", "letter"]', ""),
    Break("channel#3", "channel", "suited", 'ladder == "email_only" ||', 'ladder == "exit" ||'),
    Break("next#1", "next", "place-in-the-ledger"),
    Break("next#1", "next", "place-in-the-ledger", "add: = candidate.history.place", "add: = candidate.waited"),
    Break("next#2", "next", "urgent", "add: 900", "add: 9000"),
    Break("next#2", "next", "nuisance", "add: -3600", "add: -36000"),
)


@cache
def sources(pack: str) -> tuple[Source, ...]:
    return tuple(read_pack(find_pack(pack)))


def broken(pack: str, one: Break) -> Policy:
    """A copy of a pack with one thing changed."""
    found = []
    for source in sources(pack):
        if source.name.rpartition(":")[2] == f"{one.file}.yaml":
            source = evolve(source, text=changed(source.text, one))
        found.append(source)
    return build_policy(found)


def changed(text: str, one: Break) -> str:
    rule = re.search(rf"(?m)^( *)- rule: {one.rule}\b(?!-).*\n(?:\1 .*\n|\s*\n)*", text)
    assert rule is not None, f"there is no rule {one.rule} any more"
    found = rule.group()
    assert one.old in found, f"{one.rule} has no {one.old!r} any more"
    return text.replace(found, found.replace(one.old, one.new) if one.old else "", 1)


ROWS = [("abuse", one) for one in ABUSE] + [("routing", one) for one in ROUTING]
FIRST = [next(row for row in ROWS if row[1].promise == name) for name in dict.fromkeys(one.promise for _, one in ROWS)]


def named(policy: Policy, promise: str) -> ir.Invariant:
    return next(one for one in policy.invariants if one.name == promise)


def violated(policy: Policy, finding: Finding) -> bool:
    """Whether the case of a finding breaks the promise, as each evaluator decides it."""
    witness = finding.witness
    assert witness is not None
    given = {"event.type": witness.event, **witness.given}
    chosen = with_settings(policy, witness.settings)
    answers = [decide_facts(chosen, given, evaluator=one) for one in ("reference", "compiled")]
    return all(finding.about in one.evaluation.violated and finding.decision not in one.degraded for one in answers)


@pytest.mark.parametrize(
    ("pack", "one"),
    ROWS if FACTOR > 1 else FIRST,
    ids=lambda one: one if isinstance(one, str) else f"{one.promise}-{one.rule}",
)
def test_a_broken_copy_is_refuted_by_a_case_that_breaks_it(pack: str, one: Break) -> None:
    policy = with_settings(broken(pack, one), {"threat_ends_contact": True} if one.threats else {})
    found = Questions(policy).promise(named(policy, one.promise))
    assert isinstance(found, Finding)
    assert found.code == "promise-broken"
    assert confirmed(policy, found)
    assert violated(policy, found), found.witness


@pytest.mark.parametrize("pack", ["abuse", "routing"])
def test_as_they_are_the_packs_keep_every_promise_that_is_broken_above(pack: str) -> None:
    policy = build_policy(list(sources(pack)))
    questions = Questions(policy)
    for name in {one.promise for row, one in ROWS if row == pack}:
        assert isinstance(questions.promise(named(policy, name)), Proved), name
    ours = {
        one.name
        for one in policy.invariants
        if not one.throughout and not one.span.file.startswith(("abuse:", "core:"))
    }
    assert ours - {"callback#3"} == {one.promise for row, one in ROWS if row == pack}


def test_a_promise_about_settings_names_those_that_break_it() -> None:
    policy = build_policy(list(sources("routing")))
    found = Questions(policy).promise(named(policy, "callback#3"))
    assert isinstance(found, Proved)
    assert [one.words for one in found.regions] == ["setting.key_callback is equal to setting.key_stay"]
    stay = policy.settings["setting.key_stay"].value
    refuted = Questions(with_settings(policy, {"key_callback": stay})).promise(named(policy, "callback#3"))
    assert isinstance(refuted, Finding)
    assert refuted.code == "promise-broken"
