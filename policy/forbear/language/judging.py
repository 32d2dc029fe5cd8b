"""The warning that a condition, or a part of one, is always true or always false."""

from __future__ import annotations

from forbear.language import ir
from forbear.language.cases import Questions, always
from forbear.language.infer import Checker
from forbear.language.resolve import known_type, type_within
from forbear.language.scope import Scope
from forbear.language.syntax import Literal, Syntax


def judge(checker: Checker) -> None:
    """Warn of what a checked condition always is: the whole, or each largest part of it that is."""
    if not checker.problems.thorough:
        return
    questions = Questions(type_within(checker.scope), checker.problems)
    told: list[Syntax] = []
    for syntax, expr in reversed(checker.conditions):
        if isinstance(syntax, Literal) or any(_is_inside(syntax, one) for one in told):
            continue
        value = _presence(expr, checker.scope) if isinstance(expr, ir.Has) else always(expr, questions)
        if value is not None:
            told.append(syntax)
            if value:
                checker.warn("always-true", "this is always true", syntax, "leave it out")
            else:
                hint = "write `false` to switch a rule off, or mend the condition"
                checker.warn("always-false", "this is always false", syntax, hint)


def _is_inside(inner: Syntax, outer: Syntax) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _presence(expr: ir.Has, scope: Scope) -> bool | None:
    """`has()` of what is never missing."""
    found = known_type(expr.path, scope)
    return True if found is not None and not found.optional else None
