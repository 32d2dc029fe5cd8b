"""The words that the reader of packs accepts as keys or choices, gathered from its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from language.codes import SOURCES

_WORD = re.compile(r"[a-z][a-z_]*")
_NOT_WORDS_OF_PACKS = {"RESERVED", "UNSPEAKABLE", "TAKEN", "LENDERS"}  # of expressions; a test of their own has them


def accepted_words() -> set[str]:
    """Every word that stands in a tuple of names at the top of a module, or that a mapping may or must have as key."""
    return {word for module, tree in _modules() for word in (*_of_constants(module), *_of_calls(module, tree))}


def _modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    for path in SOURCES:
        name = f"forbear.{path.parent.name}" + ("" if path.stem == "__init__" else f".{path.stem}")
        yield import_module(name), ast.parse(path.read_text(encoding="utf-8"))


def _of_constants(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if name.isupper() and name not in _NOT_WORDS_OF_PACKS and isinstance(value, tuple):
            yield from (one for one in value if isinstance(one, str) and _WORD.fullmatch(one))


def _of_calls(module: ModuleType, tree: ast.Module) -> Iterator[str]:
    """The words under `required=` and `optional=` of each call of `Shape.keys`, and those given to `Shape.choice`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("keys", "choice", "choices")):
            continue
        given = [one.value for one in node.keywords if one.arg in ("required", "optional")]
        for part in (*given, *node.args[2:3]):
            yield from _words(part, module)


def _words(part: ast.expr, module: ModuleType) -> Iterator[str]:
    """The words of an expression that is made of constants of the module; nothing of one that is worked out later."""
    try:
        found = eval(compile(ast.Expression(part), module.__name__, "eval"), dict(vars(module)))  # noqa: S307 — our own
    except NameError:
        return
    if not isinstance(found, dict):
        yield from (one for one in found if isinstance(one, str) and _WORD.fullmatch(one))
