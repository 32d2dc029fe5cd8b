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

BATCH = 2**18  # rows: few enough for what is worked out on the way to stay small, enough to pay for the asking


def decide_columns(
    policy: ir.Policy, columns: Any, asked: frozenset[str], event: str | None, batch: int = BATCH
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
    decider = Decider(opened, known, decisions, min(batch, frame.height), frame.height)
    starts = range(0, max(1, frame.height), batch)
    if len(starts) == 1:
        return decider.decide(frame)
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return pl.concat(pool.map(lambda start: decider.decide(frame.slice(start, batch)), starts))


class Decider:
    """Decides batches of rows; may be shared by threads."""

    def __init__(
        self, opened: Opened, known: Knowledge, decisions: frozenset[str], most_rows: int, all_rows: int
    ) -> None:
        self.known, self.promises = known, asked_promises(opened)
        self.compiler = Compiler(opened, known, decisions)
        clean = self.compiler.program(frozenset())
        self.programs = {frozenset[str](): clean}
        self.table = table(self.compiler, clean, self.promises, all_rows)
        self.kept = _nothing(pl.Series(VIOLATED, [[]], dtype=pl.List(named(self.promises))), most_rows)

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
