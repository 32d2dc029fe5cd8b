"""`builds_on:` → the packs that a pack builds on, each read once, before those that build on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from forbear.bounded import exists
from forbear.language.files import MANIFEST, bundled_packs, files_of, name_of
from forbear.language.problems import Problems
from forbear.language.shape import NAME, did_you_mean
from forbear.language.source import Source, refuse_link
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Scalar, Sequence, parse_tree

MAX_BASES = 20


def with_bases(
    sources: list[Source], folder: Path | None, supplied: Mapping[str, Path], problems: Problems
) -> list[Source]:
    """The files of a pack behind those of every pack that it builds on; what cannot be found is noted.

    A name stands for the folder of that name beside the pack's own, else for one of the packs `supplied` by the
    host's plugins, else for a bundled one.
    """
    return [*_Bases(supplied, problems).below(sources, folder, ()), *sources]


def folders_below(sources: list[Source], folder: Path, supplied: Mapping[str, Path]) -> dict[str, Path]:
    """The folders of the packs that a pack builds on, directly and through them, by name, deepest first."""
    bases = _Bases(supplied, Problems())
    order = dict.fromkeys(one.pack for one in bases.below([one for one in sources if not one.pack], folder, ()))
    return {name: bases.found[name] for name in order}


def manifest_of(sources: list[Source]) -> Source | None:
    """The manifest among the files of one pack."""
    return next((one for one in sources if one.name == name_of(MANIFEST, one.pack)), None)


def built_on(tree: object) -> Iterator[Scalar]:
    """The names under `builds_on` of a manifest, each a word; what has another shape is noted elsewhere."""
    for key, value in tree.items if isinstance(tree, Tree) else ():
        if key.value == "builds_on":
            for item in value.items if isinstance(value, Sequence) else (value,):
                if isinstance(item, Scalar) and NAME.fullmatch(item.value):
                    yield item


class _Bases:
    def __init__(self, supplied: Mapping[str, Path], problems: Problems) -> None:
        self.supplied, self.problems = supplied, problems
        self.found: dict[str, Path] = {}

    def below(self, sources: list[Source], folder: Path | None, above: tuple[Path, ...]) -> Iterator[Source]:
        """The files of the packs below, deepest first; `above` are the folders on the way here."""
        manifest = manifest_of(sources)
        here = (*above, folder.resolve()) if folder is not None else above
        for word in built_on(parse_tree(manifest, Problems())) if manifest is not None else ():
            found = self._find(word, folder)
            if found is None or self._is_circle(word, found, here):
                continue
            if self.found.get(word.value, found) != found:
                message = f"there are two packs `{word.value}`: {self.found[word.value]} and {found}"
                self.problems.error("unknown-pack", message, word.span, "rename one of them")
            elif word.value not in self.found:
                self.found[word.value] = found
                if len(self.found) > MAX_BASES:
                    message = f"a pack builds on at most {MAX_BASES} others, directly and through them"
                    self.problems.error("pack-too-large", message, word.span, "build on fewer")
                    return
                files = list(files_of(found, self.problems, word.value))
                yield from self.below(files, found, here)
                yield from files

    def _is_circle(self, word: Scalar, found: Path, here: tuple[Path, ...]) -> bool:
        if found not in here:
            return False
        circle = " → ".join(one.name for one in (*here[here.index(found) :], found))
        message = f"the packs build on each other: {circle}"
        self.problems.error("pack-cycle", message, word.span, "let one of them stand alone")
        return True

    def _find(self, word: Scalar, folder: Path | None) -> Path | None:
        """The folder of the pack of a name."""
        beside = folder.resolve().parent / word.value if folder is not None else None
        if beside is not None and exists(beside / MANIFEST):
            return None if refuse_link(beside, word.span.file, self.problems) else beside
        known = {**bundled_packs(), **self.supplied}
        if word.value in known:
            return known[word.value].resolve()
        hint = did_you_mean(word.value, known) or "it stands beside this pack, in a folder of its name"
        self.problems.error("unknown-pack", f"there is no pack `{word.value}`", word.span, hint)
        self.problems.lose_all()
        return None
