"""All answers beforehand: where what the decisions read makes few enough cells, each row is looked up once."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from attrs import frozen

from forbear.columns.kinds import looked_up
from forbear.columns.program import Compiler, Program
from forbear.columns.promises import asked_promises, violated
from forbear.columns.spaces import Axis, axes_of, cells_of, sum_of

CELL, PRESENT = "the cell", "what is present"  # no path and no decision has such a name
MOST_NULLABLE = 32
MOST_CONDITIONS = 1_000  # of many, each decision has a table of its own that is large enough
ROWS_A_CELL = 4  # with fewer rows, to work out every cell takes longer than it saves


@frozen
class Table:
    """The answer in every cell, and the cell of a row of inner values."""

    cell: pl.Expr
    present: pl.Expr
    answer: tuple[pl.Expr, ...]
    broken: pl.Series | None  # for each cell the promises that do not hold; None where every one holds in all

    def run(self, values: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series | None]:
        """The answer for rows of inner values, and the promises that do not hold, where any row breaks one."""
        cells = values.with_columns_seq(self.cell).select(CELL)
        answer = cells.with_columns_seq(self.present).select_seq(self.answer)
        if self.broken is None:
            return answer, None
        numbers = cells[CELL]
        some = (self.broken.list.len() > 0).cast(pl.UInt8).gather(numbers).max()
        return answer, self.broken.gather(numbers) if some else None


def table(compiler: Compiler, clean: Program, rows: int) -> Table | None:
    """The table of a policy for rows that give every value, or None where it would be too large for so many."""
    if len(compiler.readings) > MOST_CONDITIONS or all(masks is not None for masks in compiler.few.values()):
        return None
    given = {key for key, one in compiler.variables.items() if one.column in clean.given}
    axes = axes_of(compiler.readings, compiler.sets, given)
    if axes is None or cells_of(axes) * ROWS_A_CELL > rows:
        return None
    program = compiler.unmasked().program(frozenset())
    if not _by_class_alone(program):
        return None
    values = pl.select(pl.int_range(cells_of(axes), dtype=pl.UInt32).alias(CELL))
    values = values.with_columns(_classes(axis) for axis in axes)
    for layer in program.layers:
        values = values.with_columns(one for one in layer if one.meta.output_name() not in program.given)
    answer = values.select(program.answer)
    cell = sum_of([_placed(axis) for axis in axes]).alias(CELL)
    nullable = [name for name in answer.columns if answer[name].null_count()][:MOST_NULLABLE]
    looks = tuple(_looked_up(answer[name], nullable) for name in answer.columns)
    broken = violated(values, program.broken, asked_promises(compiler.opened))
    return Table(cell, _present(answer, nullable), looks, broken)


def _by_class_alone(program: Program) -> bool:
    """Whether everything is told by the classes of what is read."""
    worked_out = [one for layer in program.layers for one in layer if one.meta.output_name() not in program.given]
    known = program.given.union(one.meta.output_name() for one in worked_out)
    asked = [*worked_out, *program.answer, *(expr for one in program.broken for expr in (one.some, one.numbers))]
    return all(known.issuperset(one.meta.root_names()) for one in asked)


def _placed(axis: Axis) -> pl.Expr:
    assert axis.variable.coded is not None
    # What has no value has no class, and may be asked for by nothing that counts: it takes the first place.
    return axis.variable.coded([one * axis.stride for one in axis.to]).fill_null(0)


def _classes(axis: Axis) -> pl.Expr:
    """A class for each cell, one of those that stand at its place on the axis."""
    place = pl.col(CELL) // axis.stride % axis.size
    return looked_up(axis.first, pl.UInt32, place).alias(axis.variable.column)


def _present(answer: pl.DataFrame, nullable: Sequence[str]) -> pl.Expr:
    """Which columns have a value, a bit for each: to look into a column without nulls is faster by more than this."""
    bits = [pl.col(name).is_not_null().cast(pl.UInt32) * 2**n for n, name in enumerate(nullable)]
    if not bits:
        return pl.lit(0, pl.UInt32).alias(PRESENT)
    present = answer.select(pl.sum_horizontal(bits).cast(pl.UInt32)).to_series()
    return pl.lit(present).gather(pl.col(CELL)).alias(PRESENT)


def _looked_up(column: pl.Series, nullable: Sequence[str]) -> pl.Expr:
    if column.dtype == pl.Boolean and not column.any():
        return pl.repeat(False, pl.len()).alias(column.name)
    if column.name not in nullable or column.null_count() == len(column):
        return pl.lit(column).gather(pl.col(CELL)).alias(column.name)
    full = pl.lit(column.fill_null(column.drop_nulls()[0])).gather(pl.col(CELL))
    bit = pl.lit(2 ** nullable.index(column.name), pl.UInt32)
    return pl.when(pl.col(PRESENT) & bit > 0).then(full).alias(column.name)
