"""Expression text → syntax tree with offsets. The grammar is a strict subset of CEL's."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import cast

from attrs import evolve, frozen
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from forbear.errors import ForbearError

MAX_LENGTH = 5_000
MAX_DEPTH = 40
MAX_ARITHMETIC = 60
_SHORT = 300

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
?primary: LEFT either RIGHT          -> group
    | OPEN [either ("," either)*] CLOSE -> items
    | HAS LEFT PATH RIGHT            -> has
    | PATH                           -> name
    | (TRUE | FALSE)                 -> truth
    | NUMBER                         -> number
    | STRING                         -> string

LEFT: "("
RIGHT: ")"
OPEN: "["
CLOSE: "]"
COMPARE: "==" | "!=" | "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
NOT: "!"
IN.2: /in(?![A-Za-z0-9_.])/
HAS.2: /has(?![A-Za-z0-9_.])/
TRUE.2: /true(?![A-Za-z0-9_.])/
FALSE.2: /false(?![A-Za-z0-9_.])/
PATH: /(?!in(?![A-Za-z0-9_.]))[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*/
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

    of: Name
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
    return _remembered(text) if len(text) <= _SHORT else _parsed(text)


def _parsed(text: str) -> Syntax:
    _check_size(text)
    try:
        return _Tree().transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise _explain(text, error) from None


_remembered = lru_cache(maxsize=2_000)(_parsed)  # packs are read again and again; the length bounds the memory


_SIGNS = re.compile(r"""(?P<text>"[^"\r\n]*"|'[^'\r\n]*')|(?P<open>[(\[])|(?P<close>[)\]])|(?P<sign>[!+*-])|\S""")


def _check_size(text: str) -> None:
    """Refuse what would nest too deep, before the parser sees it."""
    if len(text) > MAX_LENGTH:
        raise SyntaxProblem(f"the expression is longer than {MAX_LENGTH:,} characters", 0, 1, "split the rule")
    outside: list[int] = []  # the depth outside each open bracket
    depth = run = arithmetic = 0  # `run`: signs in a row, each of which may nest what follows
    for found in _SIGNS.finditer(text):
        kind = found.lastgroup
        if kind == "open":
            outside.append(depth)
            depth, run = depth + run + 1, 0
        elif kind == "close":
            depth, run = outside.pop() if outside else 0, 0
        elif kind == "sign":
            run += 1
            arithmetic += found.group() != "!"
        else:
            run = 0
        if depth + run > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} brackets and signs"
            raise SyntaxProblem(message, found.start(), 1, "split the rule, or use a decision for a part of it")
        if arithmetic > MAX_ARITHMETIC:
            message = f"more than {MAX_ARITHMETIC} arithmetic signs"
            raise SyntaxProblem(message, found.start(), 1, "split the rule, or use a decision for a part of it")


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
        return Unary(str(operator), operand, _start(operator), operand.end)

    minus = negation

    def group(self, left: Token, inner: Syntax, right: Token) -> Syntax:
        return evolve(inner, start=_start(left), end=_end(right))

    def items(self, begin: Token, *items: Syntax | Token) -> Syntax:
        *parts, end = items
        return Items(tuple(cast(list[Syntax], parts)), _start(begin), _end(cast(Token, end)))

    def has(self, word: Token, _left: Token, path: Token, right: Token) -> Syntax:
        return HasCall(self.name(path), _start(word), _end(right))

    def name(self, token: Token) -> Name:
        return Name(str(token), _start(token), _end(token))

    def truth(self, token: Token) -> Syntax:
        return Literal(token == "true", _start(token), _end(token))

    def number(self, token: Token) -> Syntax:
        value = Decimal(token) if "." in token else int(token)
        return Literal(value, _start(token), _end(token))

    def string(self, token: Token) -> Syntax:
        return Literal(str(token[1:-1]), _start(token), _end(token))


def _start(token: Token) -> int:
    return token.start_pos or 0


def _end(token: Token) -> int:
    return token.end_pos or 0


