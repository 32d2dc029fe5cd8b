"""Rankings, drawn: what candidates must satisfy, what they are preferred for, and what is promised of them."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from forbear.language.rankings import SCORE
from forbear.language.types import BoolType
from strategies.assigned import Giver
from strategies.decisions import Head, draw_events, effect_flags
from strategies.expressions import Author, Readable
from strategies.pen import Pen
from strategies.tables import draw_table
from strategies.vocabulary import Vocabulary
from strategies.written import NOTHING
from strategies.yaml_text import Node

NAMES = ("advisor", "k0", "ranked_")


def draw_rankings(pen: Pen, words: Vocabulary, heads: Sequence[Head], *, careless: bool = False) -> dict[str, Node]:
    """Name → ranking, as in its file."""
    if not words.lists:
        return {}
    return {name: _ranking(pen, words, heads, name, careless) for name in pen.some(NAMES, pen.pick((0, 1, 1)), 2)}


def _ranking(pen: Pen, words: Vocabulary, heads: Sequence[Head], name: str, careless: bool) -> Node:
    events = tuple(pen.some(heads[0].asked_on, 1, 2)) if heads and pen.chance(80) else tuple(draw_events(pen, words))
    over = pen.pick(tuple(words.lists))
    around = _readable(words, heads, events)
    own = tuple(_candidate(words, over, "candidate"))
    names = (*around, *own * 3)  # mostly it asks about candidates
    node: dict[str, Node] = {"decision": name, "asked_on": list(events), "over": over, "fallback": "as_given"}
    known = NOTHING
    if pen.chance(70):
        node["require"], known = _require(pen, names, careless)
    if "require" not in node or pen.chance(70):
        node["prefer"] = _prefer(pen, own if pen.chance(60) else names, known)
    invariants = [_invariant(pen, words, heads, events, over) for _ in range(pen.number(0, 2))]
    return {**node, "invariants": invariants} if invariants else node


def _require(pen: Pen, names: tuple[Readable, ...], careless: bool) -> tuple[Node, frozenset[str]]:
    """Each requirement may rely on those before it."""
    table = draw_table(pen, names, {}, "q") if pen.chance(20) else None
    if table is not None:
        return table, NOTHING
    known = NOTHING
    rules: list[Node] = []
    for n in range(pen.number(1, 3)):
        when = Author(pen, names, careless=careless).condition(known)
        known |= when.when_true
        rules.append({"rule": f"q{n}", "when": when.forbear})
    return rules, known


def _prefer(pen: Pen, names: tuple[Readable, ...], known: frozenset[str]) -> Node:
    """Each adds a number; one that stands under a condition may rely on it."""
    table = draw_table(pen, names, {"add": pen.number(-3, 9)}, "p") if pen.chance(20) else None
    if table is not None:
        return table
    rules: list[Node] = []
    for n in range(pen.number(1, 3)):
        rule: dict[str, Node] = {"rule": f"p{n}"}
        inside = known
        if not pen.chance(15):
            when = Author(pen, names).condition(known)
            rule["when"] = when.forbear
            inside |= when.when_true
        add = pen.number(1, 9) if pen.chance(60) else Giver(pen, names, inside).give(SCORE)
        rules.append({**rule, "add": add})
    return rules


def _invariant(
    pen: Pen, words: Vocabulary, heads: Sequence[Head], asked_on: tuple[str, ...], over: str
) -> Node:  # fmt: skip
    """A promise about each candidate, about two in their order, or about the event alone."""
    events = tuple(pen.some(asked_on, 1, len(asked_on)))
    spaces = pen.pick((("candidate",), ("ahead", "behind"), ()))
    about = [one for space in spaces for one in _candidate(words, over, space)]
    if spaces == ("candidate",):
        about += [Readable("candidate.ranked", BoolType())] * 3
    names = (*_readable(words, heads, events), *effect_flags(words), *about * 3)
    return {pen.pick(("never", "always")): Author(pen, names).condition().forbear, "because": "We promise."}


def _readable(words: Vocabulary, heads: Sequence[Head], events: tuple[str, ...]) -> tuple[Readable, ...]:
    """What may be read on all the events, decisions too."""
    return (*words.readable(events), *(one.readable for one in heads if set(events) <= set(one.asked_on)))


def _candidate(words: Vocabulary, over: str, space: str) -> list[Readable]:
    """What a candidate of a list has, under a name."""
    return [evolve(one, path=f"{space}.{one.path}") for one in (*words.lists[over], *words.keyed)]
