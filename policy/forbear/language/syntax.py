"""Expression text → syntax tree with offsets. The grammar is a strict subset of CEL's."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import cast

from attrs import frozen
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from forbear.errors import ForbearError

MAX_LENGTH = 5_000
MAX_PARENTHESES = 40
MAX_ARITHMETIC = 60

_GRAMMAR = r"""
?start: either
?either: both ("||" both)*           -> either
?both: relation ("&&" relation)*     -> both
?relation: sum
    | sum COMPARE sum                -> compare
    | sum IN sum                     -> within
?sum: product
    | sum PLUS product               -> arithmetic
    | sum MINUS product              -> arithmetic
?product: unary
    | product TIMES unary            -> arithmetic
?unary: primary
    | NOT unary                      -> negation
    | MINUS unary                    -> minus
?primary: "(" either ")"             -> group
    | "[" [either ("," either)*] "]" -> items
    | HAS "(" PATH ")"               -> has
    | PATH                           -> name
    | (TRUE | FALSE)                 -> truth
    | NUMBER                         -> number
    | STRING                         -> string

COMPARE: "==" | "!=" | "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
NOT: "!"
IN.2: /in(?![A-Za-z0-9_.])/
HAS.2: /has(?![A-Za-z0-9_.])/
TRUE.2: /true(?![A-Za-z0-9_.])/
FALSE.2: /false(?![A-Za-z0-9_.])/
PATH: /[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*/
NUMBER: /[0-9]{1,30}(\.[0-9]{1,30})?(?![A-Za-z0-9_.])/
STRING: /"[^"\\\n\r]*"|'[^'\\\n\r]*'/
%ignore /[ \t\r\n]+/
"""


@frozen
class Name:
    """A dotted path, or the bare name of a decision."""

    path: str
    start: int
    end: int


@frozen
class Literal:
    """A constant as written."""

    value: bool | int | Decimal | str
    start: int
    end: int


@frozen
class Items:
    """A list of expressions."""

    items: tuple[Syntax, ...]
    start: int
    end: int


@frozen
class HasCall:
    """`has(path)`."""

    path: str
    start: int
    end: int


@frozen
class Unary:
    """`!x` or `-x`."""

    operator: str
    operand: Syntax
    start: int
    end: int


@frozen
class Binary:
    """A comparison, `in`, or arithmetic."""

    operator: str
    left: Syntax
    right: Syntax
    start: int
    end: int


@frozen
class Junction:
    """`a && b && …` or `a || b || …`."""

    operator: str
    parts: tuple[Syntax, ...]
    start: int
    end: int


Syntax = Name | Literal | Items | HasCall | Unary | Binary | Junction


class SyntaxProblem(ForbearError):
    """An expression does not follow the grammar; `offset` and `length` mark the word."""

    def __init__(self, message: str, offset: int, length: int, hint: str = "") -> None:
        self.message, self.offset, self.length, self.hint = message, offset, length, hint
        super().__init__(message)


def parse_expression(text: str) -> Syntax:
    """The syntax tree of an expression. Raises SyntaxProblem with the place of the offending word."""
    if len(text) > MAX_LENGTH:
        raise SyntaxProblem(f"the expression is longer than {MAX_LENGTH:,} characters", 0, 1, "split the rule")
    depth = 0
    for offset, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth > MAX_PARENTHESES:
            raise SyntaxProblem(f"nested deeper than {MAX_PARENTHESES} brackets", offset, 1, "split the rule")
    if sum(text.count(sign) for sign in "+-*") > MAX_ARITHMETIC:
        raise SyntaxProblem(f"more than {MAX_ARITHMETIC} arithmetic signs", 0, 1, "split the rule")
    for run in ("!" * (MAX_PARENTHESES + 1), "-" * (MAX_PARENTHESES + 1)):
        if run in text.replace(" ", ""):
            raise SyntaxProblem(f"more than {MAX_PARENTHESES} `{run[0]}` in a row", 0, 1)
    try:
        return cast(Syntax, _Tree().transform(_parser().parse(text)))
    except UnexpectedInput as error:
        raise _explain(text, error) from None


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


@v_args(inline=True)
class _Tree(Transformer[Token, Syntax]):
    """Builds the frozen nodes; lark calls one method per rule."""

    def either(self, *parts: Syntax) -> Syntax:
        return _junction("||", parts)

    def both(self, *parts: Syntax) -> Syntax:
        return _junction("&&", parts)

    def compare(self, left: Syntax, operator: Token, right: Syntax) -> Syntax:
        return Binary(str(operator), left, right, left.start, right.end)

    within = compare
    arithmetic = compare

    def negation(self, operator: Token, operand: Syntax) -> Syntax:
        return Unary(str(operator), operand, operator.start_pos or 0, operand.end)

    minus = negation

    def group(self, inner: Syntax) -> Syntax:
        return inner

    def items(self, *items: Syntax) -> Syntax:
        return Items(items, items[0].start if items else 0, items[-1].end if items else 0)

    def has(self, word: Token, path: Token) -> Syntax:
        return HasCall(str(path), path.start_pos or 0, path.end_pos or 0)

    def name(self, token: Token) -> Syntax:
        return Name(str(token), token.start_pos or 0, token.end_pos or 0)

    def truth(self, token: Token) -> Syntax:
        return Literal(token == "true", token.start_pos or 0, token.end_pos or 0)

    def number(self, token: Token) -> Syntax:
        value = Decimal(token) if "." in token else int(token)
        return Literal(value, token.start_pos or 0, token.end_pos or 0)

    def string(self, token: Token) -> Syntax:
        return Literal(str(token[1:-1]), token.start_pos or 0, token.end_pos or 0)


def _junction(operator: str, parts: tuple[Syntax, ...]) -> Syntax:
    flat: list[Syntax] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Junction) and part.operator == operator else (part,))
    return flat[0] if len(flat) == 1 else Junction(operator, tuple(flat), flat[0].start, flat[-1].end)


_WORDS = {
    "=": "compare with `==`",
    "&": "write `&&`",
    "|": "write `||`",
    "?": "there is no `?:`; write two rules",
    "/": "there is no division; multiply the other side",
    "%": "there is no remainder",
    "\\": "a text holds no backslash",
    "and": "write `&&`",
    "or": "write `||`",
    "not": "write `!`",
    "is": "compare with `==`",
    "null": "ask `has(path)`",
}


def _explain(text: str, error: UnexpectedInput) -> SyntaxProblem:
    """Say what stands where something else was expected, with the usual slip spelled out."""
    if isinstance(error, UnexpectedCharacters):
        offset = error.pos_in_stream
        word = text[offset : offset + 1]
        if word in "\"'":
            message, hint = "this text is not closed", f"close it with {word}"
        else:
            message, hint = f"`{word}` is not part of the expression language", _WORDS.get(word, "")
        return SyntaxProblem(message, offset, 1, hint)
    if isinstance(error, UnexpectedToken):
        if error.token.type == "$END":
            end = len(text.rstrip())
            return SyntaxProblem("the expression ends too early", max(0, end - 1), 1, "something is missing here")
        word = str(error.token)
        offset = error.token.start_pos or 0
        before = text[:offset].split()[-1:]
        hint = _WORDS.get(word.lower(), "") or _WORDS.get(before[0].lower() if before else "", "")
        if word == "(":
            hint = "there are no calls but has(path); facts are judged by plugins before rules run"
        elif word == "==" or word in "<=>=!=":
            hint = hint or "one comparison at a time; join two with &&"
        return SyntaxProblem(f"`{word}` cannot stand here", offset, len(word), hint)
    return SyntaxProblem("this is not an expression", 0, len(text))
