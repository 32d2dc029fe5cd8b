"""A small pack in which most of what can happen to a ledger happens, and random histories through it and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from attrs import define, field

from centre import START, small
from forbear import Policy, Record
from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, RecordsType, Type

TEXT = """\
facts:
  speech.abuse: {type: bool, default: false}
  speech.words: {type: int, range: [0, 9], default: 0}
  speech.tone: {type: [calm, loud], optional: true}
entries:
  warning: {level: [first, final], spoken: {type: bool, default: false}}
  offence: {status: [provisional, upheld, overturned], words: {type: int, range: [0, 9], default: 0},
            tone: {type: [calm, loud], optional: true}}
  appeal: {offence: string, status: [lodged, granted, refused]}
  ending: {}
  note: {}
history:
  notes: {count: note, scope: customer, window: 10 days}
  first_spoken: {any: warning, where: level == "first" && spoken, scope: contact}
  final_spoken: {any: warning, where: level == "final" && spoken, scope: contact}
  warned: {count: warning, scope: contact}
  heard: {count: warning, where: spoken, scope: customer}
  pending: {any: obligation, where: 'owe == "warning" && open', scope: contact}
  late: {any: obligation, where: overdue, scope: customer}
  told: {any: obligation, where: has(reason), scope: customer}
  lapsed: {count: obligation, where: how == "expired", scope: customer}
  upheld: {count: offence, where: status == "upheld", scope: customer, window: setting.window}
  upheld_ever: {count: offence, where: status == "upheld", scope: customer}
  open_offences: {count: offence, where: status == "provisional", scope: customer}
  last_open: {last: offence, of: id, where: status == "provisional", scope: customer}
  first_open: {first: offence, of: id, where: status == "provisional", scope: customer}
  last_status: {last: offence, of: status, scope: customer, else: overturned}
  first_tone: {first: offence, of: tone, scope: customer}
  last_tone: {last: offence, of: tone, where: status != "overturned", scope: customer, else: calm}
  last_words: {last: offence, of: words, scope: contact}
  words: {sum: offence, of: words, range: [0, 30], where: status != "overturned", scope: customer}
  all_words: {sum: offence, of: words, range: [0, 30], scope: customer}
  lately: {count: offence, where: age < 86400, scope: customer}
  appeals: {count: appeal, where: status == "lodged", scope: customer}
  ended: {any: ending, scope: contact}
  contacts: {count: contact, scope: customer}
  running: {count: contact, where: '!ended', scope: customer}
  calls: {count: contact, where: has(channel) && channel == "voice", scope: customer}
  set: {any: override, where: decision == "response", scope: contact}
settings:
  window: {type: int, unit: days, range: [1, 365], default: 30}
  leave: {type: bool, default: true}
retention: {note: 20 days}
obligations:
  warning: {to: advisor, due: 1 minute, expires: 2 hours,
            closes: {done: {amend: {warning: {spoken: true}}}, waived: {}, expired: {}}}
  review: {to: manager, due: 1 hour, once: {per: customer, while: open},
           closes: {done: {needs: [reason], amend: {offence: {status: upheld}}}, waived: {}, unreachable: {}}}
  reminder: {to: manager, due: 1 hour, expires: 1 day, closes: {done: {}, expired: {amend: {offence: {words: 9}}}}}
