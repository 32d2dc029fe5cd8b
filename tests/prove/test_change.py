"""What would have changed a decision is the least that any other facts show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from commands import write_pack
from forbear.engine import Engine
from forbear.engine.pure import Answer, decide_facts
from forbear.errors import ForbearError
from forbear.evaluate import Reference
from forbear.language import ir
from forbear.language.pack import load_policy
from forbear.language.types import Value
from forbear.language.walk import reads
from forbear.prove.change import change, may_change
from prove.test_exhaustive import choices
from strategies.profile import FACTOR
from strategies.tiny import EVENTS, Tiny, tiny_policy

POLICIES = max(1, int(15 * FACTOR))


def least(tiny: Tiny, policy: ir.Policy, answer: Answer, name: str, wanted: Value | None) -> int | None:
    """How many facts must be otherwise, tried one set of facts after another."""
    reference, was = Reference(policy), answer.evaluation.outcome[name]
    relied = relied_on(policy, name, answer.event)
    promises = {one.name for one in policy.invariants if one.decision in relied}
    costs: list[int] = []
    for facts in choices(tiny.facts):
        differ = [one.path for one in tiny.facts if facts.get(one.path) != answer.facts.get(one.path)]
        if not all(may_change(policy, answer.event, path) for path in differ):
            continue
        found = reference.decide(answer.event, {"event.type": answer.event, **facts})
        now = found.outcome[name]
        reached = _reaches(was, now, wanted)
        if reached and not promises & {*found.violated}:
            costs.append(len(differ))
    return min(costs, default=None)


def relied_on(policy: ir.Policy, name: str, event: str) -> set[str]:
    """The decisions that one reads on an event, or that the promises of one of them read, and itself."""
    found = {name}
    while True:
        rules = [rule for one in found for rule in policy.decisions[one].rules if event in rule.asked_on]
        read = [expr for rule in rules for expr in (rule.when, rule.then)]
        read += [one.condition for one in policy.invariants if one.decision in found and event in one.asked_on]
        more = {path for expr in read for path in reads(expr)} & policy.decisions.keys()
        if more <= found:
            return found
        found |= more


def _reaches(was: Value, now: Value, wanted: Value | None) -> bool:
    if wanted is None:
        return was != now
    return wanted in now and wanted not in was if isinstance(now, tuple) and isinstance(was, tuple) else now == wanted


def again(policy: ir.Policy, answer: Answer, changed: Mapping[str, Value | None], name: str) -> Value:
    given = {path: value for path, value in {**answer.facts, **changed}.items() if value is not None}
    return Reference(policy).decide(answer.event, given).outcome[name]


def test_the_smallest_change_is_the_smallest_of_all_that_can_be() -> None:
    found, none, wants = 0, 0, 0
    for seed in range(POLICIES):
        random = Random(seed)
        tiny = tiny_policy(random)
        policy, event = tiny.policy, random.choice(EVENTS)
        facts = random.choice(list(choices(tiny.facts)))
        answer = Answer(event, policy, facts, Reference(policy).decide(event, {"event.type": event, **facts}), {})
        for name, one in policy.decisions.items():
            values = getattr(one.type, "values", (0, 1, 2, 3))
            was = answer.evaluation.outcome[name]
            others = [value for value in values if value not in (was if isinstance(was, tuple) else (was,))]
            for wanted in (None, *others[:1]):
                cost = least(tiny, policy, answer, name, wanted)
                told = change(policy, answer, name, wanted)
                assert (told.cost if told.changed else None) == cost, (seed, name, wanted)
                if not told.changed:
                    none += 1
                    continue
                found += 1
                wants += wanted is not None
                assert len(told.changed) == cost
                now = again(policy, answer, {each.path: each.after for each in told.changed}, name)
                assert now == told.becomes
                assert _reaches(was, now, wanted)
    assert min(found, none, wants) > POLICIES // 6


ABUSE = load_policy("abuse")
SAID = {
    "event.type": "utterance",
    "event.speaker": "customer",
    "event.contact": "c1",
    "speech.hostile": True,
    "speech.frustrated": False,
    "speech.target": "advisor",
    "speech.category": "insult",
    "speech.confidence": 90,
}


def decided(**more: object) -> Answer:
    return decide_facts(ABUSE, {**SAID, **more}, asked=frozenset(["response"]))


def test_a_change_is_a_sentence_in_both_languages() -> None:
    told = change(ABUSE, decided(), "conduct", "anger", free=lambda path: path == "speech.confidence")
    assert [(one.path, one.before, one.after) for one in told.changed] == [("speech.confidence", 90, 49)]
    assert told.sentence("en") == (
        "Is the customer venting at us, or abusing the advisor? “anger” instead of “abuse”, had this been otherwise: "
        f"{ABUSE.facts['speech.confidence'].about['en']}: 49% instead of 90%."
    )
    assert told.sentence("zh") == (
        "conduct：本会是“anger”，而不是“abuse”，只要以下情况有所不同："
        f"{ABUSE.facts['speech.confidence'].about['zh']}：49%，而不是90%。"
    )


def test_the_past_and_the_settings_stay_as_they_are_unless_asked() -> None:
    none = change(ABUSE, decided(), "response", "end_contact", free=lambda path: path == "speech.confidence")
    assert (none.becomes, none.changed) == (None, ())
    assert "nothing that may change here would have given “end_contact”" in none.sentence("en")
    assert "无论怎样都不会得出“end_contact”" in none.sentence("zh")
    past = change(ABUSE, decided(), "response", "end_contact", free=lambda path: path.startswith("history."))
    assert {one.path.partition(".")[0] for one in past.changed} == {"history"}
    chosen = change(
        ABUSE, decided(**{"speech.category": "threat"}), "response", "end_contact", free=lambda path: "setting" in path
    )
    assert [(one.path, one.after) for one in chosen.changed] == [("setting.threat_ends_contact", True)]


def test_a_dear_fact_is_left_alone_where_others_do() -> None:
    cheap = {one.path for one in change(ABUSE, decided(), "conduct").changed}
    dear = {one.path for one in change(ABUSE, decided(), "conduct", weights=dict.fromkeys(cheap, 5)).changed}
    assert len(cheap) == len(dear) == 1
    assert cheap != dear


def test_what_would_make_a_decision_that_is_read_fall_back_is_no_change(tmp_path: Path) -> None:
    head = "asked_on: [utterance]\noutcome: [no, yes]\nfallback: no\nrules:\n"
    one = "  - {rule: one, when: 'WHEN', then: yes, because: {en: So., zh: 是。}}\n  - otherwise: no\n"
    first, then = one.replace("WHEN", "a.x"), one.replace("WHEN", 'first == "yes" && a.z')
    promise = "invariants:\n  - {never: 'first == \"yes\" && a.z', because: So.}\n"
    files = {
        "pack.yaml": "pack: desk\nversion: 1.0.0\nlanguage: 1\n",
        "words.yaml": "facts:\n  a.x: {type: bool, default: false}\n  a.z: {type: bool, default: false}\n",
        "first.yaml": f"decision: first\nasks: Is it?\n{head}{first}{promise}",
        "then.yaml": f"decision: then\nasks: Is it?\n{head}{then}",
    }
    small = load_policy(str(write_pack(tmp_path / "desk", files)))
    event = {"id": "e", "at": "2026-03-02T09:00:00Z", "type": "utterance", "contact": "c"}
    with Engine(small, "memory:", discover=False) as engine:
        record = engine.decide({**event, "facts": {"a.x": True, "a.z": True}})
        assert (record.outcome["then"], [*(record.degraded or {})]) == ("no", ["first"])
    answer = decide_facts(small, {"event.type": "utterance", "event.contact": "c"}, asked=frozenset(["then"]))
    assert change(small, answer, "then").changed == ()


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ForbearError, match="was not decided here; did you mean"):
        change(ABUSE, decided(), "conducts")
    with pytest.raises(ForbearError, match="cannot come to 'angry': it is one of civil, anger, abuse"):
        change(ABUSE, decided(), "conduct", "angry")
    with pytest.raises(ForbearError, match="came to that outcome already"):
        change(ABUSE, decided(), "conduct", "abuse")
    with pytest.raises(ForbearError, match=r"`conduct` fell back \(speech.hostile is missing\)"):
        change(ABUSE, decided(**{"speech.hostile": None}), "conduct")
