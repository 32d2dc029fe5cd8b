"""The audit of a ledger: its chains walked, its tables and checkpoints checked, its decisions decided again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from attrs import define, field

from forbear.codec import record_from_plain
from forbear.engine.audit import Again, Difference, NotKept
from forbear.errors import LedgerError
from forbear.language.kept import Unusable
from forbear.ledger.audit import Chain, Finding, Opened, opened, subjects, walk
from forbear.ledger.book import Book
from forbear.ledger.checkpoints import Verify, all_checkpoints, as_book, check_checkpoints
from forbear.ledger.entries import LAST
from forbear.ledger.store import Store
from forbear.ledger.tables import check_tables

Progress = Callable[[str, int, int], None]
"""Told what is done now, how much of it is done, and how much there is."""


@define
class Report:
    """What an audit found: how much there is, what became of it, and the first thing wrong in each chain."""

    decisions: int = 0
    customers: int = 0
    erased: int = 0  # chains whose customer was erased
    expired: int = 0  # decisions whose time was over
    again: int = 0  # decided again
    unkept: int = 0  # made before policies were kept, so not decided again
    checkpoints: int = 0
    whole: bool = True  # everything was looked at
    findings: list[Finding | Difference] = field(factory=list)


def audit(
    store: Store,
    *,
    decisions: Sequence[str] = (),
    customer: str | None = None,
    verify: Verify | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a ledger, or the chains of some decisions or of one customer.

    `verify` checks the signatures of checkpoints. Raises LedgerError for a decision or customer that is unknown.
    """
    with store.reading() as transaction:
        auditor = _Auditor(as_book(transaction), progress or _nobody)
        auditor.report.whole = not decisions and customer is None
        if decisions:
            auditor.check_some(decisions)
        elif customer is not None:
            auditor.check_chains(_known(auditor.book.chains(customer, LAST), customer))
        else:
            auditor.check_whole(verify)
        return auditor.report


def _nobody(what: str, done: int, of: int) -> None:
    """Tells nobody how far it is."""


def _known(chains: list[int], customer: str) -> list[int]:
    if not chains:
        raise LedgerError(f"this ledger holds nothing about the customer {customer!r}: unknown, or erased")
    return chains


@define
class _Auditor:
    book: Book
    progress: Progress
    report: Report = field(factory=Report)
    again: Again = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.again = Again(self.book)

    def check_whole(self, verify: Verify | None) -> None:
        chains = self.check_chains(subjects(self.book))
        self._check_policies()
        if all(one.finding is None for one in chains):
            self.report.findings += check_tables(self.book, chains)
        self.report.checkpoints = len(all_checkpoints(self.book))
        self.report.findings += check_checkpoints(self.book, verify)

    def check_some(self, decisions: Sequence[str]) -> None:
        """The chains of these decisions, and of all on them these decided again."""
        chosen: dict[int, set[int]] = {}
        for id in decisions:
            found = self.book.chain_of(id.removeprefix("d:")) or self.book.chain_of(id)
            if found is None:
                raise LedgerError(f"this ledger holds no decision {id!r}; give d:<event>, or the id of the event")
            chosen.setdefault(found[1], set()).add(found[0])
        self.check_chains(sorted(chosen), chosen)

    def check_chains(self, chains: Iterable[int], chosen: dict[int, set[int]] | None = None) -> list[Chain]:
        """Walk chains and decide again what is in them, up to the first thing that is wrong in each."""
        numbers, found = list(chains), list[Chain]()
        for done, number in enumerate(numbers):
            self.progress("chains", done, len(numbers))
            chain = walk(self.book, number)
            found.append(chain)
            self._count(chain)
            if chain.finding is not None:
                self.report.findings.append(chain.finding)
            elif not chain.erased:
                self._decide_again(chain, None if chosen is None else chosen[number])
        self.progress("chains", len(numbers), len(numbers))
        return found

    def _count(self, chain: Chain) -> None:
        report = self.report
        report.decisions += chain.decisions
        report.customers += chain.customer
        report.erased += chain.erased
        report.expired += chain.expired

    def _decide_again(self, chain: Chain, chosen: set[int] | None) -> None:
        for one in opened(self.book, chain.subject):
            if chosen is not None and one.number not in chosen:
                continue
            wrong = self._difference(chain, one)
            if wrong is not None:
                self.report.findings.append(wrong)
                return

    def _difference(self, chain: Chain, one: Opened) -> Finding | Difference | None:
        record = record_from_plain(json.loads(one.body.record))
        try:
            found = self.again.difference(record, one.body.contact, one.body.customer)
        except NotKept:
            if one.number <= (self.book.first() or 0):
                self.report.unkept += 1
                return None
            return Finding(chain.whom, f"the decision {record.id}", "policy", "its policy in this ledger", "none")
        except Unusable as error:
            return Finding(chain.whom, f"the decision {record.id}", "policy", "its policy, whole", str(error))
        self.report.again += found is None
        return found

    def _check_policies(self) -> None:
        """Whether each policy that is kept is what its digest says, also where nothing is left that it decided."""
        for (digest,) in self.book.connection.run("SELECT digest FROM policy ORDER BY digest"):
            try:
                self.again.policy(str(digest))
            except Unusable as error:
                wrong = Finding("the ledger", f"the policy {digest}", "policy.body", "what has that digest", str(error))
                self.report.findings.append(wrong)
