"""Facts as a host gives them, checked where they are loaded: a decision on good facts pays little for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from forbear.errors import FactError
from forbear.language import ir
from forbear.language.events import EVENT_TYPES
from forbear.language.types import BoolType, EnumType, IntType, RecordsType, Type, Value, describe, fit
from forbear.ledger.fold import answer


def declared(policy: ir.Policy, event: str, path: str) -> ir.Fact | ir.Fold | None:
    """The fact or fold that can be read at a path on a type of event."""
    return policy.folds.get(path) or policy.facts.get(path) or policy.events[event].get(path)


def untold(policy: ir.Policy, event: str, path: str) -> tuple[Value | None, bool]:
    """What stands for a fact or fold that is not given, if anything, and whether that leaves it in doubt."""
    if path == "event.type":
        return event, False
    named = EVENT_TYPES[event].names if event in EVENT_TYPES else ""
    if path == f"event.{named}":
        return "given", False  # some entry is named; which one matters to no rule
    found = declared(policy, event, path)
    if isinstance(found, ir.Fold):
        return answer(found, []), False  # it sees an empty past
    return (None, False) if found is None else (found.default, found.default is None and not found.optional)


@frozen
class Given:
    """What a policy reads of the facts that are given with one type of event."""

    policy: ir.Policy
    event: str

    def kind(self, path: str) -> Type:
        """The type of a fact or fold."""
        found = declared(self.policy, self.event, path)
        assert found is not None
        return found.type

    def inner(self, path: str, value: object) -> Value | None:
        """The inner form of a value, None being a missing one. Raises FactError where it does not fit, or must be
        given."""
        if value is None:
            default, needed = untold(self.policy, self.event, path)
            if needed:
                raise FactError(path, None, describe(self.kind(path)))
            return default
        kind = self.kind(path)
        if isinstance(kind, RecordsType) and isinstance(value, list | tuple):
            return candidates(self.policy, self.event, path, kind, value)
        return fit(path, kind, value)

    def all(self, paths: Sequence[str], given: Mapping[str, object]) -> dict[str, Value]:
        """The inner form of everything at `paths`. Raises FactError for the first that does not fit, else for the first
        that is missing."""
        ordered = sorted(paths, key=lambda path: given.get(path) is None)
        found = {path: self.inner(path, given.get(path)) for path in ordered}
        return {path: value for path, value in found.items() if value is not None}

    def load(self, path: str) -> str:
        """The expression that loads a fact as given, or in its inner form where the two may differ."""
        if not isinstance(self.kind(path), BoolType | IntType | EnumType):
            return f"inner({path!r}, f.get({path!r}))"
        default, needed = untold(self.policy, self.event, path)
        return f"f[{path!r}]" if needed else f"f.get({path!r}, {default!r})"

    def doubt(self, path: str, held: str) -> str:
        """The condition under which a loaded value does not fit, or may have to take another form; or nothing."""
        match self.kind(path):
            case BoolType():
                wrong = f"{held} is not True and {held} is not False"
            case IntType(low, high):
                wrong = f"{held}.__class__ is not int or not {low} <= {held} <= {high}"
            case EnumType(values):
                wrong = f"{held} not in {{{', '.join(map(repr, values))}}}"
            case _:
                return ""
        default, needed = untold(self.policy, self.event, path)
        return f"{held} is not None and ({wrong})" if default is None and not needed else wrong


def candidates(policy: ir.Policy, event: str, path: str, kind: RecordsType, given: Sequence[Any]) -> Value:
    """Candidates, with the folds asked for each given at `history.x`, else those of an empty past."""
    told = [dict(one) if isinstance(one, Mapping) else one for one in given]
    answers: list[dict[str, Value]] = []
    for n, one in enumerate(told):
        found: dict[str, Value] = {}
        for fold in policy.plans[event].keyed.get(path, ()):
            value = one.pop(fold, None) if isinstance(one, dict) else None
            if value is not None:
                found[fold] = fit(f"{path}[{n}].{fold}", policy.folds[fold].type, value)
            elif (empty := answer(policy.folds[fold], [])) is not None:
                found[fold] = empty
        answers.append(found)
    fitted = fit(path, kind, told)
    assert isinstance(fitted, tuple)
    pairs = zip(fitted, answers, strict=True)
    return tuple({**one, **found} for one, found in pairs if isinstance(one, Mapping))
