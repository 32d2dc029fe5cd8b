"""What of a ledger has grown, and what was lost, since somebody read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forbear.ledger.entries import LAST
from forbear.ledger.page import COLUMNS
from forbear.ledger.reading import ENTRIES, FROM, Entries
from forbear.ledger.store import Gone, Grown, Seen
from forbear.ledger.subjects import SIGNS

_GROWN = f"""
SELECT {COLUMNS} {FROM} ON amendment.entry = entry.seq
WHERE entry.body IS NOT NULL AND entry.seq IN (
    SELECT seq FROM entry WHERE {{mine}} decision > ? UNION SELECT entry FROM amendment WHERE {{mine}} decision > ?
    {{more}})
ORDER BY entry.seq, amendment.at, amendment.seq
"""
_AWAITED = """
UNION SELECT seq FROM entry WHERE decision IN ({here}) UNION SELECT entry FROM amendment WHERE decision IN ({here})
"""
_SEEN = """
SELECT txid_snapshot_xmin(now), txid_snapshot_xmax(now), ARRAY(
    SELECT seq FROM decision WHERE seq > ? UNION SELECT seq FROM decision WHERE seq = ANY(?))
FROM txid_current_snapshot() AS now
"""


class Growth(Entries):
    """The entries of a ledger, for whoever keeps something of them at hand."""

    def grown(self, group: tuple[int, ...], kinds: Sequence[str], last: int) -> tuple[int, Sequence[Grown]]:
        mine = f"subject IN ({', '.join('?' * len(group))}) AND"
        rows = list(self._run(_GROWN.format(mine=mine, more=""), (*group, last, *group, last)))
        for row in rows:
            last = max(last, int(row[7]), int(row[8] or 0))
        return last, tuple(self._folded(row for row in rows if row[2] in kinds))

    def grown_anywhere(self, kinds: Sequence[str], before: Seen) -> Iterator[Grown]:
        awaited, more = list(before.awaited), ""
        if awaited:
            more = _AWAITED.format(here=", ".join("?" * len(awaited)))
        rows = self._run(_GROWN.format(mine="", more=more), (before.last, before.last, *awaited, *awaited))
        return self._folded(row for row in rows if row[2] in kinds)

    def all_of(self, kind: str, since: int) -> Iterator[Grown]:
        given = (LAST, kind, since, LAST)
        return self._folded(self._run(ENTRIES.format(condition="entry.kind = ? AND entry.at > ?"), given))

    def rewound(self, seqs: Sequence[int], at: int) -> Iterator[Grown]:
        condition = f"entry.seq IN ({', '.join('?' * len(seqs))})"
        return self._folded(self._run(ENTRIES.format(condition=condition), (at, *seqs, at)))

    def seen(self, before: Seen | None) -> Seen:
        if not self.connection.parallel:
            ((last,),) = self._run("SELECT coalesce(max(seq), 0) FROM decision")
            return Seen(int(last))
        # A number is given out before its decision can be seen, so one that is missing may come yet: until all are
        # over who were at work when it was first missed. They have the number of their transaction before that of the
        # decision (see `next_number`).
        known = before or Seen()
        ((oldest, newest, found),) = self._run(_SEEN, (known.last, list(known.awaited)))
        here = {int(one) for one in found}
        last = max(known.last, *here) if here else known.last
        awaited = {n: since for n, since in known.awaited.items() if n not in here and since > oldest}
        awaited |= {n: int(newest) for n in range(known.last + 1, last) if n not in here}
        return Seen(last, awaited)

    def gone(self) -> Gone:
        if self._gone is None:
            ((erasures, expiries),) = self._run(f"SELECT {SIGNS}")
            self._gone = erasures, expiries
        erased, expired = (None if one is None else bytes(one) for one in self._gone)
        return Gone(erased, expired, self.connection.losses)

    def left(self, kind: str, before: int) -> Iterator[int]:
        rows = self._run("SELECT seq FROM entry WHERE kind = ? AND at < ? AND body IS NOT NULL", (kind, before))
        return (int(seq) for (seq,) in rows)

    def erased_entries(self, kinds: Sequence[str]) -> Iterator[int]:
        rows = self._run(
            "SELECT entry.seq FROM entry JOIN subject ON subject.seq = entry.subject WHERE subject.erased IS NOT NULL"
            f" AND entry.kind IN ({', '.join('?' * len(kinds))})",
            tuple(kinds),
        )
        return (int(seq) for (seq,) in rows)
