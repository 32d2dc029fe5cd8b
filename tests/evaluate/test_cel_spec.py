"""What the CEL specification's own conformance tests say, as far as they lie inside the subset: on every evaluator."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import cel
import pytest
import yaml

from forbear.errors import PackError
from forbear.evaluate import EVALUATORS, make_evaluator
from forbear.evaluate.durable import is_available
from forbear.language.types import Value
from strategies.packs import MANIFEST, build
from strategies.yaml_text import Node, yaml_text

ROWS = yaml.safe_load((Path(__file__).parent / "cel_spec.yaml").read_text(encoding="utf-8"))
REFUSED = [(reason, row) for reason, rows in ROWS["refused"].items() for row in rows]
Row = dict[str, Any]


def name(row: Row) -> str:
    return f"{row['file']}/{row['section']}/{row['test']}"


def literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def condition(row: Row, expr: str) -> str:
    """The expression where it is a condition, else that it has its value."""
    return expr if isinstance(row["value"], bool) else f"({expr}) == {literal(row['value'])}"


def pack(when: str, facts: dict[str, Any], absent: str = "") -> dict[str, str]:
    """A pack that asks one condition."""
    declared: dict[str, Node] = {path: _declared(value) for path, value in facts.items()}
    if absent:
        declared[absent] = {"type": "int", "optional": True}
    rules: list[Node] = [{"rule": "only", "when": when, "then": True}, {"otherwise": False}]
    decision: dict[str, Node] = {"decision": "answer", "asked_on": ["utterance"], "outcome": "bool", "fallback": False}
    sections: dict[str, Node] = {"facts": declared, "decisions": [{**decision, "rules": rules}]}
    text = "\n".join(f"{key}: {yaml_text(node)}" for key, node in sections.items() if node)
    return {"pack.yaml": MANIFEST, "all.yaml": text}


def _declared(value: object) -> Node:
    if isinstance(value, float):
        return {"type": "decimal", "places": 1, "range": [-1000, 1000]}
    return "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"


def inner(value: object) -> Value:
    assert isinstance(value, bool | int | float | str)
    return int(Decimal(repr(value)).scaleb(1)) if isinstance(value, float) else value


@pytest.mark.parametrize("evaluator", EVALUATORS)
@pytest.mark.parametrize("row", ROWS["same"], ids=name)
def test_an_expression_has_the_value_that_the_specification_says(row: Row, evaluator: str) -> None:
    if evaluator == "durable" and not is_available():
        pytest.skip("durable-rules does not work on this Python")
    facts = row.get("facts", {})
    when = condition(row, row.get("ours", row["expr"]))
    policy = build(pack(when, facts, row.get("absent", "")))
    given = {path: inner(value) for path, value in facts.items()}
    answer = make_evaluator(evaluator, policy).decide("utterance", given).outcome["answer"]
    assert answer is (row["value"] if isinstance(row["value"], bool) else True)


@pytest.mark.parametrize("row", ROWS["same"], ids=name)
def test_the_implementation_of_cel_says_the_same(row: Row) -> None:
    """So the rows are what the specification says, and its names stand for ours."""
    bound: dict[str, Any] = {}
    for path, value in row.get("facts", {}).items():
        place = bound
        spaces = path.split(".")[:-1] if "ours" not in row else []
        for space in spaces:
            place = place.setdefault(space, {})
        place[path.rpartition(".")[2]] = value
    assert cel.evaluate(row["expr"], bound) == row["value"]


@pytest.mark.parametrize(("reason", "row"), REFUSED, ids=[name(row) for _, row in REFUSED])
def test_what_the_checker_refuses_it_refuses_for_a_reason(reason: str, row: Row) -> None:
    with pytest.raises(PackError) as refused:
        build(pack(row["expr"], {}))
    assert {one.code for one in refused.value.diagnostics} == {row["code"]}, reason


def test_each_row_is_another_test_of_the_specification() -> None:
    names = [name(row) for row in (*ROWS["same"], *(row for _, row in REFUSED))]
    assert len(set(names)) == len(names)
    assert len(ROWS["same"]) >= 80
