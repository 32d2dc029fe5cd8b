"""The explanation of one decision for one audience, and the record that it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable

from forbear.codec import record_from_plain
from forbear.errors import LedgerError
from forbear.explain.around import tell_about, tell_consequences, tell_facts, tell_how
from forbear.explain.audience import Audience, Sight, audience_of
from forbear.explain.customer import tell_customer
from forbear.explain.decided import tell_decisions
from forbear.explain.quiet import quiet_decisions
from forbear.explain.sentences import Explanation, Telling
from forbear.language.ir import Policy
from forbear.ledger.store import Store
from forbear.records import Record


class UnknownDecision(LedgerError):
    """The ledger holds no decision of that id."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(
            f"this ledger holds no decision {id!r}; give the id of a decision (d:<event>) or of its event, and the "
            "ledger in which it was decided. What was erased for a customer cannot be explained any more"
        )


def find_record(store: Store, id: str) -> Record:
    """The record of a decision, by its id (`d:<event>`) or by the id of its event. Raises UnknownDecision."""
    with store.reading() as transaction:
        for event in (id.removeprefix("d:"), id):
            decided = transaction.decided(event)
            if decided is not None and decided.record is not None:
                return record_from_plain(json.loads(decided.record))
    raise UnknownDecision(id)


def explain(
    policy: Policy, record: Record, audience: Audience = "auditor", *, about: Iterable[str] = ()
) -> Explanation:
    """Why a decision came out as it did, what it rests on and what follows, as far as the audience may know.

    What came out as usual is told in one line to anybody but auditors, unless it is asked `about`. Where `policy` is
    not the one that decided, the explanation is from the record alone and says so. Raises ForbearError where what is
    asked about was not decided.
    """
    telling = Telling(policy, record, Sight(policy, record.type, audience_of(audience)))
    telling.quiet = quiet_decisions(telling, tuple(about))
    if audience == "customer":
        tell_customer(telling)
        return Explanation(audience, record.at, tuple(telling.sentences), whole=telling.same_policy)
    sound = True
    tell_about(telling)
    if telling.same_policy or audience != "advisor":
        telling.section = "decided"
        sound = tell_decisions(telling)
        telling.section = "known"
        tell_facts(telling)
        telling.section = "follows"
        tell_consequences(telling)
        telling.section = "how"
        tell_how(telling)
    return Explanation(
        audience,
        record.at,
        tuple(telling.sentences),
        record.id,
        record.event,
        whole=telling.same_policy,
        sound=sound,
    )
