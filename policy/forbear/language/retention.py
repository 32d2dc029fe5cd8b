"""`retention:` → how long the ledger keeps entries of each kind, records, and what was said."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.language import ir
from forbear.language.events import KEPT_BY_ENGINE, RECORDS, TEXTS
from forbear.language.folds import Folds
from forbear.language.scope import Names
from forbear.language.shape import Shape, did_you_mean
from forbear.language.tree import Node


def read_retention(sections: list[Node], folds: Folds, shape: Shape, names: Names) -> dict[str, ir.Seconds]:
    """`{text: 90 days, decision: setting.records_kept, offence: 1095 days}`; what is not named is kept for good.

    What was said is kept only where `text` is named.
    """
    found: dict[str, ir.Seconds] = {}
    known = [RECORDS, TEXTS, *(one for one in names.entries if one not in KEPT_BY_ENGINE), "obligation"]
    for section in sections:
        for key, node in shape.named(section, "`retention`"):
            if key.value in found:
                shape.error("duplicate-name", f"`{key.value}` stands here already", key.span, "leave one of them out")
                continue
            if key.value not in known:
                hint = did_you_mean(key.value, known)
                shape.error("unknown-entry", f"there is no entry `{key.value}`", key.span, hint)
                continue
            kept = folds.window(node)
            if kept is None:
                continue
            found[key.value] = kept
            about = [fold for fold in names.folds.values() if fold.entry == key.value]
            further = [f"`{fold.path}`" for fold in about if not _reaches(kept, fold.window, names.settings)]
            if further:
                look = "looks" if len(further) == 1 else "look"
                message = f"{', '.join(further)} {look} back further than `{key.value}` is kept"
                hint = "keep it longer, or give the fold a shorter `window`"
                shape.error("short-retention", message, node.span, hint)
    return found


def _reaches(kept: ir.Seconds, window: ir.Seconds | None, settings: Mapping[str, ir.Setting]) -> bool:
    """Whether entries are kept as long as a fold looks back."""
    return window is not None and _seconds(kept, settings) >= _seconds(window, settings)


def _seconds(time: ir.Seconds, settings: Mapping[str, ir.Setting]) -> int:
    amount = settings[time.amount].value if isinstance(time.amount, str) else time.amount
    return int(str(amount)) * time.factor
