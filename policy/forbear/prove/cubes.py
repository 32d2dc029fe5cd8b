"""A case made general: the fewest conditions under which the same is so, whatever else the facts are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import z3
from attrs import frozen

from forbear.engine.pure import type_at
from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, Type, Value, fit
from forbear.language.walk import atoms, given_values, reads
from forbear.prove.both import Both, is_derived, readable
from forbear.prove.moment import SETTING, Moment
from forbear.prove.terms import Reading
from forbear.prove.witness import Witness

MOST_VALUES = 12  # of an enumeration of which each is tried


@frozen
class Literal:
    """A condition of a policy, or of the value of one fact, that holds or fails."""

    expr: ir.Expr
    holds: bool = True

    @property
    def paths(self) -> tuple[str, ...]:
        """What it reads."""
        return tuple(reads(self.expr))

    @property
    def condition(self) -> ir.Expr:
        """The literal as one condition."""
        return self.expr if self.holds else ir.Not(self.expr)


@frozen
class Cube:
    """Literals that hold together."""

    literals: tuple[Literal, ...]

    def term(self, reading: Reading) -> z3.BoolRef:
        """That all of them hold."""
        return z3.And([reading.condition(one.condition) for one in self.literals])


def generalise(both: Both, against: z3.Solver, witness: Witness, names: Iterable[str]) -> Cube | None:
    """The fewest conditions under which what the witness shows is so; None where no conditions of single facts say it.

    `against` holds all that is known, and that it is not so; the conditions are those of the rules, and where they do
    not settle it the values of single facts.
    """
    asked, reading = list(names), both.joint.reading
    model = _pinned(both, witness, both.facts(asked))
    atoms = list(dict.fromkeys(one for moment in (both.before, both.after) for one in _atoms(both, moment, asked)))
    found = _signed(both, against, atoms, model)
    kept = _core(against, reading, found)
    if kept is None:
        kept = _core(against, reading, [*found, *model])
    if kept is None:
        return None
    kept = _fewest(against, reading, sorted(kept, key=_worth))
    for n, one in enumerate(kept):
        if one in model:
            kept[n : n + 1] = _widened(both, against, [*kept[:n], *kept[n + 1 :]], one)
    return Cube(tuple(kept))


# --- the conditions of the rules


def _atoms(both: Both, moment: Moment, names: Iterable[str]) -> Iterator[ir.Expr]:
    """The single conditions of the rules on which decisions depend, of facts and settings alone."""
    every = moment.depends(name for name in names if is_derived(moment, name))
    for name in sorted(every & moment.policy.decisions.keys()):
        for rule in moment.asked(name):
            for part in atoms(rule.when):
                told = given_values(part, moment.settings.fixed)
                if any(True for _ in reads(told)) and all(readable(both.joint, path) for path in reads(told)):
                    yield told


def _signed(both: Both, against: z3.Solver, atoms: Sequence[ir.Expr], model: Sequence[Literal]) -> list[Literal]:
    """The conditions as they are in a case; one that the case leaves open is left out."""
    reading = both.joint.reading
    solver = z3.Solver()
    solver.add([reading.condition(one.condition) for one in model])
    if solver.check() != z3.sat:
        return []
    found: list[Literal] = []
    values = solver.model()
    for one in atoms:
        term = reading.condition(one)
        holds = z3.is_true(values.eval(term, model_completion=True))
        if solver.check(z3.Not(term) if holds else term) == z3.unsat:
            found.append(Literal(one, holds))
    return found


# --- the values of facts


def _pinned(both: Both, witness: Witness, paths: Iterable[str]) -> list[Literal]:
    """Every fact and setting of a case as it is there."""
    joint, found = both.joint, list[Literal]()
    for path in sorted(path for path in paths if path != "event.type" and readable(joint, path)):
        if path.startswith(SETTING):
            if path not in joint.settings.fixed:
                setting = joint.policy.settings[path]
                given = witness.settings.get(path.removeprefix(SETTING))
                value = setting.value if given is None else fit(path, setting.type, given)
                found.append(Literal(ir.Compare("==", ir.Read(path), ir.Constant(value))))
            continue
        kind = type_at(joint.policy, joint.event, path)
        assert kind is not None
        if not z3.is_true(joint.there(path)):
            found.append(Literal(ir.Has(path), path in witness.given))
        if path in witness.given:
            found += _valued(both, witness, path, kind, fit(path, kind, witness.given[path]))
    return found


def _valued(both: Both, witness: Witness, path: str, kind: Type, value: Value) -> Iterator[Literal]:
    if isinstance(kind, ListType):
        assert isinstance(value, tuple)
        held = [*value, *_asked_for(both, witness, path, kind)]
        yield from (Literal(ir.In(ir.Constant(one), ir.Read(path)), one in value) for one in dict.fromkeys(held))
    elif isinstance(kind, BoolType):
        yield Literal(ir.Read(path), value is True)
    else:
        yield Literal(ir.Compare("==", ir.Read(path), ir.Constant(value)))


def _asked_for(both: Both, witness: Witness, path: str, kind: ListType) -> Iterator[Value]:
    """The values of which a list may be asked whether it has them."""
    if isinstance(kind.item, EnumType):
        yield from kind.item.values
    if isinstance(kind.item, BoolType):
        yield from (False, True)
    for moment in (both.before, both.after):
        for name in moment.outcomes:
            for rule in moment.asked(name):
                for part in atoms(rule.when):
                    match part:
                        case ir.In(ir.Constant(value), ir.Read(found)) if found == path:
                            yield value
                        case ir.In(ir.Read(other), ir.Read(found)) if found == path and other in witness.given:
                            yield fit(other, kind.item, witness.given[other])


# --- fewer


def _core(against: z3.Solver, reading: Reading, literals: Iterable[Literal]) -> list[Literal] | None:
    """Literals that settle it together, or None where even all of them do not."""
    marks = {f"kept {n}": one for n, one in enumerate(literals)}
    against.push()
    against.add([z3.Implies(z3.Bool(mark), reading.condition(one.condition)) for mark, one in marks.items()])
    settled = against.check(*(z3.Bool(mark) for mark in marks)) == z3.unsat
    found = [marks[str(one)] for one in against.unsat_core()] if settled else None
    against.pop()
    return found


def _fewest(against: z3.Solver, reading: Reading, literals: list[Literal]) -> list[Literal]:
    """None of the literals can be left out any more; the first are tried first."""
    kept = list(literals)
    for one in literals:
        rest = [other for other in kept if other is not one]
        if _settles(against, reading, rest):
            kept = rest
    return kept[::-1]


def _settles(against: z3.Solver, reading: Reading, literals: Iterable[Literal]) -> bool:
    return bool(against.check(*(reading.condition(one.condition) for one in literals)) == z3.unsat)


def _worth(one: Literal) -> tuple[int, int, int]:
    """What is rather left out: settings, what does not hold, what several facts have to do with each other."""
    setting = any(path.startswith(SETTING) for path in one.paths)
    return 1 - setting, int(one.holds and not isinstance(one.expr, ir.Has)), -len(one.paths)


def _widened(both: Both, against: z3.Solver, others: Sequence[Literal], one: Literal) -> list[Literal]:
    """The value of a fact as far as it may go: from a lowest to a highest number, or one of some values."""
    reading = both.joint.reading
    match one.expr:
        case ir.Compare("==", ir.Read(path) as read, ir.Constant(value)):
            kind = both.joint.policy.settings[path].type if path.startswith(SETTING) else _kind(both, path)
        case _:
            return [one]
    if isinstance(kind, EnumType) and len(kind.values) <= MOST_VALUES:
        known = [value]
        for other in kind.values:
            if other not in known and _settles(against, reading, [*others, _among(read, [*known, other])]):
                known.append(other)
        return [_among(read, known)] if len(known) > 1 else [one]
    if not isinstance(kind, IntType | DecimalType):
        return [one]
    assert isinstance(value, int)
    low = _farthest(kind.low, value, lambda end: [*others, _from(read, end, value)], against, reading)
    high = _farthest(kind.high, value, lambda end: [*others, _from(read, low, end)], against, reading)
    ends = [(">=", low)] if low > kind.low else []
    ends += [("<=", high)] if high < kind.high else []
    return [Literal(ir.Compare(operator, read, ir.Constant(end))) for operator, end in ends]


def _farthest(
    end: int, value: int, within: Callable[[int], list[Literal]], against: z3.Solver, reading: Reading
) -> int:
    """How far from a value towards an end one may go, by halving."""
    if _settles(against, reading, within(end)):
        return end
    good, bad = value, end
    while abs(bad - good) > 1:
        middle = (good + bad) // 2
        if _settles(against, reading, within(middle)):
            good = middle
        else:
            bad = middle
    return good


def _from(read: ir.Read, low: int, high: int) -> Literal:
    ends = (ir.Compare(">=", read, ir.Constant(low)), ir.Compare("<=", read, ir.Constant(high)))
    return Literal(ir.All(ends))


def _among(read: ir.Read, values: Sequence[Value]) -> Literal:
    return Literal(ir.In(read, ir.ListOf(tuple(ir.Constant(one) for one in values))))


def _kind(both: Both, path: str) -> Type | None:
    return type_at(both.joint.policy, both.joint.event, path)
