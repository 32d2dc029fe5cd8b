"""What the tests of a pack below cannot know of: what packs declare on which it does not build."""

from __future__ import annotations

from collections.abc import Iterable

from forbear.language.bases import built_on
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.tree import Mapping, parse_tree

_SECTIONS = ("entries", "obligations")


def foreign_names(sources: Iterable[Source]) -> dict[str, frozenset[str]]:
    """Pack below → the entries and obligations of packs on which it does not build, directly or through others.

    To the pack in hand, `""`, nothing is foreign.
    """
    declared: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for source in sources:
        tree = parse_tree(source, Problems())
        names, on = declared.setdefault(source.pack, set()), bases.setdefault(source.pack, set())
        on |= {name.value for name in built_on(tree)}
        for key, section in tree.items if isinstance(tree, Mapping) else ():
            if key.value in _SECTIONS and isinstance(section, Mapping):
                names |= {name.value for name, _ in section.items}
    every = frozenset().union(*declared.values())
    known = {pack: _closure(pack, bases) for pack in declared}
    return {
        pack: frozenset() if not pack else every.difference(*(declared.get(one, ()) for one in known[pack]))
        for pack in declared
    }


def _closure(pack: str, bases: dict[str, set[str]]) -> set[str]:
    found, waiting = {pack}, [pack]
    while waiting:
        for one in bases.get(waiting.pop(), set()) - found:
            found.add(one)
            waiting.append(one)
    return found