decisions:
  - decision: response
    asks: What now?
    asked_on: [utterance]
    outcome: [listen, warn, final, end]
    overridable: [listen, warn, end]
    hit: first
    fallback: listen
    rules:
      - {rule: calm, when: '!speech.abuse', then: listen, BECAUSE}
      - {rule: wait, when: history.pending, then: warn, record: [note], BECAUSE}
      - {rule: first, when: '!history.first_spoken', then: warn, owe: [warning], BECAUSE,
         record: [{warning: {level: first}}]}
      - {rule: final, when: '!history.final_spoken', then: final, owe: [warning], BECAUSE,
         record: [{warning: {level: final}}, {warning: {level: first}}]}
      - {rule: third, when: setting.leave, then: end, owe: [review, reminder], BECAUSE,
         record: [{offence: {status: provisional, words: = speech.words, tone: = speech.tone}}, ending]}
      - {otherwise: listen}
    invariants:
      - {throughout: response != "end" || history.first_spoken && history.final_spoken, because: Two warnings.}
  - decision: verdict
    asks: What becomes of the offence?
    asked_on: [offence_reviewed]
    outcome: [none, upheld, overturned]
    hit: first
    fallback: none
    rules:
      - {rule: known, when: offence.status != "provisional", then: none, BECAUSE}
      - {rule: upheld, when: event.verdict == "upheld", then: upheld, BECAUSE,
         amend: [{offence: {which: = event.offence, status: upheld}}],
         close: [{review: {how: waived, reason: it was reviewed}}]}
      - {rule: overturned, then: overturned, BECAUSE, amend: [{offence: {which: = event.offence, status: overturned}}]}
  - decision: latest
    asks: And of the latest that is open?
    asked_on: [offence_reviewed, need_noted]
    outcome: [none, dropped]
    hit: first
    fallback: none
    rules:
      - {rule: drop, when: has(history.last_open) && history.open_offences >= 2, then: dropped, BECAUSE,
         amend: [{offence: {which: = history.last_open, status: overturned, words: 1}}]}
      - {otherwise: none}
  - decision: oldest
    asks: And of the oldest?
    asked_on: [offence_reviewed, need_noted]
    outcome: [none, dropped]
    hit: first
    fallback: none
    rules:
      - {rule: drop, when: has(history.first_open), then: dropped, BECAUSE,
         amend: [{offence: {which: = history.first_open, status: upheld}}]}
      - {otherwise: none}
  - decision: appeal
    asks: What becomes of the appeal?
    asked_on: [appeal_lodged, appeal_decided]
    outcome: [none, lodged, decided]
    hit: first
    fallback: none
    rules:
      - {rule: lodged, asked_on: [appeal_lodged], when: history.appeals == 0, then: lodged, BECAUSE,
         record: [{appeal: {offence: = event.offence, status: lodged}}]}
      - {rule: granted, asked_on: [appeal_decided], when: event.verdict == "granted" && has(event.offence),
         amend: [{appeal: {which: = event.appeal, status: granted}},
                 {offence: {which: = event.offence, status: overturned}}], then: decided, BECAUSE}
      - {rule: refused, asked_on: [appeal_decided], then: decided, BECAUSE,
         amend: [{appeal: {which: = event.appeal, status: refused}}]}
      - {otherwise: none}
  - decision: forgotten
    asks: What follows what nobody did in time?
    asked_on: [obligation_overdue]
    outcome: [nothing, remind]
    hit: first
    fallback: nothing
    rules:
      - {rule: remind, when: obligation.owe == "review", then: remind, owe: [reminder], BECAUSE}
      - {otherwise: nothing}
