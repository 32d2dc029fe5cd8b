"""The facts in a record: what was asked for each candidate stands there as the pack declares it."""

from __future__ import annotations

from forbear import Engine
from language.small_pack import built

PACK = {
    "pack.yaml": "pack: shares\nversion: 1.0.0\nlanguage: 1\n",
    "all.yaml": """\
facts:
  team: {list_of: {id: string, share: {type: decimal, places: 2, range: [0, 1]}}}
entries:
  mark: {share: {type: decimal, places: 2, range: [0, 1]}, who: string}
events:
  marked: {who: string, share: {type: decimal, places: 2, range: [0, 1]}}
history:
  last_share: {last: mark, of: share, by: {who: candidate.id}}
""",
    "keep.yaml": """\
decision: keep
asked_on: [marked]
outcome: bool
fallback: false
rules: [{rule: always, then: true, record: [{mark: {share: = event.share, who: = event.who}}]}]
""",
    "order.yaml": """\
decision: order
asked_on: [contact_offered]
over: team
fallback: as_given
prefer:
  - {rule: high, when: has(candidate.history.last_share) && candidate.history.last_share > 0.5, add: 1}
""",
}


def test_a_decimal_asked_for_each_candidate_is_shown_at_its_places() -> None:
    team = [{"id": "a", "share": 0.25}, {"id": "b", "share": 1}]
    with Engine(built(PACK), discover=False) as engine:
        engine.decide({"id": "e1", "at": "2026-03-02T09:00:00Z", "type": "marked", "who": "b", "share": 0.75})
        offered = {"id": "e2", "at": "2026-03-02T09:01:00Z", "type": "contact_offered", "facts": {"team": team}}
        record = engine.decide(offered)
    assert record.outcome["order"] == ["b", "a"]
    assert record.facts["team"] == [
        {"id": "a", "share": 0.25},
        {"id": "b", "share": 1.0, "history.last_share": 0.75},
    ]
