"""The policy of `peers_pack` on durable-rules through its own Python host: a ruleset for each decision.

What a decision came to is put to the rulesets behind it. An event is consumed by the first rule that takes it; the
host's background thread takes one now and then, whose poster gets nothing: those are counted, not decided.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.peers_engines import Outcomes, Peer
from benchmarks.peers_facts import Facts

Condition = dict[str, Any]


def _all(*parts: Condition) -> Condition:
    return {"$and": list(parts)}


def _any(*parts: Condition) -> Condition:
    return {"$or": list(parts)}


ALWAYS: Condition = {"one": 1}
HOSTILE: Condition = {"speech_hostile": True}
AIMED: Condition = {"speech_target": "advisor"}
ABUSE: Condition = {"conduct": "abuse"}
ENDED: Condition = {"response": "end_contact"}
RULES: dict[str, list[tuple[Condition, str]]] = {
    "conduct": [
        (_all(HOSTILE, AIMED, {"$neq": {"speech_category": "none"}}, {"$gte": {"speech_confidence": 50}}), "abuse"),
        (HOSTILE, "anger"),
        ({"speech_frustrated": True}, "anger"),
        (ALWAYS, "civil"),
    ],
    "response": [
        (_all(ABUSE, {"contact_warnings": 0}), "warn"),
        (_all(ABUSE, {"contact_warnings": 1}), "final_warning"),
        (_all(ABUSE, {"$lt": {"speech_confidence": 70}}), "final_warning"),
        (ABUSE, "end_contact"),
        ({"conduct": "anger"}, "listen"),
        (ALWAYS, "carry_on"),
    ],
    "ladder": [
        (_all(ENDED, {"customer_offences": 0}), "manager_callback"),
        (_all(ENDED, {"customer_offences": 1}), "specialist_only"),
        (_all(ENDED, _any({"customer_offences": 2}, {"customer_vulnerable": True})), "email_only"),
        (ENDED, "exit"),
        (ALWAYS, "none"),
    ],
    "priority": [
        (_all({"$gte": {"contact_wait": 900}}, {"ladder": "none"}), "urgent"),
        ({"$gte": {"contact_wait": 3600}}, "urgent"),
        (_any({"ladder": "email_only"}, {"ladder": "exit"}), "nuisance"),
        (_any({"customer_vulnerable": True}, {"$gte": {"customer_value": 80}}), "high"),
        (_all({"$lte": {"customer_value": 20}}, {"$lte": {"contact_wait": 20}}), "low"),
        (ALWAYS, "normal"),
    ],
    "route": [
        ({"ladder": "manager_callback"}, "manager"),
        (_any({"$neq": {"ladder": "none"}}, {"$gte": {"customer_offences": 2}}), "specialist"),
        (_all({"contact_intent": "complaint"}, _any({"priority": "urgent"}, {"priority": "high"})), "retention"),
        (_any({"contact_intent": "billing"}, {"contact_intent": "account"}), "billing"),
        ({"contact_intent": "tech_support"}, "tech"),
        ({"contact_intent": "sales"}, "sales"),
        (ALWAYS, "general"),
    ],
}


def durable_host() -> Peer:
    """durable-rules: posted through its `Host`, the action's answer kept by the id of its own state."""
    from durable.engine import Host

    found: dict[str, str] = {}

    def taking(outcome: str) -> Callable[[Any], None]:
        def take(context: Any) -> None:
            found[context.s.sid] = outcome

        return take

    host = Host()
    for decision, rules in RULES.items():
        written = {
            f"r{n}": {"all": [{"m": condition}], "pri": n, "run": taking(outcome)}
            for n, (condition, outcome) in enumerate(rules)
        }
        host.register_rulesets({decision: written})
    serial = itertools.count()

    def decide(facts: Facts) -> dict[str, str]:
        told = dict(facts)
        for decision in RULES:
            sid = f"{next(serial)}"
            host.post(decision, {**told, "id": sid, "sid": sid})
            host.delete_state(decision, sid)
            told[decision] = found.pop(sid, "nobody answered")
        return {decision: told[decision] for decision in RULES}

    def prepare(facts: Sequence[Facts]) -> list[Facts]:
        return [{"one": 1, **{path.replace(".", "_"): value for path, value in one.items()}} for one in facts]

    def run(given: list[Facts]) -> Outcomes:
        return [decide(one) for one in given]

    return Peer("durable-rules, its own host", "durable-rules", prepare, run, list)