"""


@cache
def strikes() -> Policy:
    """The small pack."""
    return small(TEXT)


PEOPLE = (
    {"contact": "c1", "customer": "u1"},
    {"contact": "c2", "customer": "u2"},
    {"contact": "c3"},
    {"contact": "c4", "customer": "u1"},
)
GAPS = (*[1] * 8, *[20] * 4, 90, 90, 1500, 1500, 45_000, 600_000)  # minutes between two events
OFTEN = ("utterance", "utterance", "utterance", "obligation_closed", "obligation_closed", "tick", "offence_reviewed")
SELDOM = 0.03


@define
class Walk:
    """One random history, told event by event."""

    policy: Policy
    random: Random
    now: datetime = START
    number: int = 0
    types: tuple[str, ...] = field(init=False)
    around: bool = True  # people set outcomes, customers are merged, split and erased
    seldom: float = SELDOM
    beside: tuple[str, ...] = ("erase", "customers_merged", "customers_split")
    _next: list[dict[str, Any]] = field(factory=list)  # what follows, as it does in most contacts

    def __attrs_post_init__(self) -> None:
        asked = [name for name, plan in self.policy.plans.items() if plan.decisions]
        known = {*asked, "contact_started", "contact_ended", "tick", "obligation_closed", "override"}
        left_out = {"obligation_overdue", "erase", "customers_merged", "customers_split"}
        self.types = tuple(sorted(known - left_out - (set() if self.around else {"override"})))

    def hear(self, told: Mapping[str, Any], record: Record) -> None:
        """What was decided: most of what is owed is done soon, most offences are reviewed."""
        who = {name: told[name] for name in ("contact", "customer", "advisor") if name in told}
        if not who or self.random.random() < 0.3:
            return
        for one in record.obligations:
            how = self.random.choice(("done", "done", "done", "unreachable"))
            self._next.append({"type": "obligation_closed", "obligation": one.id, "how": how, "reason": "so", **who})
        if any(one.entry == "offence" for one in record.recorded):
            self._next.append({"type": "offence_reviewed", **dict(self._fields("offence_reviewed")), **who})
        self._next = self._next[-3:]

    def event(self) -> dict[str, Any]:
        """The next event; it may turn out to be one that the engine refuses."""
        random = self.random
        self.number += 1
        if self._next and random.random() < 0.6:
            self.now += timedelta(minutes=random.choice(GAPS[:10]))
            return {"id": f"e{self.number}", "at": self.now.isoformat(), **self._next.pop()}
        self.now += timedelta(minutes=random.choice(GAPS))
        often = [name for name in OFTEN if name in self.types or name == "tick"]
        type_ = random.choice(often) if random.random() < 0.7 else random.choice(self.types)
        if self.around and random.random() < self.seldom:
            type_ = random.choice(self.beside)
        told: dict[str, Any] = {"id": f"e{self.number}", "at": self.now.isoformat(), "type": type_}
        if type_ == "tick":
            return told
        who = random.choice((*PEOPLE[:1] * 4, *PEOPLE))
        if type_ in ("erase", "customers_merged", "customers_split"):
            told["customer"] = who.get("customer", "u1")
            return told if type_ == "erase" else {**told, "other": "u2" if told["customer"] == "u1" else "u1"}
        told |= {"customer": who["customer"]} if "customer" in who and random.random() < 0.15 else who
        told["advisor"] = random.choice(("a1", "a2"))
        told |= dict(self._fields(type_))
        facts = {path: self._value(fact.type) for path, fact in self._facts(type_) if random.random() < 0.97}
        return {**told, "facts": facts} if facts else told

    def _facts(self, type_: str) -> Iterator[tuple[str, ir.Fact]]:
        wanted = self.policy.plans[type_].facts if type_ in self.policy.plans else frozenset()
        for path in sorted(wanted & self.policy.facts.keys()):
            fact = self.policy.facts[path]
            if not isinstance(fact.type, RecordsType) and not (fact.optional and self.random.random() < 0.4):
                yield path, fact

    def _fields(self, type_: str) -> Iterator[tuple[str, Any]]:
        random = self.random
        match type_:
            case "obligation_closed":
                yield "obligation", random.choice(("latest", *(f"latest:{one}" for one in self.policy.obligations)))
                yield "how", random.choice(("done", "done", "done", "waived", "unreachable"))
                yield "reason", "because"
            case "override":
                decision = random.choice(sorted(name for name, one in self.policy.decisions.items() if one.overrides))
                yield "decision", decision
                outcomes = [str(one) for one in self.policy.decisions[decision].overrides]
                yield "outcome", random.choice([*outcomes, "as_decided"])
                yield from (("by", "m1"), ("reason", "so"))
            case "offence_reviewed":
                yield from (("offence", "latest"), ("verdict", random.choice(("upheld", "upheld", "overturned"))))
            case "appeal_lodged":
                yield "offence", "latest"
            case "appeal_decided":
                yield from (("appeal", "latest"), ("verdict", random.choice(("granted", "refused"))), ("by", "m2"))
            case "need_noted":
                yield "need", "quiet"
            case "contact_started" | "contact_offered":
                yield "channel", random.choice(("voice", "email"))
            case _:
                for path, fact in self.policy.events[type_].items():
                    name = path.removeprefix("event.")
                    own = path.startswith("event.") and name not in ("type", "contact", "customer", "advisor")
                    if own and fact.default is None and not fact.optional:
                        yield name, self._value(fact.type)

    def _value(self, kind: Type) -> Any:
        random = self.random
        match kind:
            case BoolType():
                return random.random() < 0.75
            case IntType(low, high):
                return random.choice((low, high, random.randint(low, high)))
            case EnumType(values):
                return random.choice(values)
            case DecimalType(places, low, high):
                return random.randint(low, high) / 10**places
            case ListType(item):
                return [self._value(item)]
            case _:
                return random.choice(("x", "y"))
