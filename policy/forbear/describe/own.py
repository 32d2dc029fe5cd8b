"""What a pack declares itself, in the order of its files, with what its author says of it in comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from forbear.describe.comments import Comments, comments_of
from forbear.errors import Diagnostic
from forbear.language import ir
from forbear.language.bases import built_on
from forbear.language.files import MANIFEST, name_of
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, Sequence, parse_tree

_SECTIONS = ("facts", "settings", "entries", "events", "history", "obligations", "texts", "metrics")
_WRITTEN = ("calendar", "retention")


@frozen
class Declared:
    """One thing that a pack declares: its name, what stands above it and beside it in comments."""

    name: str
    node: Node
    above: str = ""
    beside: str = ""


@frozen
class Section:
    """One section of one file, with the comment behind its name."""

    note: str
    items: tuple[Declared, ...]


@frozen
class Decided:
    """A decision or ranking as its file has it; `file` is where it stands, `intro` what the file says at its top."""

    name: str
    tree: Tree
    file: str
    intro: str = ""
    above: str = ""
    comments: Comments = field(factory=lambda: Comments({}, {}))

    def part(self, key: str) -> Node | None:
        """What stands under a key of it."""
        return part_of(self.tree, key)


@frozen
class Pack:
    """A pack with its policy, and what of the policy is its own.

    `written` holds the sections that are shown as they are, `changes` what it changes of the packs below, each with the
    name of the changed thing.
    """

    policy: ir.Policy
    about: Mapping[str, str]
    direct: tuple[str, ...]
    sections: Mapping[str, tuple[Section, ...]]
    decided: tuple[Decided, ...]  # in dependency order, rankings last
    files: frozenset[str]
    written: Mapping[str, tuple[str, ...]]
    changes: tuple[tuple[str, str], ...] = ()

    def names(self, section: str) -> tuple[str, ...]:
        """All names of a section, in file order."""
        return tuple(one.name for each in self.sections[section] for one in each.items)

    @property
    def promises(self) -> tuple[ir.Invariant, ...]:
        """The promises that it makes, of packs below too."""
        return tuple(one for one in self.policy.invariants if one.span.file in self.files)

    @property
    def rules(self) -> int:
        """How many rules its own decisions and rankings have."""
        policy = self.policy
        decisions = (policy.decisions[one.name].rules for one in self.decided if one.name in policy.decisions)
        ranked = [policy.rankings[one.name] for one in self.decided if one.name in policy.rankings]
        return sum(len(one) for one in decisions) + sum(len(one.require) + len(one.prefer) for one in ranked)


def pack_of(policy: ir.Policy, own: list[Source], found: Iterable[Diagnostic] = ()) -> Pack:
    """A checked policy with what of it stands in the pack's own files; `found` is what the checker said of it."""
    trees = [(source, tree) for source in own if isinstance(tree := parse_tree(source, Problems()), Tree)]
    manifest = next((tree for source, tree in trees if source.name == MANIFEST), None)
    said = _said(manifest)
    sections: dict[str, list[Section]] = {name: [] for name in _SECTIONS}
    written: dict[str, list[str]] = {name: [] for name in _WRITTEN}
    decided: list[Decided] = []
    for source, tree in trees:
        if source.name != MANIFEST:
            comments = comments_of(source, tree)
            decided += _decisions(source, tree, comments)
            ends = [*(key.start for key, _ in tree.items[1:]), len(source.text)]
            for (key, section), end in zip(tree.items, ends, strict=True):
                if key.value in written:
                    written[key.value].append(_without_rest(source.text[key.start : end]))
                if key.value in sections:
                    sections[key.value].append(_section(key, section, comments, len(source.lines) + 1))
    order = {name: n for n, name in enumerate((*policy.decisions, *policy.rankings))}
    decided.sort(key=lambda one: order.get(one.name, len(order)))
    files = frozenset(source.name for source in own)
    changed = (one for one in found if one.code == "overrides" and one.span.file in files)
    return Pack(
        policy,
        said,
        tuple(dict.fromkeys(one.value for one in built_on(manifest))),
        {name: tuple(all_) for name, all_ in sections.items()},
        tuple(decided),
        files,
        {name: tuple(all_) for name, all_ in written.items()},
        tuple((one.message, _marked(one)) for one in changed),
    )