def _junction(operator: str, parts: tuple[Syntax, ...]) -> Syntax:
    flat: list[Syntax] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Junction) and part.operator == operator else (part,))
    return flat[0] if len(flat) == 1 else Junction(operator, tuple(flat), flat[0].start, flat[-1].end)


_HINTS = {
    "=": "compare with `==`",
    "&": "write `&&`",
    "|": "write `||`",
    "?": "there is no `?:`; write two rules",
    "/": "there is no division; multiply the other side",
    "%": "there is no remainder",
    "\\": "a text holds no backslash",
    "and": "write `&&`",
    "or": "write `||`",
    "not": 'write `!`; for a list, `!(x in ["a", "b"])`',
    "is": "compare with `==`",
    "<>": "write `!=`",
    ".": "a name is words joined by single dots",
    "{": 'write (…) or ["a", "b"]',
    "}": 'write (…) or ["a", "b"]',
}
# What a Chinese keyboard or a word processor puts in place of a sign.
_TYPED = dict(zip("“”„＂‘’＇（）［］，！＝＜＞＆｜＋－–—×＊．。", '""""\'\'\'()[],!=<>&|+---**..', strict=True))
_TYPED |= {"≠": "!=", "≤": "<=", "≥": ">="}


def _explain(text: str, error: UnexpectedInput) -> SyntaxProblem:
    """Say what stands where something else was expected, with the usual slip spelled out."""
    if isinstance(error, UnexpectedCharacters):
        return _explain_character(text, error.pos_in_stream or 0)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return _explain_token(text, error.token)
    end = len(text.rstrip())
    last = re.search(r"[^\s\w.]+$|[\w.]+$", text[:end])
    start = last.start() if last else max(0, end - 1)
    hint = "something is missing behind this"
    if text.count("(") > text.count(")"):
        hint = "a bracket is not closed"
    return SyntaxProblem("the expression ends too early", start, end - start, hint)


def _explain_character(text: str, offset: int) -> SyntaxProblem:
    word = text[offset : offset + 1]
    if word in ('"', "'"):
        return SyntaxProblem("this text is not closed", offset, 1, f"close it with {word}, on the same line")
    number = re.compile(r"[0-9][\w.]*").match(text, offset)
    if number:
        hint = "write digits only, and one point at most; a name begins with a letter"
        return SyntaxProblem(f"`{number.group()}` is not a number", offset, len(number.group()), hint)
    shown = f"`{word}`" if word.isascii() else f"`{word}` (U+{ord(word):04X})"
    if word in _TYPED:
        hint = f"type {_TYPED[word]} (in half width)"
    elif word.isascii():
        hint = _HINTS.get(word, "")
    else:
        hint = "names are lower-case Latin letters, digits, _ and dots; a text stands in double quotes"
    return SyntaxProblem(f"{shown} is not part of the expression language", offset, 1, hint)


def _explain_token(text: str, token: Token) -> SyntaxProblem:
    word, offset = str(token), _start(token)
    before = re.search(r"\S+\s*$", text[:offset])
    previous = before.group().strip() if before else ""
    if previous.lower() in _HINTS and previous.isalpha():  # `not x`: it is the word before that was meant otherwise
        assert before is not None
        message = f"`{previous}` is not part of the expression language"
        return SyntaxProblem(message, before.start(), len(previous), _HINTS[previous.lower()])
    hint = _HINTS.get(word.lower(), "")
    if previous + word in _HINTS:
        hint = _HINTS[previous + word]
    elif token.type == "LEFT":
        hint = "there are no calls but has(path); facts are judged by plugins before rules run"
        if not re.search(r"\w\s*$", text[:offset]):
            hint = "an operator is missing before it"
    elif token.type == "COMPARE":
        hint = "one comparison at a time; join two with `&&`"
    elif token.type in ("RIGHT", "CLOSE"):
        hint = "something is missing before it, or it is one too many"
    elif token.type in ("PATH", "STRING", "NUMBER", "TRUE", "FALSE", "HAS") and not hint:
        hint = "an operator such as `==` or `&&` is missing before it"
        if previous in ("has(", "("):
            hint = "write has(path), without quotes"
    return SyntaxProblem(f"`{word}` cannot stand here", offset, len(word), hint)
