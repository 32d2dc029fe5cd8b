"""Expressions, conditions and values as they stand in a pack: parsed, checked, and placed in the file."""

from __future__ import annotations

import re

from attrs import evolve

from forbear.errors import FactError, PackError
from forbear.language import ir
from forbear.language.infer import Checker, named
from forbear.language.judging import judge
from forbear.language.problems import Problems
from forbear.language.resolve import events_with
from forbear.language.scope import Names, Scope, Typed
from forbear.language.shape import PATH, did_you_mean
from forbear.language.syntax import Syntax, SyntaxProblem, parse_expression
from forbear.language.traps import quoted
from forbear.language.tree import Mapping, Node, Scalar, scalar_value, words
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, StringType, Type, describe, fit

MAX_EXPRESSIONS = 500_000  # characters, of all expressions of a pack

_HAS = re.compile(r"\bhas\(\s*([\w.]+)\s*\)")


def check_expression(scalar: Scalar, scope: Scope, problems: Problems, shift: int = 0) -> Typed | None:
    """Parse and check an expression that stands in a scalar from character `shift` on."""
    syntax = _parse(scalar, problems, shift)
    return None if syntax is None else Checker(scope, scalar, problems, shift).check(syntax, scope.known)


def _parse(scalar: Scalar, problems: Problems, shift: int = 0) -> Syntax | None:
    if scalar.broken:
        return None
    text = scalar.value[shift:]
    if not text.strip():
        problems.error("expression-syntax", "an expression is missing", scalar.span, "write one, or leave the key out")
        return None
    problems.expressions += len(text)
    if problems.expressions > MAX_EXPRESSIONS:
        message = f"the expressions have more than {MAX_EXPRESSIONS:,} characters in all"
        problems.error("pack-too-large", message, scalar.span, "make two packs of it")
        raise PackError(problems.errors)
    try:
        return parse_expression(text)
    except SyntaxProblem as problem:
        place = scalar.at(problem.offset + shift, problem.length)
        hint = problem.hint
        if scalar.plain and scalar.source.text[scalar.end :].lstrip(" \t").startswith("#"):
            hint = f"YAML takes what follows ` #` as a comment; quote the whole: {quoted(_with_comment(scalar))}"
        problems.error("expression-syntax", problem.message, place, hint)
        return None


def _with_comment(scalar: Scalar) -> str:
    line = scalar.source.span(scalar.start)
    return line.text[line.column - 1 :].rstrip(" }]")


def asked_about(node: Node) -> frozenset[str]:
    """The paths that the conditions in a node ask has() of, also where they are broken."""
    return frozenset(path for word in words(node) for path in _HAS.findall(word))


def check_condition(node: Node, scope: Scope, problems: Problems) -> Typed | None:
    """An expression that is true or false."""
    if not isinstance(node, Scalar):
        hint = "quote the expression as a whole: '…'"
        problems.error("wrong-shape", "a condition is one expression", node.span, hint)
        return None
    syntax = _parse(node, problems)
    checker = Checker(scope, node, problems)
    typed = checker.check(syntax, scope.known) if syntax is not None else None
    if typed is None:
        return None
    if not isinstance(typed.type, BoolType):
        message = f"a condition is true or false; this is {describe(typed.type)}"
        problems.error("type-mismatch", message, node.span, "compare it with something")
        return None
    judge(checker)
    return typed


def events_for(node: Node, events: tuple[str, ...], names: Names) -> tuple[str, ...]:
    """Those of the events on which every decision and fact of a condition is there."""
    syntax = _parse(node, Problems()) if isinstance(node, Scalar) else None
    there = [events_with(path, names) for path in set(named(syntax))] if syntax is not None else []
    return tuple(event for event in events if all(event in one for one in there))


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
    if not isinstance(node, Scalar) and not isinstance(kind, ListType):
        problems.error("wrong-shape", f"this is one value: {describe(kind)}", node.span, "write the value alone")
        return None
    try:
        return ir.Constant(fit("value", kind, plain(node)))
    except FactError as error:
        if isinstance(kind, EnumType) and isinstance(node, Scalar):
            hint = did_you_mean(node.value, kind.values)
            problems.error("unknown-value", f"there is no value `{node.value}` here", node.span, hint)
        else:
            problems.error("wrong-value", f"this is not {error.expected}", node.span, _value_hint(node, kind))
        return None


def _value_hint(node: Node, kind: Type) -> str:
    if isinstance(kind, StringType):
        if isinstance(node, Scalar) and node.plain and node.value:
            return f'to mean the text, quote it: "{node.value}"'
        return "write a text"
    if isinstance(node, Scalar) and "." in node.value and PATH.fullmatch(node.value):
        return f"to read it, write = {node.value}"
    if isinstance(kind, BoolType):
        return "write true or false; yes and no are texts"
    if isinstance(kind, ListType):
        return "write [a, b]"
    return "write a value in this range, or change the type"


def check_assigned(node: Scalar, scope: Scope, problems: Problems, *, optional: bool) -> Typed | None:
    """The expression behind `=`."""
    shift = _behind_sign(node)
    path = node.value[shift:].strip()
    if optional and PATH.fullmatch(path):
        scope = evolve(scope, known=scope.known | {path})
    return check_expression(node, scope, problems, shift)


def _behind_sign(node: Scalar) -> int:
    return len(node.value) - len(node.value[1:].lstrip())


def _assign(node: Scalar, typed: Typed, kind: Type, problems: Problems) -> ir.Expr | None:
    """The expression as a value of `kind`, if every value it may have fits."""
    shift = _behind_sign(node)
    place = node.at(shift, len(node.value.rstrip()) - shift)
    if isinstance(kind, EnumType) and isinstance(typed.expr, ir.Constant) and isinstance(typed.type, StringType):
        word = str(typed.expr.value)
        if word in kind.values:
            return typed.expr
        problems.error("unknown-value", f"there is no value `{word}` here", place, did_you_mean(word, kind.values))
        return None
    if not _always_fits(typed.type, kind):
        message = f"{describe(typed.type)} may not fit: {describe(kind)} is needed"
        problems.error("type-mismatch", message, place, "choose a value that always fits")
        return None
    given, wanted = typed.unit, kind.unit if isinstance(kind, IntType | DecimalType) else None
    if given and wanted and given != wanted and not typed.literal:
        problems.error("unit-mismatch", f"this is in {given}; {wanted} are needed", place, "give both the same unit")
        return None
    return typed.expr


def _always_fits(given: Type, wanted: Type) -> bool:
    match given, wanted:
        case (BoolType(), BoolType()) | (StringType(), StringType()) | (EnumType(), StringType()):
            return True
        case EnumType(ours), EnumType(theirs):
            return set(ours) <= set(theirs)
        case (IntType(low, high), IntType(lowest, highest)):
            return lowest <= low and high <= highest
        case (DecimalType(places, low, high), DecimalType(theirs, lowest, highest)):
            return places == theirs and lowest <= low and high <= highest
        case ListType(ours), ListType(theirs):
            return _always_fits(ours, theirs)
        case _:
            return False


def plain(node: Node) -> object:
    """A node as plain data."""
    if isinstance(node, Scalar):
        return scalar_value(node)
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node.items}
    return [plain(item) for item in node.items]
