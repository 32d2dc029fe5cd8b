"""The policy of `peers_pack` by hand, as a programmer would write it who neither validates nor traces. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def decide(f: Mapping[str, Any]) -> dict[str, str]:
    """The outcome of each decision, from facts by path."""
    hostile = f["speech.hostile"]
    confidence = f["speech.confidence"]
    if hostile and f["speech.target"] == "advisor" and f["speech.category"] != "none" and confidence >= 50:
        conduct = "abuse"
    elif hostile or f["speech.frustrated"]:
        conduct = "anger"
    else:
        conduct = "civil"

    warnings = f["contact.warnings"]
    if conduct == "abuse":
        if warnings == 0:
            response = "warn"
        elif warnings == 1 or confidence < 70:
            response = "final_warning"
        else:
            response = "end_contact"
    elif conduct == "anger":
        response = "listen"
    else:
        response = "carry_on"

    offences = f["customer.offences"]
    vulnerable = f["customer.vulnerable"]
    ladder = "none"
    if response == "end_contact":
        if offences == 0:
            ladder = "manager_callback"
        elif offences == 1:
            ladder = "specialist_only"
        elif offences == 2 or vulnerable:
            ladder = "email_only"
        else:
            ladder = "exit"

    wait = f["contact.wait"]
    value = f["customer.value"]
    if wait >= 900 and ladder == "none":  # noqa: SIM114 — the next is a rule of its own
        priority = "urgent"
    elif wait >= 3600:
        priority = "urgent"
    elif ladder in ("email_only", "exit"):
        priority = "nuisance"
    elif vulnerable or value >= 80:
        priority = "high"
    elif value <= 20 and wait <= 20:
        priority = "low"
    else:
        priority = "normal"

    intent = f["contact.intent"]
    if ladder == "manager_callback":
        route = "manager"
    elif ladder != "none" or offences >= 2:
        route = "specialist"
    elif intent == "complaint" and priority in ("urgent", "high"):
        route = "retention"
    elif intent in ("billing", "account"):
        route = "billing"
    elif intent == "tech_support":
        route = "tech"
    elif intent == "sales":
        route = "sales"
    else:
        route = "general"
    return {"conduct": conduct, "response": response, "ladder": ladder, "priority": priority, "route": route}
