"""`overrides:` → the trees of the packs below with a rule, text, setting, due time or metric replaced by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import evolve, frozen

from forbear.language.shape import Shape, did_you_mean
from forbear.language.source import Source
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, Sequence

OVERRIDES = "overrides"
Trees = list[tuple[Source, Tree]]
_RULE_LISTS = ("rules", "require", "prefer")


def override(trees: Trees, below: Mapping[str, frozenset[str]], shape: Shape) -> Trees:
    """The trees as the packs leave them; `below` gives each pack, deepest first, with all that it builds on.

    A pack may override what stands in the packs below it, never what it declares itself, and each thing once. Of two
    packs that override the same thing, one must build on the other.
    """
    done: dict[tuple[str, str], list[tuple[str, Scalar]]] = {}
    for pack, others in below.items():
        for kind, wanted in _wanted(trees, pack, shape).items():
            targets = {
                name: (file, node)
                for file, (source, tree) in enumerate(trees)
                if source.pack in others
                for name, node in _KINDS[kind].find([tree])
            }
            replaced: dict[int, Node] = {}
            changed: set[int] = set()  # files
            for key, node in wanted:
                if key.value not in targets:
                    _unknown(kind, key, targets, others, shape)
                    continue
                if kind == "rules" and not _is_change(key, node, shape):
                    continue
                file, old = targets[key.value]
                if id(old) in replaced and not _KINDS[kind].adds:
                    hint = "put all that changes of it in one place"
                    shape.error("duplicate-name", f"`{key.value}` is overridden already", key.span, hint)
                    continue
                replaced[id(old)], said = _KINDS[kind].change(replaced.get(id(old), old), node, key)
                changed.add(file)
                shape.problems.note("overrides", f"{said} `{key.value}`", key.span)
                done.setdefault((kind, key.value), []).append((pack, key))
            trees = [
                (source, _rebuilt(tree, replaced) if file in changed else tree)
                for file, (source, tree) in enumerate(trees)
            ]
    for (kind, name), overriders in done.items():
        last, key = overriders[-1]
        rival = next((pack for pack, _ in overriders if pack != last and pack not in below[last]), None)
        if rival is not None and not _KINDS[kind].adds:
            message = f"`{rival}` overrides `{name}` too, and neither pack builds on the other"
            shape.error("override-conflict", message, key.span, "override it in a pack that builds on both")
    return trees


def _wanted(trees: Trees, pack: str, shape: Shape) -> dict[str, list[tuple[Scalar, Node]]]:
    """What a pack overrides: kind → names and what is to stand there."""
    found: dict[str, list[tuple[Scalar, Node]]] = {}
    for source, tree in trees:
        for key, section in tree.items if source.pack == pack else ():
            if key.value == OVERRIDES:
                kinds = shape.keys(section, f"`{OVERRIDES}`", optional=tuple(_KINDS))
                for kind, node in kinds.items():
                    mapping = shape.mapping(node, f"`{kind}`")
                    found.setdefault(kind, []).extend(mapping.items if mapping is not None else ())
    return {kind: found[kind] for kind in _KINDS if kind in found}


def _unknown(kind: str, key: Scalar, known: Iterable[str], others: frozenset[str], shape: Shape) -> None:
    if key.broken:
        return
    if not others:
        message, hint = "this pack builds on none, so there is nothing to override", "add `builds_on: […]` to pack.yaml"
    else:
        message = (
            f"there is no {_KINDS[kind].noun} `{key.value}` in {' or '.join(f'`{one}`' for one in sorted(others))}"
        )
        hint = did_you_mean(key.value, known)
    shape.error("unknown-override", message, key.span, hint)


def _is_change(key: Scalar, node: Node, shape: Shape) -> bool:
    """Whether what is to stand in a rule's place says which of its keys change; noted where not."""
    mapping = shape.mapping(node, f"`{key.value}`")
    if mapping is not None and not mapping.items:
        shape.error("wrong-shape", f"nothing of `{key.value}` changes", key.span, "name its keys: {when: '…'}")
    name = next((one for one, _ in mapping.items if one.value == "rule"), None) if mapping is not None else None
    if name is not None:
        shape.error("wrong-shape", "an overridden rule keeps its name", name.span, "leave it out")
    return mapping is not None and bool(mapping.items) and name is None


