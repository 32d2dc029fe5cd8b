"""What each decision reads, as Mermaid graphs of decisions and folds; facts and settings are left out."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from forbear.describe.markdown import plain
from forbear.describe.own import Pack
from forbear.language import ir
from forbear.language.walk import reads, rule_expressions

MOST = 25  # nodes of one graph, where its parts can be told apart


@frozen
class Part:
    """Some decisions of a pack with all that they read: other decisions and folds."""

    title: str
    reads: dict[str, tuple[str, ...]]

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node, each once."""
        return tuple(dict.fromkeys(one for name, read in self.reads.items() for one in (name, *read)))


def graph_section(pack: Pack) -> Iterator[str]:
    """One graph, or several where one would not be readable."""
    own = {one.name for one in pack.decided}
    parts = _parts(pack)
    for part in parts:
        if len(parts) > 1:
            yield from (f"**{plain(part.title)}**", "")
        yield from ("```mermaid", "flowchart LR")
        yield from (f"  {_node(name, pack.policy, own)}" for name in part.nodes)
        yield from (f"  {' & '.join(map(_id, read))} --> {_id(name)}" for name, read in part.reads.items() if read)
        grave = [name for name in part.reads if name in pack.policy.decisions and pack.policy.decisions[name].grave]
        if grave:
            yield "  classDef grave stroke-width:4px"
            yield f"  class {','.join(_id(name) for name in grave)} grave"
        yield from ("```", "")


def _parts(pack: Pack) -> list[Part]:
    """The decisions of a pack in one graph, or by the files in which they stand, those that share most together."""
    everything = {one.name: _read_by(one.name, pack.policy) for one in pack.decided}
    whole = Part("", everything)
    if len(whole.nodes) <= MOST:
        return [whole] if everything else []
    files: dict[str, dict[str, tuple[str, ...]]] = {}
    for one in pack.decided:
        files.setdefault(one.file.removesuffix(".yaml"), {})[one.name] = everything[one.name]
    found: list[Part] = []
    for file, inside in files.items():
        for some in _cut(inside):
            part = Part(file, some)
            nearest = _nearest(part, found)
            if nearest is None:
                found.append(part)
            else:
                found[nearest] = _together(found[nearest], part)
    return found


def _nearest(part: Part, found: list[Part]) -> int | None:
    """Which of some parts shares most nodes with another one, of those with which it fits into one graph."""
    fitting = [n for n, one in enumerate(found) if len({*one.nodes, *part.nodes}) <= MOST]
    return max(fitting, key=lambda n: len({*found[n].nodes} & {*part.nodes}), default=None)


def _together(one: Part, other: Part) -> Part:
    titles = dict.fromkeys([*one.title.split(", "), *other.title.split(", ")])
    return Part(", ".join(titles), {**one.reads, **other.reads})


def _cut(inside: dict[str, tuple[str, ...]]) -> Iterator[dict[str, tuple[str, ...]]]:
    """The decisions of a file, as many at a time as one graph holds."""
    some: dict[str, tuple[str, ...]] = {}
    for name, read in inside.items():
        if some and len(Part("", {**some, name: read}).nodes) > MOST:
            yield some
            some = {}
        some[name] = read
    yield some


def _read_by(name: str, policy: ir.Policy) -> tuple[str, ...]:
    """The decisions and folds that a decision or ranking reads, in the order of its rules."""
    found: dict[str, None] = {}
    for expr in _expressions(name, policy):
        for path in reads(expr):
            known = path.removeprefix(ir.CANDIDATE)
            if (known in policy.folds or known in policy.decisions) and known != name:
                found[known] = None
    return tuple(found)


def _expressions(name: str, policy: ir.Policy) -> Iterator[ir.Expr | None]:
    if name in policy.rankings:
        yield from rule_expressions(policy.rankings[name])
        return
    decision = policy.decisions[name]
    yield from (decision.fallback, decision.otherwise, *rule_expressions(decision))


def _id(name: str) -> str:
    return "n_" + name.replace(".", "__")


def _node(name: str, policy: ir.Policy, own: set[str]) -> str:
    """Folds are cylinders, rankings hexagons, decisions of packs below rounded, this pack's own boxes."""
    if name in policy.folds:
        return f'{_id(name)}[("{name.removeprefix("history.")}")]'
    if name in policy.rankings:
        return f'{_id(name)}{{{{"{name}"}}}}'
    return f'{_id(name)}["{name}"]' if name in own else f'{_id(name)}(["{name}"])'
