"""Rules, promises and what holds otherwise, each as one sentence in both languages."""

from __future__ import annotations

from centre import small
from forbear.explain import otherwise_sentence, promise_sentence, rule_sentence

PACK = """
facts:
  a.cold: bool
  a.wet: bool
  a.late: bool
  people: {list_of: {id: string, rank: {type: int, range: [0, 9]}}}
entries:
  walk: {}
history:
  fell: {any: walk, by: {advisor: candidate.id}, about: {en: they fell, zh: 曾摔倒}}
obligations:
  coat: {to: manager, due: 1 hour, closes: {done: {}}}
decisions:
  - decision: go
    asked_on: [tick]
    outcome: [no, yes]
    fallback: no
    rules:
      - {rule: bad, when: 'a.late && !(a.cold && a.wet)', then: yes, record: [walk], owe: [coat]}
      - otherwise: no
    invariants:
      - never: recorded.walk && !owed.coat
        because: Nobody goes without a coat.
  - decision: who
    asked_on: [tick]
    over: people
    fallback: as_given
    require:
      - {rule: any, when: candidate.rank >= 0}
    invariants:
      - never: candidate.ranked && candidate.rank > 8
        because: Not the very top.
      - never: ahead.history.fell && behind.rank > ahead.rank
        because: Whoever fell goes behind.
"""


def promises() -> dict[str, tuple[str, str]]:
    policy = small(PACK)
    return {
        one.because: (promise_sentence(policy, one, "en"), promise_sentence(policy, one, "zh"))
        for one in policy.invariants
    }


def test_alternatives_among_conditions_are_told_apart() -> None:
    policy = small(PACK)
    said = "When a.late: yes, and (a.cold: no, or a.wet: no), then go is “yes”"
    assert rule_sentence(policy, "go", "bad", "en").startswith(said)
    assert rule_sentence(policy, "go", "bad", "zh").startswith("当 a.late：是，并且（a.cold：否，或者a.wet：否）时")


def test_what_holds_otherwise_is_a_sentence_where_there_is_any() -> None:
    policy = small(PACK)
    assert otherwise_sentence(policy, policy.decisions["go"], "en") == "In every other case go is “no”."
    assert otherwise_sentence(policy, policy.decisions["go"], "zh") == "在其他情况下，go 为“no”。"


def test_a_promise_names_what_is_made_and_owed() -> None:
    assert promises()["Nobody goes without a coat."] == (
        "Never: an entry “walk” is made: yes, and “coat” is owed: no.",
        "绝不：账本新增“walk”：是，并且产生义务“coat”：否。",
    )


def test_a_promise_tells_the_two_candidates_apart() -> None:
    assert (
        promises()["Not the very top."][0]
        == "Never: the candidate was taken: yes, and the candidate's rank: more than 8."
    )
    assert promises()["Whoever fell goes behind."] == (
        "Never: they fell (of whoever is ahead): yes, and the rank of whoever is behind: more than the rank of whoever "
        "is ahead.",
        "绝不：曾摔倒（排在前面者）：是，并且排在后面者的 rank 大于排在前面者的 rank。",
    )
