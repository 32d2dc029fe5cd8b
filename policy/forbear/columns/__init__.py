"""Many decisions at once, over columns: the extra `replay`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from forbear.errors import MissingExtra
from forbear.language import ir

if TYPE_CHECKING:
    import polars
    import pyarrow

__all__ = ["decide_many"]


def decide_many(
    policy: ir.Policy,
    columns: polars.DataFrame | polars.LazyFrame | pyarrow.Table | Mapping[str, Sequence[Any]],
    *,
    asked: frozenset[str] = frozenset(),
    event: str | None = None,
) -> polars.DataFrame:
    """Decide every row of `columns`, which are named by path, as `decide_facts` decides a mapping of the same names.

    A null is a missing value. For each decision in `asked` (all that the event asks, where it is empty) there is a
    column of its outcomes, `<decision>.rule` with the rule that fired and `<decision>.fell_back`; `violated` lists the
    promises of these decisions that do not hold. Nothing is recorded or owed.

    `event` is the type of event of every row; without it, and without a column `event.type`, it is told from the names
    as by `decide_facts`. Raises EventError for a column that is not read on the event, ColumnsError for what columns
    cannot answer, such as a ranking, MissingExtra without Polars.
    """
    try:
        import polars  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"forbear.decide_many needs {error.name}: pip install 'forbear[replay]'") from error
    from forbear.columns.deciding import decide_columns

    return decide_columns(policy, columns, asked, event)
