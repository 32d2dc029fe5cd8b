"""Rows decided batch by batch, on every thread that Polars has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from forbear.columns.knowledge import Knowledge, fit_rows, knowledge
from forbear.columns.opening import VIOLATED, Opened, given_of, open_columns, outcomes_given
from forbear.columns.program import Compiler, Program, depended, needed_decisions
from forbear.columns.promises import asked_promises, named, violated
from forbear.columns.tables import table
from forbear.language import ir

BATCH = 2**20  # rows: few enough for what is worked out on the way to stay small, enough to pay for the asking
BATCH_OF_CELLS = 2**18  # their numbers are longer than true and false, and looked at again while they are near
LEAST = 2**16  # of fewer rows, it does not pay to share them out


def decide_columns(
    policy: ir.Policy, columns: Any, asked: frozenset[str], event: str | None, batch: int | None = None
) -> pl.DataFrame:
    """What `decide_many` answers."""
    given = given_of(columns)
    opened = open_columns(policy, given, asked, event)
    decisions = needed_decisions(opened)
    paths = depended(opened, decisions)
    needed = [name for name in given.names if name in paths or name in opened.fixed]
    frame = given.take(needed or list(given.names[:1]))
    known = knowledge(opened, frozenset(needed), paths, frame.schema)
    frame = frame.with_columns(outcomes_given(opened.policy, frame, opened.fixed).values())
    threads, rows = pl.thread_pool_size(), frame.height
    decider = Decider(opened, known, decisions, rows, batch or max(LEAST, -(-rows // threads)))
    starts = range(0, max(1, rows), decider.batch)
    if len(starts) == 1:
        return decider.decide(frame)
    with ThreadPoolExecutor(threads) as pool:
        return pl.concat(pool.map(lambda start: decider.decide(frame.slice(start, decider.batch)), starts))


class Decider:
    """Decides batches of rows; may be shared by threads."""

    def __init__(self, opened: Opened, known: Knowledge, decisions: frozenset[str], rows: int, most: int) -> None:
        self.known, self.promises = known, asked_promises(opened)
        self.compiler = Compiler(opened, known, decisions)
        clean = self.compiler.program(frozenset())
        self.programs = {frozenset[str](): clean}
        self.table = table(self.compiler, clean, rows)
        self.batch = min(most, BATCH if self.table is None else BATCH_OF_CELLS)
        empty = pl.Series(VIOLATED, [[]], dtype=pl.List(named(self.promises)))
        self.kept = _nothing(empty, min(self.batch, rows))

    def decide(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The answer for some rows."""
        values, refused = fit_rows(self.known, rows)
        if self.table is not None and not refused:
            answer, broken = self.table.run(values)
        else:
            program = self._program(refused)
            values = program.run(values)
            answer, broken = values.select_seq(program.answer), violated(values, program.broken, self.promises)
        return answer.with_columns(self.kept.head(rows.height) if broken is None else broken.alias(VIOLATED))

    def _program(self, refused: frozenset[str]) -> Program:
        found = self.programs.get(refused)
        if found is None:
            found = self.programs[refused] = self.compiler.program(refused)
        return found


def _nothing(empty: pl.Series, rows: int) -> pl.Series:
    """Where every promise holds, all batches share these lists; doubled, for Polars is slow to repeat a list."""
    while len(empty) < rows:
        empty = pl.concat([empty, empty], rechunk=True)
    return empty
