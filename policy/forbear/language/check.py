"""Expressions, conditions and values as they stand in a pack: parsed, checked, and placed in the file."""

from __future__ import annotations

from attrs import evolve

from forbear.errors import FactError
from forbear.language import ir
from forbear.language.infer import Checker
from forbear.language.scope import Scope, Typed
from forbear.language.shape import PATH, did_you_mean
from forbear.language.source import Problems
from forbear.language.syntax import SyntaxProblem, parse_expression
from forbear.language.tree import Mapping, Node, Scalar, scalar_value
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, StringType, Type, describe, fit


def check_expression(scalar: Scalar, scope: Scope, problems: Problems, shift: int = 0) -> Typed | None:
    """Parse and check an expression that stands in a scalar from character `shift` on."""
    if scalar.broken:
        return None
    text = scalar.value[shift:]
    if not text.strip():
        problems.error("expression-syntax", "an expression is missing", scalar.span)
        return None
    try:
        syntax = parse_expression(text)
    except SyntaxProblem as problem:
        place = scalar.at(problem.offset + shift, problem.length)
        problems.error("expression-syntax", problem.message, place, problem.hint)
        return None
    return Checker(scope, scalar, problems, shift).check(syntax, scope.known)


def check_condition(node: Node, scope: Scope, problems: Problems) -> Typed | None:
    """An expression that is true or false."""
    if not isinstance(node, Scalar):
        hint = "quote the expression as a whole: when: '…'"
        problems.error("wrong-shape", "a condition is one expression", node.span, hint)
        return None
    typed = check_expression(node, scope, problems)
    if typed is None:
        return None
    if not isinstance(typed.type, BoolType):
        problems.error(
            "type-mismatch", f"a condition is true or false; this is {describe(typed.type)}", node.span, "compare it"
        )
        return None
    return typed


def check_value(node: Node, kind: Type, scope: Scope, problems: Problems, *, optional: bool = False) -> ir.Expr | None:
    """A plain value, or an expression behind `=`, that always fits `kind`.

    Where the value is `optional`, the expression may be the plain path of something that may be missing.
    """
    if isinstance(node, Scalar) and node.broken:
        return None
    if isinstance(node, Scalar) and node.value.startswith("="):
        typed = check_assigned(node, scope, problems, optional=optional)
        if typed is None:
            return None
        return _assign(node, typed, kind, problems)
    try:
        return ir.Constant(fit("value", kind, plain(node)))
    except FactError as error:
        values = kind.values if isinstance(kind, EnumType) else ()
        word = node.value if isinstance(node, Scalar) else ""
        hint = did_you_mean(word, values) if values else ""
        message = f"there is no value `{word}` here" if values else f"this is not {error.expected}"
        problems.error("unknown-value" if values else "wrong-value", message, node.span, hint)
        return None


def check_assigned(node: Scalar, scope: Scope, problems: Problems, *, optional: bool) -> Typed | None:
    """The expression behind `=`."""
    shift = len(node.value) - len(node.value[1:].lstrip())
    path = node.value[shift:].strip()
    if optional and PATH.fullmatch(path):
        scope = evolve(scope, known=scope.known | {path})
    return check_expression(node, scope, problems, shift)


def _assign(node: Scalar, typed: Typed, kind: Type, problems: Problems) -> ir.Expr | None:
    """The expression as a value of `kind`, if every value it may have fits."""
    fits = False
    match typed.type, kind:
        case (BoolType(), BoolType()) | (StringType(), StringType()) | (EnumType(), StringType()):
            fits = True
        case StringType(), EnumType(values) if isinstance(typed.expr, ir.Constant):
            fits = typed.expr.value in values
        case EnumType(ours), EnumType(theirs):
            fits = set(ours) <= set(theirs)
        case (IntType(low, high), IntType(lowest, highest)):
            fits = lowest <= low and high <= highest
        case (DecimalType(ours, low, high), DecimalType(theirs, lowest, highest)):
            fits = ours == theirs and lowest <= low and high <= highest
        case ListType(ours), ListType(theirs):
            fits = (
                ours == theirs
                or (isinstance(ours, EnumType)
                and isinstance(theirs, EnumType)
                and (set(ours.values) <= set(theirs.values)))
            )
    if fits:
        return typed.expr
    message = f"{describe(typed.type)} may not fit: {describe(kind)} is needed"
    problems.error("type-mismatch", message, node.at(1, len(node.value) - 1))
    return None


def plain(node: Node) -> object:
    """A node as plain data."""
    if isinstance(node, Scalar):
        return scalar_value(node)
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node.items}
    return [plain(item) for item in node.items]
