"""Promises over every history: proved, or broken by a story that the engine and `forbear test` replay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from centre import BECAUSE, MANIFEST, engine, small
from commands import inside
from forbear import Policy
from forbear.language.pack import build_policy, read_pack
from forbear.prove import prove
from forbear.prove.histories import Limits
from forbear.prove.proving import Verdict
from forbear.prove.stories import Story
from forbear.prove.witness import with_settings

PACK = """\
facts:
  speech.abuse: {type: bool, default: false}
  speech.threat: {type: bool, default: false}
entries:
  warning: {level: [first, final], spoken: {type: bool, default: false}}
  ending: {}
history:
  first_heard: {any: warning, where: level == "first" && spoken, scope: contact}
  final_heard: {any: warning, where: level == "final" && spoken, scope: contact}
  heard: {count: warning, where: spoken, scope: contact}
  ended: {any: ending, scope: contact}
settings:
  threat_ends: {type: bool, default: false}
  patience: {type: int, range: [1, 3], default: 2}
obligations:
  warning: {to: advisor, due: 1 minute, expires: 1 hour,
            closes: {done: {amend: {warning: {spoken: true}}}, waived: {}, expired: {}}}
decisions:
  - decision: response
    asks: What now?
    asked_on: [utterance]
    outcome: [listen, warn, end]
    grave: [end]
    hit: first
    fallback: listen
    rules:
      - {rule: calm, when: '!speech.abuse', then: listen, BECAUSE}
      - {rule: ended, when: history.ended, then: end, BECAUSE}
      - {rule: threat, when: speech.threat && setting.threat_ends, then: end, record: [ending], BECAUSE}
      - {rule: first, when: '!history.first_heard', then: warn, owe: [warning], BECAUSE,
         record: [{warning: {level: first}}]}
      - {rule: final, when: '!history.final_heard', then: warn, owe: [warning], BECAUSE,
         record: [{warning: {level: final}}]}
      - {rule: third, then: end, record: [ending], BECAUSE}
      - {otherwise: listen}
    invariants:
      - throughout: response != "end" || history.heard >= 2
        because: Nobody is cut off before two warnings were heard.
"""
EXCEPT_THREATS = PACK.replace("history.heard >= 2", "history.heard >= 2 || setting.threat_ends", 1)

TWINS = {
    "a warning counts that was not spoken": EXCEPT_THREATS.replace('level == "first" && spoken', 'level == "first"'),
    "a rule ends too soon": EXCEPT_THREATS.replace(
        "rule: final, when: '!history.final_heard', then: warn", "rule: final, when: '!history.final_heard', then: end"
    ),
    "a rule records the ending that should warn": EXCEPT_THREATS.replace(
        "record: [{warning: {level: final}}]", "record: [ending]"
    ),
    "a threat ends it in every centre": EXCEPT_THREATS.replace(" && setting.threat_ends", ""),
}
# It takes a tick to break, and what no fold tells: which obligations are open.
HIDDEN = EXCEPT_THREATS.replace("expired: {}", "expired: {amend: {warning: {level: final}}}").replace(
    'level == "final" && spoken', 'level == "final"'
)
LIMITS = Limits(seconds=60, depth=6)  # a busy machine may be slow


def proved(text: str) -> Verdict:
    (verdict,) = prove(small(text), LIMITS).verdicts
    return verdict


def told(verdict: Verdict) -> Story:
    assert verdict.throughout is not None
    assert verdict.throughout.searched is not None
    assert verdict.throughout.searched.story is not None
    return verdict.throughout.searched.story


def replayed(policy: Policy, story: Story) -> str:
    """Why the decision of a story fell back at its last event, on an engine that knows nothing of proofs."""
    with engine(with_settings(policy, story.settings), confirm="never") as running:
        records = [running.decide(event) for event in story.events]
    assert all(story.decision not in (one.degraded or {}) for one in records[:-1])
    return (records[-1].degraded or {}).get(story.decision, "")


def test_a_promise_that_holds_is_proved_over_every_history() -> None:
    verdict = proved(EXCEPT_THREATS)
    assert (verdict.verdict, verdict.over) == ("proved", "histories")
    assert verdict.throughout is not None
    assert verdict.throughout.fixed == ()
    assert verdict.throughout.answer.lemma


def test_just_the_settings_that_a_proof_needs_are_named() -> None:
    verdict = proved(PACK)
    assert verdict.verdict == "proved"
    assert verdict.throughout is not None
    assert verdict.throughout.fixed == (("setting.threat_ends", False),)


@pytest.mark.parametrize("name", TWINS)
def test_a_broken_twin_is_refuted_by_a_story_that_the_engine_replays(name: str) -> None:
    assert TWINS[name] != EXCEPT_THREATS
    verdict = proved(TWINS[name])
    assert (verdict.verdict, verdict.over) == ("refuted", "histories")
    assert "the promise response#1 did not hold" in replayed(small(TWINS[name]), told(verdict))


def test_a_twin_that_is_hard_to_break_is_not_taken_for_proved() -> None:
    (verdict,) = prove(small(HIDDEN), Limits(seconds=5, depth=3)).verdicts
    assert verdict.verdict in ("refuted", "unknown")


def test_a_story_is_saved_as_a_test_that_fails_until_the_pack_is_mended(tmp_path: Path) -> None:
    def write(text: str) -> None:
        (tmp_path / "all.yaml").write_text(text.replace("BECAUSE", BECAUSE))

    (tmp_path / "pack.yaml").write_text(MANIFEST)
    write(TWINS["a rule ends too soon"])
    verdict = proved(TWINS["a rule ends too soon"])
    (tmp_path / "broken.test.yaml").write_text(yaml.safe_dump({"tests": [told(verdict).as_test("it breaks")]}))
    assert build_policy(read_pack(tmp_path)).invariants
    assert inside("test", tmp_path).status == 1
    write(EXCEPT_THREATS)
    done = inside("test", tmp_path)
    assert done.status == 0, done.out


OVER = PACK.replace("    grave: [end]\n", "    overridable: [listen, warn, end]\n")


def test_an_override_that_breaks_a_promise_is_named_among_what_is_assumed() -> None:
    verdict = proved(OVER)
    assert verdict.verdict == "proved"
    assert "nobody overrides an outcome" in verdict.assumed
    assert "nobody overrides an outcome" not in proved(EXCEPT_THREATS).assumed


ALONE = """\
facts:
  f.x: {type: bool, default: false}
