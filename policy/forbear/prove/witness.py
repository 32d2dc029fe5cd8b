"""A case in facts: taken from a model, made as quiet as it can be, and decided by the evaluators before it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import z3
from attrs import evolve, frozen

from forbear.engine.pure import Answer, decide_facts, type_at
from forbear.errors import EventError
from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, StringType, Type, Value, show
from forbear.ledger.fold import answer
from forbear.prove.candidate import Candidate
from forbear.prove.moment import SETTING, Moment
from forbear.prove.terms import Members, constant, equal

EVALUATORS = ("reference", "compiled")
ANYBODY = "any"  # an id of which nothing matters but that it is there


@frozen
class Witness:
    """A case: the facts of an event, those of them that matter, and the settings that differ from those chosen."""

    event: str
    given: Mapping[str, Any]
    telling: tuple[str, ...]  # paths that are not as quiet as they could be
    settings: Mapping[str, Any]

    def as_test(self, name: str, expect: Mapping[str, Any]) -> dict[str, Any]:
        """The case as a test of a pack."""
        found: dict[str, Any] = {"test": name}
        if self.settings:
            found["settings"] = dict(self.settings)
        return {**found, "given": {"event.type": self.event, **self.given}, "expect": dict(expect)}

    def words(self) -> str:
        """The facts that matter, in a line."""
        told = [f"{path} is {_word(self.given[path])}" for path in self.telling]
        told += [f"setting.{name} is {_word(value)}" for name, value in self.settings.items()]
        return ", ".join(told) or "whatever the facts are"


class Quieting:
    """Takes a case from what a solver allows: each fact is quiet where the question lets it be."""

    def __init__(self, moment: Moment, paths: Iterable[str], candidates: Iterable[Candidate] = ()) -> None:
        self._moment, self._policy = moment, moment.policy
        self._paths = sorted({path for path in paths if self._is_given(path)})
        self._settings = sorted({path for path in paths if path.startswith(SETTING)} - moment.settings.fixed.keys())
        self._candidates = tuple(candidates)

    def _is_given(self, path: str) -> bool:
        """Whether a path is a fact or a fold, which a test gives."""
        moment = self._moment
        known = path in self._policy.folds or path in self._policy.facts or path in self._policy.events[moment.event]
        return known and path != "event.type" and path not in moment.folds

    def take(self, solver: z3.Solver) -> Witness:
        """A case of what the solver has just found satisfiable."""
        solver.push()
        telling = [path for path in self._paths if not self._settle(solver, self._quiet(path))]
        chosen = [path for path in self._settings if not self._settle(solver, [self._as_chosen(path)])]
        for one in self._candidates:
            for name in one.variables:
                if name != "id":
                    self._settle(solver, self._quiet_field(one, name))
        assert solver.check() == z3.sat
        model = solver.model()
        given = {path: self._shown(model, path) for path in self._paths}
        given = {path: value for path, value in given.items() if value is not None}
        for over, ranked in self._ranked(model).items():
            given[over] = ranked
            telling.append(over)
        settings = {
            path.removeprefix(SETTING): self._plain(
                model, self._moment.settings.value(path), self._policy.settings[path].type
            )
            for path in chosen
        }
        solver.pop()
        return Witness(self._moment.event, given, tuple(one for one in telling if one in given), settings)

    def _settle(self, solver: z3.Solver, wishes: list[z3.BoolRef]) -> bool:
        """Add the first wish that can be had; whether it was the first of all."""
        for n, wish in enumerate(wishes):
            if solver.check(wish) == z3.sat:
                solver.add(wish)
                return n == 0
        return False

    def _quiet(self, path: str) -> list[z3.BoolRef]:
        """What a fact would be if nothing depended on it: missing, else its default, else its lowest value."""
        moment, kind = self._moment, type_at(self._policy, self._moment.event, path)
        fold, fact = self._policy.folds.get(path), self._policy.facts.get(path)
        there, term = moment.there(path), moment.value(path)
        assert kind is not None
        missing = [] if z3.is_true(there) else [z3.Not(there)]
        if isinstance(term, Members):
            return [*missing, z3.And([z3.Not(found) for _, found in moment.asked_of.get(path, ())])]
        default = answer(fold, []) if fold is not None else fact.default if fact is not None else None
        wishes = [default] if default is not None else []
        return [*missing, *[equal(term, constant(one, moment.codes)) for one in [*wishes, *lowest(kind)]][:1]]

    def _as_chosen(self, path: str) -> z3.BoolRef:
        settings = self._moment.settings
        return equal(settings.value(path), constant(self._policy.settings[path].value, settings.codes))

    def _quiet_field(self, one: Candidate, name: str) -> list[z3.BoolRef]:
        there, term = one.field_there(name), one.variables[name]
        if not z3.is_true(there):
            return [z3.Not(there)]
        if isinstance(term, Members):
            return []
        kind, _ = one.declared(name)
        return [equal(term, constant(value, self._moment.codes)) for value in lowest(kind)][:1]

    # --- from the model

    def _shown(self, model: z3.ModelRef, path: str) -> Any:
        moment = self._moment
        kind = type_at(self._policy, moment.event, path)
        assert kind is not None
        if not z3.is_true(model.eval(moment.there(path), model_completion=True)):
            return None
        if isinstance(kind, ListType):
            return _items(model, moment.asked_of.get(path, ()), kind, moment.codes)
        return self._plain(model, moment.value(path), kind)

    def _plain(self, model: z3.ModelRef, term: Any, kind: Type) -> Any:
        return show(kind, value_in(model, term, kind, self._moment.codes))

    def _ranked(self, model: z3.ModelRef) -> dict[str, list[dict[str, Any]]]:
        """The candidates, as a test gives them."""
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self._candidates:
            told: dict[str, Any] = {}
            for name in one.every:
                if not z3.is_true(model.eval(one.field_there(name), model_completion=True)):
                    continue
                kind, _ = one.declared(name)
                asked = one.asked_of.get(name, ())
                items = _items(model, asked, kind, self._moment.codes) if isinstance(kind, ListType) else None
                told[name] = items if items is not None else self._plain(model, one.field_value(name), kind)
            found.setdefault(one.ranking.over, []).append(told)
        return found


def _items(model: z3.ModelRef, asked: Iterable[tuple[Any, Any]], kind: ListType, codes: Any) -> list[Any]:
    """The items that a list must hold."""
    held = [item for item, found in asked if z3.is_true(model.eval(found, model_completion=True))]
    return list(dict.fromkeys(show(kind.item, value_in(model, item, kind.item, codes)) for item in held))


def lowest(kind: Type) -> list[Value]:
    """The quietest value of a type, where it has one."""
    match kind:
        case BoolType():
            return [False]
        case IntType(low, high) | DecimalType(_, low, high):
            return [max(low, min(high, 0))]
        case EnumType(values):
            return [values[0]]
        case StringType():
            return [ANYBODY]
        case _:
            return []


def value_in(model: z3.ModelRef, term: Any, kind: Type, codes: Any) -> Value:
    """What a term is in a model."""
    found = model.eval(term, model_completion=True)
    if isinstance(kind, BoolType):
        return z3.is_true(found)
    number = found.as_long()
    if isinstance(kind, IntType | DecimalType):
        return int(number)
    text = str(codes.text(number))
    return text if not isinstance(kind, EnumType) or text in kind.values else kind.values[0]


def with_settings(policy: ir.Policy, settings: Mapping[str, Any]) -> ir.Policy:
    """The policy with some settings chosen otherwise, values as they are inside."""
    chosen = dict(policy.settings)
    for name, value in settings.items():
        one = chosen[SETTING + name]
        places = one.type.places if isinstance(one.type, DecimalType) else 0
        inner = round(value * 10**places) if isinstance(one.type, DecimalType) else value
        chosen[SETTING + name] = evolve(one, value=inner)
    return evolve(policy, settings=chosen)


def replay(policy: ir.Policy, witness: Witness, asked: str) -> list[Answer]:
    """What the evaluators make of a case; empty where it cannot be decided."""
    chosen = with_settings(policy, witness.settings)
    given = {"event.type": witness.event, **witness.given}
    try:
        return [decide_facts(chosen, given, asked=frozenset([asked]), evaluator=one) for one in EVALUATORS]
    except EventError:
        return []


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_word(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_word(one)}' for name, one in value.items())}}}"
    return str(value)
