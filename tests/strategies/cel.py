"""Conditions as Forbear and as an implementation of CEL by others (`cel`) read them, with values for both.

What is bound how, the same for every expression:
- a fact, setting or fold `a.b.c` as nested maps; every map on the way exists, if only empty, so that `has()` works;
- a decision `x` as `decision.x`, and inside a fold's `where` an attribute `x` as `entry.x`: CEL's `has()` needs a dot;
- a decimal as an integer scaled by 10**9, whatever its places, and so is each number that it is compared with.
Nothing else differs between the two texts (`strategies.written`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

from attrs import frozen
from hypothesis import strategies as st

from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, StringType, Type, Value
from strategies.expressions import Author, Readable
from strategies.facts import Facts, constants, values
from strategies.kinds import declare
from strategies.packs import MANIFEST, build, plain_obligations
from strategies.pen import Pen
from strategies.sampling import pool
from strategies.vocabulary import vocabulary
from strategies.written import CEL_PLACES, Written
from strategies.yaml_text import Node, yaml_text

EVENT = "utterance"
DECISIONS = (
    Readable("mood", EnumType(("mild", "firm", "harsh")), space="decision"),
    Readable("tags", ListType(EnumType(("firm", "none"))), space="decision"),
    Readable("sure", BoolType(), space="decision"),
    Readable("much", IntType(-5, 5), space="decision"),
    Readable("share", DecimalType(2, 0, 100), space="decision"),
    Readable("who", StringType(), space="decision"),
)
ENTRY = (
    Readable("ended", BoolType(), space="entry"),
    Readable("channel", StringType(), True, "entry"),
    Readable("age", IntType(0, 2**40, "seconds"), space="entry"),
    Readable("id", StringType(), space="entry"),
)


@frozen
class Conditions:
    """Some conditions, a number and a fold's `where`, with the policy in which they stand."""

    policy: ir.Policy
    written: tuple[Written, ...]
    number: Written
    where: Written
    names: tuple[Readable, ...]


@st.composite
def conditions(draw: st.DrawFn) -> Conditions:
    """A pack whose rules are the drawn conditions."""
    return write_conditions(Pen(draw), 5)


def write_conditions(pen: Pen, number_of: int) -> Conditions:
    """A pack whose rules are so many conditions."""
    words = vocabulary(pen)
    names = (*words.readable((EVENT,)), *DECISIONS)
    author = Author(pen, names)
    written = tuple(author.condition(depth=3) for _ in range(number_of))
    number = author.whole("", frozenset(), 3)
    where = Author(pen, [*ENTRY, *(one for one in words.everywhere if one.setting)]).condition()
    decisions: list[Node] = [_decision(one.path, one.type, []) for one in DECISIONS]
    for n, one in enumerate(written):
        decisions.append(_decision(f"q{n}", BoolType(), [{"rule": "r", "when": one.forbear, "then": True}]))
    widest = IntType(max(number.low, -(2**53) + 1), min(number.high, 2**53 - 1))
    if widest.low != number.low or widest.high != number.high:
        number, widest = Written(("0",)), IntType(0, 0)
    decisions.append(_decision("number", widest, [{"rule": "r", "then": f"= {number.forbear}"}]))
    sections = {**words.sections, "decisions": decisions, "obligations": plain_obligations(words)}
    history = sections["history"]
    assert isinstance(history, dict)
    sections["history"] = {**history, "asked": {"any": "contact", "where": where.forbear}}
    text = "\n".join(f"{key}: {yaml_text(node)}" for key, node in sections.items() if node)
    return Conditions(build({"pack.yaml": MANIFEST, "all.yaml": text}), written, number, where, names)


def _decision(name: str, kind: Type, rules: list[Node]) -> Node:
    plain: dict[type[Type], Node] = {BoolType: False, DecimalType: 0, StringType: "a"}
    node: dict[str, Node] = {"decision": name, "asked_on": [EVENT]}
    if isinstance(kind, ListType):
        return {**node, "hit": "collect", "outcome": declare(kind.item), "fallback": [], "rules": rules}
    fallback = (
        kind.values[0] if isinstance(kind, EnumType) else kind.low if isinstance(kind, IntType) else plain[type(kind)]
    )
    closing: list[Node] = [] if name == "number" else [{"otherwise": fallback}]
    return {**node, "outcome": declare(kind), "fallback": fallback, "rules": [*rules, *closing]}


def environments(given: Conditions) -> st.SearchStrategy[Facts]:
    """A value for every name; what is optional may be absent, settings are as chosen."""
    hints = constants(given.policy)
    free = [one for one in given.names if not one.setting]
    required = {one.path: values(one.type, hints) for one in free if not one.optional}
    optional = {one.path: values(one.type, hints) for one in free if one.optional}
    settings = {path: one.value for path, one in given.policy.settings.items()}
    return st.fixed_dictionaries(required, optional=optional).map(lambda drawn: {**settings, **drawn})


def sampled(given: Conditions, random: Random, number_of: int) -> list[Facts]:
    """So many environments, by a seeded generator."""
    hints = constants(given.policy)
    free = [(one, pool(one.type, hints, random)) for one in given.names if not one.setting]
    settings = {path: one.value for path, one in given.policy.settings.items()}
    found: list[Facts] = []
    for _ in range(number_of):
        there = [(one.path, pool_) for one, pool_ in free if not (one.optional and random.random() < 0.4)]
        found.append({**settings, **{path: random.choice(pool_) for path, pool_ in there}})
    return found


def bind(names: Iterable[Readable], environment: Mapping[str, Value]) -> dict[str, object]:
    """The environment as CEL sees it."""
    bound: dict[str, object] = {"decision": {}, "entry": {}, "setting": {}}
    for one in names:
        *spaces, name = (f"{one.space}.{one.path}" if one.space else one.path).split(".")
        place = bound
        for space in spaces:
            inner = place.setdefault(space, {})
            assert isinstance(inner, dict)
            place = inner
        if one.path in environment:
            place[name] = _outside(one.type, environment[one.path])
    return bound


def _outside(kind: Type, value: Value) -> object:
    if isinstance(kind, DecimalType) and isinstance(value, int):
        return value * 10 ** (CEL_PLACES - kind.places)
    if isinstance(kind, ListType) and isinstance(value, tuple):
        return [_outside(kind.item, one) for one in value]
    return value
