"""Three of the harder rules of the design, written out: the last advisor, a call-back's place, the choice of flow."""

from __future__ import annotations

import pytest

from forbear.evaluate import make_evaluator
from forbear.evaluate.protocol import Evaluation
from forbear.language.types import RecordsType, Value, fit
from language.small_pack import SMALL, built

EVALUATORS = ("reference", "compiled")
pytestmark = pytest.mark.parametrize("which", EVALUATORS)

STICKY = {
    "pack.yaml": SMALL["pack.yaml"],
    "vocabulary.yaml": """\
facts:
  contact.channel:            {type: [voice, chat, messaging, email, social, letter]}
  contact.skill:              {type: string, default: general}
  customer.last_advisor:      {type: string, optional: true}
  customer.last_advisor_days: {type: int, unit: days, range: [0, 36500], optional: true}
  advisors:
    list_of:
      id:         {type: string}
      available:  {type: bool}
      free_in:    {type: int, unit: seconds, range: [0, 86400], default: 0}
      skills:     {type: list of string}
      specialist: {type: bool, default: false}
      channels:   {type: list of string}
entries:
  offence: {status: [provisional, upheld, overturned]}
history:
  offended_by: {any: offence, where: 'status != "overturned"', scope: customer, by: {advisor: candidate.id}}
  on_break:    {any: obligation, where: 'owe == "decompression_break" && open', by: {advisor: candidate.id},
                window: setting.break_at_least}
settings:
  sticky_days:     {type: int, unit: days, range: [0, 3650], default: 30}
  sticky_patience: {type: int, unit: seconds, range: [0, 3600], default: 60}
  break_at_least:  {type: int, unit: minutes, range: [1, 60], default: 10}
  abused_advisor:  {type: [not_sticky, never], default: not_sticky}
obligations:
  decompression_break: {to: advisor, due: 10 minutes, closes: {done: {}}}
""",
    "ladder.yaml": """\
decision: ladder
asked_on: [contact_offered]
outcome: [none, manager_callback, specialist_only, email_only, exit]
fallback: none
rules:
  - otherwise: none
""",
    "advisor.yaml": """\
decision: advisor
asks: Which advisors may take this contact, best first?
asked_on: [contact_offered]
over: advisors
fallback: as_given
require:
  - rule: free-or-worth-waiting-for
    when: >-
      candidate.available ||
      (has(customer.last_advisor) && candidate.id == customer.last_advisor &&
      candidate.free_in <= setting.sticky_patience)
    because: {en: The advisor is free or will be soon., zh: 客服空闲，或者很快空闲。}
    source: S0 A9
  - {rule: serves-this-channel, when: contact.channel in candidate.channels, source: S0 A21}
  - {rule: not-on-a-break, when: '!candidate.history.on_break', source: S3 D12}
  - {rule: specialist-for-the-restricted, when: ladder != "specialist_only" || candidate.specialist, source: S3 D21}
  - rule: not-the-abused-at-all
    when: setting.abused_advisor == "not_sticky" || !candidate.history.offended_by
prefer:
  - rule: same-advisor
    when: >-
      has(customer.last_advisor) && has(customer.last_advisor_days) && candidate.id == customer.last_advisor &&
      customer.last_advisor_days <= setting.sticky_days && !candidate.history.offended_by
    add: 1000
  - {rule: anyone-but-the-abused, when: '!candidate.history.offended_by', add: 5000, source: S3 D15}
  - {rule: knows-the-matter, when: contact.skill in candidate.skills, add: 200, source: S0 A21}
  - {rule: free-now, when: candidate.available, add: 10, source: S0 A9}
invariants:
  - never: ahead.history.offended_by && !behind.history.offended_by
    because: The abused advisor is never preferred to another.
  - never: candidate.ranked && candidate.history.on_break
    because: A break is a break.
  - never: candidate.ranked && ladder == "specialist_only" && !candidate.specialist
    because: Never an ordinary advisor.
""",
}


