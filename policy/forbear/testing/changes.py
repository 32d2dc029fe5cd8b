"""Whether a test of a pack below fails because packs above it override something, or on its own account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.overriding import OVERRIDES
from forbear.language.pack import build_policy
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Scalar, parse_tree

_CHANGING = (OVERRIDES, "calendar")


def holds_below(
    sources: Iterable[Source], known: frozenset[str], settings: Mapping[str, Any], holds: Callable[[ir.Policy], bool]
) -> bool:
    """Whether something holds but for the overrides and calendars of packs that are not among those known.

    `known` are a pack and those that it builds on. False where no other pack overrides anything; True where the packs
    above need what they change, so that nobody can tell.
    """
    kept: list[Source] = []
    overrides = False
    for source in sources:
        keys = _keys(source) if source.pack not in known else []
        overrides |= any(key.value == OVERRIDES for key in keys)
        kept.append(_blanked(source, keys))
    if not overrides:
        return False
    try:
        unchanged = build_policy(kept, settings)
    except ForbearError:
        return True
    return holds(unchanged)


def _keys(source: Source) -> list[Scalar]:
    tree = parse_tree(source, Problems())
    return [key for key, _ in tree.items] if isinstance(tree, Tree) else []


def _blanked(source: Source, keys: Sequence[Scalar]) -> Source:
    """A file with its changing sections left out, its lines where they were."""
    text = source.text
    ends = [*(key.start for key in keys), len(text)][1:]
    for key, end in zip(keys, ends, strict=False):
        if key.value in _CHANGING:
            blank = "".join(one if one in "\r\n" else " " for one in text[key.start : end])
            text = text[: key.start] + blank + text[end:]
    return evolve(source, text=text) if text != source.text else source
