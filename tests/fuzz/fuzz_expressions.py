"""Expressions: what parses means the same when it is written out again, and what is accepted decides."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import atheris

from fuzz.harness import instrumented, run

with instrumented("forbear.language", "forbear.evaluate", "lark"):
    from attrs import evolve, fields

    from forbear.errors import PackError
    from forbear.language.pack import build_policy, load_policy, pack_from_texts
    from forbear.language.syntax import (
        Binary,
        HasCall,
        Items,
        Junction,
        Literal,
        Name,
        Syntax,
        SyntaxProblem,
        Unary,
        parse_expression,
    )
    from fuzz.deciding import check_decides
    from hostile.grammar import EXPRESSIONS
    from language.small_pack import SMALL
    from strategies.yaml_text import yaml_text

LONGEST = 600
WORDS = [
    "speech.hostile", "speech.target", "contact.turns", "contact.wait", "customer.value", "customer.name",
    "customer.tags", "conduct", "history.warned", "setting.patience", "event.type", '"advisor"', '"abuse"', "'a'",
    "true", "false", "0", "1", "300", "0.5", "0.715", "9223372036854775807", "has(customer.name)", "has(",
    "&&", "||", "!", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "(", ")", "[", "]", ",", " ",
]  # fmt: skip
HEAD = "decision: d\nasked_on: [utterance]\noutcome: bool\nfallback: false\nrules: "


def check(raw: bytes) -> None:
    """The first byte says whether the rest is a text or picks words."""
    data = atheris.FuzzedDataProvider(raw[1:])
    if raw[:1] and raw[0] % 2:
        text = " ".join(WORDS[byte % len(WORDS)] for byte in raw[1:])
    else:
        text = raw[1:].decode("utf-8", "replace")
    try:
        syntax = parse_expression(text)
    except SyntaxProblem as problem:
        assert problem.message
        assert 0 <= problem.offset <= len(text)
        return
    check_written(syntax)
    rules: Any = [{"rule": "r", "when": text, "then": True}, {"otherwise": False}]
    try:
        policy = build_policy(pack_from_texts({**SMALL, "bomb.yaml": HEAD + yaml_text(rules)}))
    except PackError as error:
        assert error.diagnostics
        return
    check_decides(policy, data)


def check_written(syntax: Syntax) -> None:
    """The expression with every bracket written out is the same expression."""
    try:
        again = parse_expression(written(syntax))
    except SyntaxProblem as problem:
        assert "nested deeper" in problem.message or "longer than" in problem.message, problem
        return
    assert bare(again) == bare(syntax), written(syntax)


def written(syntax: Syntax) -> str:
    """An expression as text, each part in brackets."""
    match syntax:
        case Name(path):
            return path
        case Literal(bool(value)):
            return "true" if value else "false"
        case Literal(str(value)):
            return f"'{value}'" if '"' in value else f'"{value}"'
        case Literal(value):
            return f"{value:f}" if not isinstance(value, int) else str(value)
        case Items(items):
            return "[" + ", ".join(map(written, items)) + "]"
        case HasCall(of):
            return f"has({written(of)})"
        case Unary(operator, operand):
            return f"{operator}({written(operand)})"
        case Binary(operator, left, right):
            return f"({written(left)}) {operator} ({written(right)})"
        case Junction(operator, parts):
            return f" {operator} ".join(f"({written(part)})" for part in parts)


def bare(syntax: Any) -> Any:
    """An expression without its places."""
    if isinstance(syntax, tuple):
        return tuple(map(bare, syntax))
    if isinstance(syntax, Name | Literal | Items | HasCall | Unary | Binary | Junction):
        inner = {one.name: bare(getattr(syntax, one.name)) for one in fields(type(syntax))}
        return evolve(syntax, **{**inner, "start": 0, "end": 0})
    return syntax


def seeds() -> Iterator[bytes]:
    """The conditions of the standard pack, the hostile ones, and runs of words."""
    for name in ("speech.hostile", 'conduct == "abuse" && !history.warned', "contact.turns + 1 > 3 * 2"):
        yield b"\0" + name.encode()
    for make in EXPRESSIONS.values():
        yield b"\0" + make().encode()
    for text in sorted({str(rule.because) for one in load_policy().decisions.values() for rule in one.rules})[:5]:
        yield b"\0" + text.encode()
    for n in range(64):
        yield bytes([1, *((n * m * m + m) % 256 for m in range(1, 2 + n % 12))])


if __name__ == "__main__":
    run("expressions", check, seeds(), LONGEST)