def decide(
    files: dict[str, str], which: str, event: str, settings: dict[str, object] | None = None, **given: object
) -> Evaluation:
    """The decisions on facts as a test would give them; a candidate may hold the answers of folds (`history.x`)."""
    policy = built(files, settings)
    facts: dict[str, Value] = {path: one.default for path, one in policy.facts.items() if one.default is not None}
    for name, value in given.items():
        path = name.replace("__", ".")
        kind = policy.facts[path].type if path in policy.facts else policy.folds[path].type
        if isinstance(kind, RecordsType):
            assert isinstance(value, list)
            plain = [{key: one for key, one in record.items() if "." not in key} for record in value]
            fitted = fit(path, kind, plain)
            assert isinstance(fitted, tuple)
            known = {key: False for key in policy.plans[event].keyed[path] if not policy.folds[key].optional}
            facts[path] = tuple(
                {**one, **known, **{key: answer for key, answer in record.items() if "." in key}}
                for one, record in zip(fitted, value, strict=True)
                if isinstance(one, dict)
            )
        else:
            facts[path] = fit(path, kind, value)
    return make_evaluator(which, policy).decide(event, facts)


def advisor(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "available": True, "skills": [], "channels": ["voice"]} | more


def test_the_last_advisor_comes_first_up_to_and_including_day_30(which: str) -> None:
    given = {
        "contact__channel": "voice",
        "customer__last_advisor": "a7",
        "advisors": [advisor("a1", skills=["general"]), advisor("a7", available=False, free_in=60)],
    }
    found = decide(STICKY, which, "contact_offered", **given, customer__last_advisor_days=30)
    assert found.outcome["advisor"] == ("a7", "a1")
    later = decide(STICKY, which, "contact_offered", **given, customer__last_advisor_days=31)
    assert later.outcome["advisor"] == ("a1", "a7")
    assert found.violated == later.violated == ()


def test_never_the_advisor_whom_this_customer_abused(which: str) -> None:
    given = {
        "contact__channel": "voice",
        "customer__last_advisor": "a7",
        "customer__last_advisor_days": 1,
        "advisors": [
            advisor("a7") | {"history.offended_by": True},
            advisor("a1"),
            advisor("a2") | {"history.on_break": True},
        ],
    }
    found = decide(STICKY, which, "contact_offered", **given)
    assert found.outcome["advisor"] == ("a1", "a7")
    assert found.left_out["advisor"] == {"a2": "not-on-a-break"}
    strict = decide(STICKY, which, "contact_offered", {"abused_advisor": "never"}, **given)
    assert strict.outcome["advisor"] == ("a1",)
    assert strict.left_out["advisor"]["a7"] == "not-the-abused-at-all"


CALLBACK = {
    "pack.yaml": SMALL["pack.yaml"],
    "vocabulary.yaml": """\
facts:
  queue.expected_wait: {type: int, unit: seconds, range: [0, 86400]}
  queue.length:        {type: int, range: [0, 100000]}
  queue.arrivals:      {type: int, range: [0, 100000]}
  queue.forecast:      {type: int, range: [0, 100000]}
  queue.waiting:
    list_of:
      id:         string
      class:      {type: [urgent, normal, nuisance]}
      vulnerable: {type: bool, default: false}
      waited:     {type: int, unit: seconds, range: [0, 86400]}
      virtual:    {type: bool, default: false}
entries:
  queue_place: {}
  call_back:   {answered: {type: bool, default: false}}
history:
  place:      {first: queue_place, of: age, by: {contact: candidate.id}}
  no_answers: {count: call_back, where: '!answered', by: {contact: candidate.id}}
  queued:     {any: queue_place, scope: contact}
settings:
  callback_wait:     {type: int, unit: seconds, range: [0, 86400], default: 300}
  callback_position: {type: int, range: [1, 100000], default: 20}
  surge_percent:     {type: int, range: [100, 1000], default: 130}
  both_needed:       {type: bool, default: false}
  no_answer_tries:   {type: int, range: [1, 10], default: 2}
obligations:
  queue_notice: {to: host, due: 1 minute, once: {per: contact}, closes: {done: {}, waived: {}}}
""",
    "surge.yaml": """\
decision: surge
asked_on: [contact_offered]
outcome: {type: bool}
fallback: false
rules:
  - {rule: above-forecast, when: 100 * queue.arrivals >= setting.surge_percent * queue.forecast, then: true}
  - otherwise: false
""",
    "callback.yaml": """\
decision: callback
asked_on: [contact_offered]
outcome: [no, offer]
fallback: no
rules:
  - rule: surge-and-long-queue
    when: >-
      setting.both_needed && surge &&
      (queue.expected_wait >= setting.callback_wait || queue.length >= setting.callback_position)
    then: offer
    record: [queue_place]
    owe: [queue_notice]
  - rule: long-queue
    when: >-
      !setting.both_needed &&
      (queue.expected_wait >= setting.callback_wait || queue.length >= setting.callback_position)
    then: offer
    record: [queue_place]
    owe: [queue_notice]
  - {rule: take-a-place, when: '!history.queued', then: no, record: [queue_place]}
  - otherwise: no
""",
    "next.yaml": """\
decision: next
asked_on: [tick]
over: queue.waiting
fallback: as_given
require:
  - {rule: answered-in-the-end, when: candidate.history.no_answers < setting.no_answer_tries, source: S0 A7}
prefer:
  - {rule: place-in-the-ledger, when: has(candidate.history.place), add: = candidate.history.place}
  - {rule: place-from-the-host, when: '!has(candidate.history.place)', add: = candidate.waited}
  - {rule: urgent, when: candidate.class == "urgent", add: 900}
  - {rule: nuisance, when: candidate.class == "nuisance" && !candidate.vulnerable, add: -3600}
invariants:
  - never: >-
      has(ahead.history.place) && has(behind.history.place) && ahead.class == behind.class &&
      ahead.vulnerable == behind.vulnerable && ahead.history.place < behind.history.place
    because: Nobody overtakes an earlier caller of the same class, on the line or not.
  - never: has(ahead.history.place) && has(behind.history.place) && ahead.history.place + 4500 < behind.history.place
    because: Nobody is starved, whatever the class.
""",
}