decisions:
  - decision: d
    asks: What?
    asked_on: [utterance]
    outcome: [no, yes]
    overridable: [no, yes]
    hit: first
    fallback: no
    rules:
      - {rule: x, when: f.x, then: yes, BECAUSE}
      - {otherwise: no}
    invariants:
      - KIND: d == "no" || f.x
        because: Only where it is so.
"""


@pytest.mark.parametrize("kind", ["throughout", "always"])
def test_a_promise_that_holds_on_all_facts_may_be_broken_by_an_override(kind: str) -> None:
    """A proof that does not ask about overrides says so."""
    text = ALONE.replace("KIND", kind)
    said: dict[str, Any] = {"contact": "c1", "customer": "u1"}
    with engine(small(text)) as running:
        set_ = {"decision": "d", "outcome": "yes", "by": "m1", "reason": "so"}
        running.decide({"id": "e1", "at": "2026-03-02T09:00:00Z", "type": "override", **said, **set_})
        record = running.decide({"id": "e2", "at": "2026-03-02T09:01:00Z", "type": "utterance", **said})
    assert "the promise d#1 did not hold" in (record.degraded or {})["d"]
    verdict = proved(text)
    assert verdict.verdict == "proved"
    assert any("overrid" in one for one in verdict.assumed)


COUNTED = """\
entries:
  step: {}
history:
  steps: {count: step, scope: customer}
decisions:
  - decision: climb
    asks: One more?
    asked_on: [utterance]
    outcome: [no, yes]
    hit: first
    fallback: no
    rules:
      - {rule: climb, when: history.steps < 2, then: yes, record: [step], BECAUSE}
      - {otherwise: no}
    invariants:
      - throughout: PROMISE
        because: Nobody climbs further.
"""


def test_a_merge_or_a_split_that_breaks_a_promise_is_named_among_what_is_assumed() -> None:
    merged = proved(COUNTED.replace("PROMISE", "history.steps <= 2"))
    assert merged.verdict == "proved"
    assert "no customers are merged" in merged.assumed
    assert "no customers that were merged are split again" not in merged.assumed


def test_what_a_merge_does_the_engine_does() -> None:
    policy = small(COUNTED.replace("PROMISE", "history.steps <= 2"))
    with engine(policy) as running:
        for n in range(6):
            who = {"customer": f"u{n % 2}", "contact": f"c{n % 2}"}
            running.decide({"id": f"e{n}", "at": f"2026-03-02T09:0{n}:00Z", "type": "utterance", **who})
        told = {"type": "customers_merged", "customer": "u0", "other": "u1"}
        running.decide({"id": "m", "at": "2026-03-02T10:00:00Z", **told})
        who = {"customer": "u0", "contact": "c0"}
        record = running.decide({"id": "e", "at": "2026-03-02T11:00:00Z", "type": "utterance", **who})
    assert "the promise climb#1 did not hold" in (record.degraded or {})["climb"]


ERASED = """\
facts:
  f.ask: {type: bool, default: false}
entries:
  yes: {}
  asked: {}
history:
  said: {any: yes, scope: contact}
  asked: {any: asked, scope: customer, window: 1 day}
retention: {asked: 2 days}
decisions:
  - decision: ask
    asks: Do we ask?
    asked_on: [utterance]
    outcome: [no, yes, known]
    hit: first
    fallback: no
    rules:
      - {rule: known, when: history.said, then: known, BECAUSE}
      - {rule: ask, when: f.ask, then: yes, record: [yes, asked], BECAUSE}
      - {otherwise: no}
    invariants:
      - throughout: ask != "known" || history.asked
        because: Who has said it was asked.
"""


def test_what_only_time_breaks_is_found_as_a_story_in_which_time_passes() -> None:
    verdict = proved(ERASED)
    assert (verdict.verdict, verdict.over) == ("refuted", "histories")
    story = told(verdict)
    assert "the promise ask#1 did not hold" in replayed(small(ERASED), story)
