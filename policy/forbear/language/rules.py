"""What decisions and rankings have in common: new names, the words around a condition, and invariants."""

from __future__ import annotations

import re
from collections.abc import Mapping as Mapping_

from attrs import evolve, frozen

from forbear.language import ir
from forbear.language.check import check_condition, events_for
from forbear.language.scope import Names, Scope
from forbear.language.shape import RULE_NAME, Shape
from forbear.language.tree import Mapping, Node, Scalar
from forbear.language.walk import reads

PROMISES = ("never", "always", "throughout")
_CANDIDATE = re.compile(r"\bcandidate\b")


@frozen
class Reasons:
    """A rule's name, why it holds in every language, and where that is written down."""

    name: str
    because: Mapping_[str, str]
    source: str
    key: Scalar


def new_name(shape: Shape, names: Names, keys: Mapping_[str, Node]) -> Scalar | None:
    """The name of a decision or ranking, if nothing has it already; what cannot be named is lost to its readers."""
    node = keys.get("decision")
    if node is None:
        return None
    if shape.name(node, "a decision's name") is None or not isinstance(node, Scalar):
        shape.lose(node)
        return None
    if any(node.value in known for known in (names.decisions, names.ranked, names.facts, names.broken)):
        hint = "leave one of them out, or rename it"
        shape.error("duplicate-name", f"`{node.value}` is declared already", node.span, hint)
        return None
    return node


def read_reasons(shape: Shape, keys: Mapping_[str, Node], seen: set[str]) -> Reasons | None:
    """The words around a rule's condition; `seen` holds the names that are taken, and gets this one."""
    key = keys.get("rule")
    name = shape.name(key, "a rule's name", RULE_NAME) if key is not None else None
    because = shape.languages(keys["because"], "`because`") if "because" in keys else {}
    source = shape.text(keys["source"], "`source`") if "source" in keys else None
    if name is None or not isinstance(key, Scalar):
        return None
    if name in seen:
        shape.error("duplicate-name", f"there is a rule `{name}` already", key.span, "rename one of them")
    seen.add(name)
    said = {language: one.value for language, one in because.items()}
    return Reasons(name, said, source.value if source is not None else "", key)


def read_invariants(
    shape: Shape, keys: Mapping_[str, Node], decision: str, asked_on: tuple[str, ...], scope: Scope
) -> list[ir.Invariant]:
    """The invariants that stand in the file of a decision or ranking."""
    listed = shape.items(keys["invariants"], "`invariants`") if "invariants" in keys else ()
    read = [_invariant(shape, node, f"{decision}#{n}", decision, asked_on, scope) for n, node in enumerate(listed, 1)]
    return [one for one in read if one is not None]


def _invariant(
    shape: Shape, node: Node, name: str, decision: str, asked_on: tuple[str, ...], scope: Scope
) -> ir.Invariant | None:
    """A promise, asked on those events of its decision on which all that it reads is there."""
    keys = shape.keys(node, "an invariant", required=("because",), optional=(*PROMISES, "source"))
    kinds = [kind for kind in PROMISES if kind in keys]
    if len(kinds) != 1:
        unknown = isinstance(node, Mapping) and len(keys) < len(node.items)
        if keys and not unknown:
            message = f"an invariant has one of {', '.join(f'`{kind}`' for kind in PROMISES)}"
            shape.error("missing-key", message, node.span, "never: '…', say")
        return None
    condition = keys[kinds[0]]
    events = events_for(condition, asked_on, scope.names) or asked_on
    typed = check_condition(condition, evolve(scope, events=events), shape.problems)
    because = shape.text(keys["because"], "`because`") if "because" in keys else None
    source = shape.text(keys["source"], "`source`") if "source" in keys else None
    if typed is None or because is None or not isinstance(condition, Scalar):
        return None
    spaces = {path.partition(".")[0] for path in reads(typed.expr)} & set(scope.spaces)
    pair = "candidate" not in spaces
    if spaces and not pair and len(spaces) > 1:
        word = _CANDIDATE.search(condition.value)
        place = condition.at(word.start(), len(word.group())) if word else condition.span
        message = "an invariant speaks of one candidate, or of two as `ahead` and `behind`"
        shape.error("not-a-candidate", message, place, "write two invariants")
        return None
    return ir.Invariant(
        name,
        decision,
        events,
        kinds[0] == "never",
        typed.expr,
        because.value,
        source.value if source is not None else "",
        condition.span,
        "" if not spaces else "pair" if pair else "candidate",
        kinds[0] == "throughout",
    )