def test_a_caller_who_hung_up_keeps_the_place(which: str) -> None:
    def caller(name: str, kind: str, waited: int, place: int, no_answers: int = 0) -> dict[str, object]:
        answers = {"history.place": place, "history.no_answers": no_answers}
        return {"id": name, "class": kind, "waited": waited} | answers

    waiting = [
        caller("c2", "normal", 500, 500),
        caller("c1", "normal", 0, 600),
        caller("c3", "nuisance", 3700, 3700),
        caller("c4", "normal", 9, 9000, 2),
    ]
    found = decide(CALLBACK, which, "tick", queue__waiting=waiting)
    assert found.outcome["next"] == ("c1", "c2", "c3")
    assert found.left_out["next"] == {"c4": "answered-in-the-end"}
    assert found.violated == ()


@pytest.mark.parametrize(("wait", "fired"), [(300, "callback.long-queue"), (299, "callback.take-a-place")])
def test_a_call_back_is_offered_from_exactly_300_seconds(which: str, wait: int, fired: str) -> None:
    given = {"queue__length": 1, "queue__arrivals": 1, "queue__forecast": 100, "history__queued": False}
    found = decide(CALLBACK, which, "contact_offered", queue__expected_wait=wait, **given)
    assert found.outcome["callback"] == ("offer" if wait == 300 else "no")
    assert fired in found.fired
    assert [one.name for one in found.happenings] == ["queue_place", "queue_notice"][: 2 if wait == 300 else 1]


