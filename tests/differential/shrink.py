"""A pack and a request → smaller ones of which something still holds: greedily, one cut at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from attrs import evolve

from differential.trial import Maker, verdict
from forbear.errors import ForbearError
from forbear.evaluate.durable import DurableLimit
from forbear.language import ir
from forbear.language.syntax import Binary, Items, Junction, Syntax, Unary, parse_expression
from forbear.language.types import RecordsType, Type, Value
from strategies.cases import Question
from strategies.facts import Facts, declared_at, entry_attributes
from strategies.packs import Files, build, pack_texts
from strategies.sound import fits
from strategies.yaml_text import Node

ATTEMPTS = 4_000  # packs that are tried; each takes some 20 ms
EXPRESSIONS = ("when", "never", "always", "where")
Small = tuple[Files, Question]
Still = Callable[[ir.Policy, Question], bool]
Cuts = Callable[[Small], Iterator[Small]]


def shrink(files: Files, asked: Question, still: Still, attempts: int = ATTEMPTS) -> Small:
    """The smallest pack and request found of which `still` holds."""
    left = [attempts]

    def holds(small: Small) -> Small | None:
        left[0] -= 1
        return _fitting(small, still) if left[0] >= 0 else None

    best: Small = (files, asked)
    while True:
        before = best
        for cuts in _LEVELS:
            best = _cut(best, cuts, holds)
        if best == before:
            return best


def _cut(best: Small, cuts: Cuts, holds: Callable[[Small], Small | None]) -> Small:
    """Make every cut of one kind that can be made, one after another; where one was made, the next takes its place."""
    n = 0
    while (smaller := next(islice(cuts(best), n, None), None)) is not None:
        found = holds(smaller)
        if found is None:
            n += 1
        else:
            best = found
    return best


def still_wrong(makers: Sequence[Maker]) -> Still:
    """Whether the evaluators still do not all give one sound answer."""

    def still(policy: ir.Policy, asked: Question) -> bool:
        try:
            return bool(verdict(policy, [make(policy) for make in makers], asked))
        except DurableLimit:
            return False

    return still


def _fitting(small: Small, still: Still) -> Small | None:
    """The same with the facts that the pack still asks for, if it still holds of them."""
    files, asked = small
    try:
        policy = build(pack_texts(files))
    except ForbearError:
        return None
    facts = _needed(policy, asked)
    if facts is None:
        return None
    fitting = evolve(asked, facts=facts, degraded=asked.degraded & _asked_of(policy, asked))
    return (files, fitting) if still(policy, fitting) else None


def _asked_of(policy: ir.Policy, asked: Question) -> set[str]:
    """The decisions and rankings that a request asks."""
    plan = policy.plans.get(asked.event)
    return {*plan.decisions, *plan.rankings} if plan is not None else set()


def _needed(policy: ir.Policy, asked: Question) -> Facts | None:
    """The facts of a request that a smaller pack still needs, or None where they no longer fit it."""
    lists: Mapping[str, tuple[str, ...]] = {}
    if asked.event in policy.folds and policy.folds[asked.event].where is not None:
        known = [
            (one.name, one.type, one.optional) for one in entry_attributes(policy, policy.folds[asked.event].entry)
        ]
    elif _asked_of(policy, asked):
        plan = policy.plans[asked.event]
        known = [declared_at(policy, asked.event, path) for path in plan.facts if path not in plan.keyed]
        lists = plan.keyed
    else:
        return None
    facts = {path: asked.facts[path] for path in (*(path for path, _, _ in known), *lists) if path in asked.facts}
    listed = all(_fit_list(policy, over, folds, facts.get(over, ())) for over, folds in lists.items())
    return facts if listed and _fit(known, facts) else None


def _fit(known: Sequence[tuple[str, Type, bool]], values: Mapping[str, Value]) -> bool:
    return all(fits(kind, values[path]) if path in values else optional for path, kind, optional in known)


def _fit_list(policy: ir.Policy, over: str, folds: tuple[str, ...], given: Value) -> bool:
    kind = policy.facts[over].type
    assert isinstance(kind, RecordsType)
    known = [(one.name, one.type, one.optional) for one in kind.fields]
    known += [(path, policy.folds[path].type, policy.folds[path].optional) for path in folds]
    return isinstance(given, tuple) and all(isinstance(one, Mapping) and _fit(known, one) for one in given)


# --- cuts, large ones first


def _fewer_files(small: Small) -> Iterator[Small]:
    files, asked = small
    for name in files:
        yield {other: sections for other, sections in files.items() if other != name}, asked
    if asked.degraded:
        yield files, evolve(asked, degraded=frozenset())


def _less_said(small: Small, depth: int) -> Iterator[Small]:
    files, asked = small
    for name, sections in files.items():
        for cut in _without(sections, depth):
            assert isinstance(cut, dict)
            yield {**files, name: cut}, asked


def _said_shorter(small: Small) -> Iterator[Small]:
    files, asked = small
    for name, sections in files.items():
        for cut in _simpler(sections, ""):
            assert isinstance(cut, dict)
            yield {**files, name: cut}, asked


def _less_given(small: Small) -> Iterator[Small]:
    files, asked = small
    for path, value in asked.facts.items():
        yield files, evolve(asked, facts={other: one for other, one in asked.facts.items() if other != path})
        for less in _less(value):
            yield files, evolve(asked, facts={**asked.facts, path: less})


def _without(node: Node, depth: int) -> Iterator[Node]:
    """The node with one thing left out at a depth."""
    match node:
        case dict() if depth == 1:
            for key in node:
                yield {other: inner for other, inner in node.items() if other != key}
        case list() if depth == 1:
            for n in range(len(node)):
                yield [*node[:n], *node[n + 1 :]]
        case dict():
            for key, inner in node.items():
                for cut in _without(inner, depth - 1):
                    yield {**node, key: cut}
        case list():
            for n, inner in enumerate(node):
                for cut in _without(inner, depth - 1):
                    yield [*node[:n], cut, *node[n + 1 :]]
        case _:
            return


def _simpler(node: Node, key: str) -> Iterator[Node]:
    """The node with one expression made simpler."""
    match node:
        case dict():
            for name, inner in node.items():
                for cut in _simpler(inner, name):
                    yield {**node, name: cut}
        case list():
            for n, inner in enumerate(node):
                for cut in _simpler(inner, key):
                    yield [*node[:n], cut, *node[n + 1 :]]
        case str() if key in EXPRESSIONS:
            yield from _shorter(node)
        case str() if node.startswith("="):
            yield from (f"= {one}" for one in _shorter(node.removeprefix("=")))
        case _:
            return


def _shorter(text: str) -> Iterator[str]:
    """Parts of an expression in the place of the whole, at every level of it."""
    try:
        tree = parse_expression(text)
    except ForbearError:
        return
    for one in ("true", "false", "0"):
        if text.strip() != one:
            yield one
    yield from (cut for cut in _parts(tree, text) if len(cut) < len(text))


def _parts(tree: Syntax, text: str) -> Iterator[str]:
    def put(inner: Syntax, outer: Syntax) -> str:
        return f"{text[: outer.start]}({text[inner.start : inner.end]}){text[outer.end :]}"

    children = _children(tree)
    for child in children:
        yield put(child, tree)
    for child in children:
        yield from _parts(child, text)


def _children(tree: Syntax) -> Sequence[Syntax]:
    match tree:
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Junction(_, parts) | Items(parts):
            return parts
        case _:
            return ()


def _less(value: Value) -> Iterator[Value]:
    """Simpler values in the place of one."""
    match value:
        case bool():
            if value:
                yield False
        case int():
            yield from (one for one in (0, 1, value // 2) if abs(one) < abs(value))
        case tuple():
            for n, inner in enumerate(value):
                yield (*value[:n], *value[n + 1 :])
                if isinstance(inner, dict):
                    for key in inner:
                        if key != "id":
                            yield (*value[:n], {k: v for k, v in inner.items() if k != key}, *value[n + 1 :])
        case _:
            return


_LEVELS: Sequence[Cuts] = (
    _fewer_files,
    *(partial(_less_said, depth=depth) for depth in range(1, 9)),
    _said_shorter,
    _less_given,
)
