"""Random facts for the policy of `peers_pack`."""

from __future__ import annotations

import random
from typing import Any

Facts = dict[str, Any]

ENDS = (0, 20, 21, 899, 900, 3599, 3600, 86400)  # on and beside each bound of the policy


def random_facts(count: int, seed: int = 1) -> list[Facts]:
    """So many facts by path: half of what is said is calm, and every bound is met."""
    dice = random.Random(seed)
    found: list[Facts] = []
    for _ in range(count):
        hostile = dice.random() < 0.4
        found.append(
            {
                "speech.hostile": hostile,
                "speech.frustrated": hostile or dice.random() < 0.3,
                "speech.target": dice.choice(["advisor", "advisor", "company", "other"]) if hostile else "nobody",
                "speech.category": dice.choice(["none", "insult", "insult", "sexual", "hate", "threat"]),
                "speech.confidence": dice.choice([49, 50, 69, 70, dice.randrange(101)]),
                "contact.warnings": dice.randrange(4),
                "contact.wait": dice.choice([*ENDS, dice.randrange(1200)]),
                "contact.intent": dice.choice(
                    ["billing", "tech_support", "sales", "complaint", "account", "delivery", "other"]
                ),
                "customer.offences": dice.randrange(5),
                "customer.value": dice.choice([19, 20, 21, 79, 80, 81, dice.randrange(101)]),
                "customer.vulnerable": dice.random() < 0.1,
            }
        )
    return found


def nested(facts: Facts) -> Facts:
    """The same facts as most engines read them: an object of objects."""
    found: Facts = {}
    for path, value in facts.items():
        space, _, name = path.partition(".")
        found.setdefault(space, {})[name] = value
    return found