FLOW = {
    "pack.yaml": SMALL["pack.yaml"],
    "vocabulary.yaml": """\
facts:
  contact.queue:     {type: string}
  contact.product:   {type: string, default: none}
  contact.repeat:    {type: bool, default: false}
  flow.available:    {type: int, range: [0, 100000]}
  flow.required:     {type: int, range: [1, 100000]}
  flow.repeats:      {type: int, range: [0, 1000000]}
  flow.tickets:      {type: int, range: [0, 1000000]}
entries:
  flow:       {queue: string, value: [single_owner, multi_tier, hybrid]}
  flow_order: {customer_only: {type: bool, default: false}, product: string, queue: string,
               value: [single_owner, multi_tier, hybrid]}
history:
  flow_now:      {last: flow, of: value, scope: centre, by: {queue: contact.queue}, else: multi_tier}
  for_customer:  {last: flow_order, of: value, where: customer_only, scope: customer}
  for_queue:     {last: flow_order, of: value, scope: centre, by: {queue: contact.queue}}
settings:
  repeats_enter: {type: int, range: [0, 100], default: 20}
  repeats_leave: {type: int, range: [0, 100], default: 15}
  staff_enter:   {type: int, range: [0, 1000], default: 105}
  staff_leave:   {type: int, range: [0, 1000], default: 95}
""",
    "levels.yaml": """\
decisions:
  - decision: repeats
    asked_on: [contact_offered]
    outcome: [few, between, many]
    fallback: between
    rules:
      - {rule: many, when: flow.tickets > 0 && 100 * flow.repeats >= setting.repeats_enter * flow.tickets, then: many}
      - rule: between
        when: flow.tickets > 0 && 100 * flow.repeats >= setting.repeats_leave * flow.tickets
        then: between
      - otherwise: few
  - decision: staffing
    asked_on: [contact_offered]
    outcome: [short, between, enough]
    fallback: between
    rules:
      - {rule: enough, when: 100 * flow.available >= setting.staff_enter * flow.required, then: enough}
      - {rule: between, when: 100 * flow.available >= setting.staff_leave * flow.required, then: between}
      - otherwise: short
""",
    "wanted.yaml": """\
decision: wanted
asked_on: [contact_offered]
outcome: [multi_tier, hybrid, single_owner]
hit: unique
fallback: multi_tier
table:
  inputs: [repeats, staffing, history.flow_now]
  rows:                                    # "-" matches anything; between keeps what is
    - {rule: few,             when: [few, "-", "-"],                              then: multi_tier,   source: S1 B5}
    - {rule: many-enough,     when: [many, enough, "-"],                          then: single_owner, source: S1 B5}
    - {rule: many-short,      when: [many, short, "-"],                           then: hybrid,       source: S1 B5}
    - {rule: many-keep,       when: [many, between, single_owner],                then: single_owner, source: S1 B5}
    - {rule: many-mix,        when: [many, between, [hybrid, multi_tier]],        then: hybrid,       source: S1 B5}
    - {rule: keep-single,     when: [between, [between, enough], single_owner],   then: single_owner, source: S1 B5}
    - {rule: keep-hybrid,     when: [between, "-", hybrid],                       then: hybrid,       source: S1 B5}
    - {rule: keep-tiers,      when: [between, "-", multi_tier],                   then: multi_tier,   source: S1 B5}
    - {rule: single-to-mix,   when: [between, short, single_owner],               then: hybrid,       source: S1 B5}
""",
    "flow.yaml": """\
decision: flow_for
asked_on: [contact_offered]
outcome: [multi_tier, hybrid, single_owner]
fallback: multi_tier
rules:
  - {rule: ordered-for-the-customer, when: has(history.for_customer), then: = history.for_customer}
  - {rule: ordered-for-the-queue, when: has(history.for_queue), then: = history.for_queue}
  - {rule: mixed-repeat, when: wanted == "hybrid" && contact.repeat, then: single_owner}
  - {rule: mixed-other, when: wanted == "hybrid", then: multi_tier}
  - {rule: as-the-figures-say, then: = wanted}
""",
    "remember.yaml": """\
decision: remember
asked_on: [contact_offered]
outcome: {type: bool}
fallback: false
rules:
  - rule: changed
    when: wanted != history.flow_now
    then: true
    record: [{flow: {queue: = contact.queue, value: = wanted}}]
  - otherwise: false
""",
}


@pytest.mark.parametrize(
    ("available", "repeats", "now", "ordered", "wanted", "flow_for", "fired"),
    [
        (100, 17, "single_owner", None, "single_owner", "single_owner", "wanted.keep-single"),
        (100, 17, "multi_tier", None, "multi_tier", "multi_tier", "wanted.keep-tiers"),
        (105, 20, "multi_tier", None, "single_owner", "single_owner", "wanted.many-enough"),
        (105, 20, "multi_tier", "multi_tier", "single_owner", "multi_tier", "flow_for.ordered-for-the-customer"),
        (94, 17, "single_owner", None, "hybrid", "multi_tier", "wanted.single-to-mix"),
    ],
)
def test_the_flow_changes_past_its_marks_and_stays_between_them(
    which: str, available: int, repeats: int, now: str, ordered: str | None, wanted: str, flow_for: str, fired: str
) -> None:
    given: dict[str, object] = {"contact__queue": "q1", "flow__available": available, "flow__required": 100}
    given |= {"flow__repeats": repeats, "flow__tickets": 100, "history__flow_now": now}
    given |= {} if ordered is None else {"history__for_customer": ordered}
    found = decide(FLOW, which, "contact_offered", **given)
    assert (found.outcome["wanted"], found.outcome["flow_for"]) == (wanted, flow_for)
    assert fired in found.fired
    assert found.outcome["remember"] is (wanted != now)
    assert [one.name for one in found.happenings] == (["flow"] if wanted != now else [])