def _marked(one: Diagnostic) -> str:
    """The word that a diagnostic marks."""
    return one.span.text[one.span.column - 1 :][: one.span.length].strip("\"'")


def _without_rest(text: str) -> str:
    """A section as written, without the comments and empty lines behind it."""
    lines = text.rstrip().splitlines()
    while lines and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines.pop()
    return "\n".join(lines)


def about_of(name: str, policy: ir.Policy) -> tuple[str, ...]:
    """What a pack below says that it is for, in each language."""
    manifest = next((one for one in policy.sources if one[0] == name_of(MANIFEST, name)), None)
    return tuple(_said(parse_tree(Source(*manifest), Problems())).values()) if manifest is not None else ()


def _said(manifest: Node | None) -> dict[str, str]:
    """What a manifest says about its pack, by language."""
    about = part_of(manifest, "about")
    return {key.value: value.value for key, value in _pairs(about) if isinstance(value, Scalar)}


def part_of(node: Node | None, key: str) -> Node | None:
    """What stands under a key of a mapping."""
    return next((value for one, value in _pairs(node) if one.value == key), None)


def items_of(node: Node | None) -> tuple[Node, ...]:
    """The items of a list."""
    return node.items if isinstance(node, Sequence) else ()


def words_of(node: Node | None, key: str) -> str:
    """What stands under a key, as written, on one line; a list as its items."""
    found = part_of(node, key)
    if isinstance(found, Scalar):
        return " ".join(found.value.split())
    return ", ".join(one.value for one in items_of(found) if isinstance(one, Scalar))


def line_of(node: Node | None) -> int:
    """The line on which a node begins."""
    return node.span.line if node is not None else 0


def _pairs(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.items if isinstance(node, Tree) else ()


def _section(key: Scalar, node: Node, comments: Comments, last: int) -> Section:
    pairs = _pairs(node)
    lines = [one.span.line for one, _ in pairs]
    items = tuple(
        Declared(one.value, value, comments.above(line), comments.beside(line, end))
        for (one, value), line, end in zip(pairs, lines, [*lines[1:], _end(pairs, last)], strict=False)
    )
    on_its_line = bool(lines) and lines[0] == key.span.line
    return Section("" if on_its_line else comments.behind.get(key.span.line, ""), items)


def _end(pairs: tuple[tuple[Scalar, Node], ...], last: int) -> int:
    """The line behind the last of some pairs, as far as its own scalars go."""
    return min(last, _last_line(pairs[-1][1], pairs[-1][0].span.line) + 1) if pairs else last


def _last_line(node: Node, line: int) -> int:
    if isinstance(node, Scalar):
        return max(line, node.span.line)
    inner = node.items if isinstance(node, Sequence) else tuple(value for _, value in node.items)
    for one in inner:
        line = max(line, _last_line(one, line))
    return line


def _decisions(source: Source, tree: Tree, comments: Comments) -> Iterator[Decided]:
    """The decisions of a file; the first is told with what the file says at its top."""
    top = comments.above(tree.items[0][0].span.line) if tree.items else ""
    listed = [one for one in items_of(part_of(tree, "decisions")) if isinstance(one, Tree)]
    for one in (tree, *listed):
        name = part_of(one, "decision")
        if isinstance(name, Scalar):
            above = comments.above(one.items[0][0].span.line) if one is not tree else ""
            beside = comments.behind.get(name.span.line, "")
            yield Decided(name.value, one, source.name, top, "; ".join(filter(None, (above, beside))), comments)
            top = ""