def _rebuilt(node: Tree, replaced: Mapping[int, Node]) -> Tree:
    new = _replace(node, replaced)
    assert isinstance(new, Tree)
    return new


def _replace(node: Node, replaced: Mapping[int, Node]) -> Node:
    if id(node) in replaced:
        return replaced[id(node)]
    if isinstance(node, Tree):
        return Tree(tuple((key, _replace(value, replaced)) for key, value in node.items), node.span)
    if isinstance(node, Sequence):
        return Sequence(tuple(_replace(item, replaced) for item in node.items), node.span)
    return node


# --- what may be overridden: where it stands, by name, and what becomes of it

Change = tuple[Node, str]  # the new node, and what it does in words


def _value(node: Node | None, key: str) -> Node | None:
    pairs = node.items if isinstance(node, Tree) else ()
    return next((value for one, value in pairs if one.value == key), None)


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _decisions(trees: Iterable[Tree]) -> Iterator[tuple[str, Tree]]:
    for tree in trees:
        for one in (tree, *_items(_value(tree, "decisions"))):
            name = _value(one, "decision")
            if isinstance(one, Tree) and isinstance(name, Scalar):
                yield name.value, one


def _rules(trees: Iterable[Tree]) -> Iterator[tuple[str, Node]]:
    for decision, tree in _decisions(trees):
        lists = [_value(tree, key) for key in _RULE_LISTS]
        lists += [_value(_value(tree, key), "rows") for key in ("table", *_RULE_LISTS)]
        for rule in (one for listed in lists for one in _items(listed)):
            name = _value(rule, "rule")
            if isinstance(name, Scalar):
                yield f"{decision}.{name.value}", rule


def _declared(section: str) -> Callable[[Iterable[Tree]], Iterator[tuple[str, Node]]]:
    def find(trees: Iterable[Tree]) -> Iterator[tuple[str, Node]]:
        for tree in trees:
            declared = _value(tree, section)
            for key, value in declared.items if isinstance(declared, Tree) else ():
                yield key.value, value

    return find


def _merge(old: Node, new: Node, _: Scalar) -> Change:
    """The keys given replace those of the same name; the others stay."""
    assert isinstance(old, Tree)
    assert isinstance(new, Tree)
    given = {key.value: (key, value) for key, value in new.items}
    kept = tuple(given.pop(key.value, (key, value)) for key, value in old.items)
    names = " and ".join(f"`{key.value}`" for key, _ in new.items)
    return Tree((*kept, *given.values()), old.span), f"replaces {names} of the rule"


def _replace_key(word: str, said: str) -> Callable[[Node, Node, Scalar], Change]:
    def change(old: Node, new: Node, _: Scalar) -> Change:
        if not isinstance(old, Tree):
            return old, said
        kept = tuple((key, new if key.value == word else value) for key, value in old.items)
        return Tree(kept, old.span), said

    return change


def _replace_whole(noun: str) -> Callable[[Node, Node, Scalar], Change]:
    return lambda _old, new, _: (new, f"replaces the {noun}")


def _add_invariants(old: Node, new: Node, name: Scalar) -> Change:
    assert isinstance(old, Tree)
    added = new.items if isinstance(new, Sequence) else (new,)
    standing = _value(old, "invariants")
    if isinstance(standing, Sequence):
        grown = Sequence((*standing.items, *added), standing.span)
        items = tuple((key, grown if value is standing else value) for key, value in old.items)
    else:
        items = (*old.items, (evolve(name, value="invariants"), Sequence(added, new.span)))
    return Tree(items, old.span), "adds promises to the decision"


@frozen
class _Kind:
    noun: str
    find: Callable[[Iterable[Tree]], Iterator[tuple[str, Node]]]
    change: Callable[[Node, Node, Scalar], Change]
    adds: bool = False  # to what stands there, so that it may be done more than once


_KINDS = {
    "rules": _Kind("rule", _rules, _merge),
    "texts": _Kind("text", _declared("texts"), _replace_whole("text")),
    "settings": _Kind("setting", _declared("settings"), _replace_key("default", "replaces the default of the setting")),
    "due": _Kind("obligation", _declared("obligations"), _replace_key("due", "replaces the due time of")),
    "invariants": _Kind("decision", _decisions, _add_invariants, adds=True),
    "metrics": _Kind("metric", _declared("metrics"), _replace_whole("metric")),
}
KINDS = tuple(_KINDS)
