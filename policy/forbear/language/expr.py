"""The expressions of the intermediate representation, which reads them as `ir.Compare` and so on.

An expression reads its values from one flat environment: facts and settings by dotted path, decisions by bare name,
`recorded.x` and `owed.x` in invariants, an entry's attributes by bare name inside a fold's `where`.
A missing optional value is absent from the environment.
"""

from __future__ import annotations

from attrs import frozen

from forbear.language.types import Value


@frozen
class Constant:
    """A value; a decimal is scaled already."""

    value: Value


@frozen
class Read:
    """The value at a path of the environment."""

    path: str


@frozen
class Has:
    """Whether the environment has a value at a path."""

    path: str


@frozen
class Not:
    """Negation."""

    operand: Expr


@frozen
class All:
    """`&&`: left to right, stops at the first that is false."""

    parts: tuple[Expr, ...]


@frozen
class Any:
    """`||`: left to right, stops at the first that is true."""

    parts: tuple[Expr, ...]


@frozen
class Compare:
    """`== != < <= > >=` on two values of one kind; decimals have been brought to the same places."""

    operator: str
    left: Expr
    right: Expr


@frozen
class In:
    """Membership in a list."""

    item: Expr
    items: Expr


@frozen
class ListOf:
    """A list of values."""

    items: tuple[Expr, ...]


@frozen
class Arithmetic:
    """`+ - *` on whole numbers; the checker has made sure that the result fits 64 bits."""

    operator: str
    left: Expr
    right: Expr


Expr = Constant | Read | Has | Not | All | Any | Compare | In | ListOf | Arithmetic
