"""What the tests of a pack below cannot know of: what packs declare on which it does not build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forbear.language.bases import built_on
from forbear.language.files import MANIFEST, name_of
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.tree import Mapping, Scalar, parse_tree
from forbear.language.tree import Sequence as Listed

_SECTIONS = ("entries", "obligations", "texts")

Named = tuple[str, str]  # a section of packs, or `decisions`, and a name in it


def foreign_names(sources: Sequence[Source]) -> dict[str, frozenset[Named]]:
    """Pack below → the entries, obligations, texts and decisions of packs on which it does not build.

    It builds on some directly, on others through them. To the pack in hand, `""`, nothing is foreign.
    """
    declared: dict[str, set[Named]] = {}
    for source in sources:
        tree = parse_tree(source, Problems())
        declared.setdefault(source.pack, set()).update(_declared(tree) if isinstance(tree, Mapping) else ())
    every = frozenset[Named]().union(*declared.values())
    known = known_packs(sources)
    return {
        pack: frozenset() if not pack else every.difference(*(declared.get(one, ()) for one in known[pack]))
        for pack in declared
    }


def _declared(tree: Mapping) -> Iterator[Named]:
    for key, section in tree.items:
        if key.value == "decision" and isinstance(section, Scalar):
            yield "decisions", section.value
        elif key.value == "decisions" and isinstance(section, Listed):
            for item in section.items:
                yield from _declared(item) if isinstance(item, Mapping) else ()
        elif key.value in _SECTIONS and isinstance(section, Mapping):
            yield from ((key.value, name.value) for name, _ in section.items)


def known_packs(sources: Sequence[Source]) -> dict[str, frozenset[str]]:
    """Each pack, with itself and all that it builds on, directly or through others."""
    manifests = [source for source in sources if source.name == name_of(MANIFEST, source.pack)]
    bases = {one.pack: {name.value for name in built_on(parse_tree(one, Problems()))} for one in manifests}
    return {pack: _closure(pack, bases) for pack in bases}


def _closure(pack: str, bases: dict[str, set[str]]) -> frozenset[str]:
    found, waiting = {pack}, [pack]
    while waiting:
        for one in bases.get(waiting.pop(), set()) - found:
            found.add(one)
            waiting.append(one)
    return frozenset(found)
