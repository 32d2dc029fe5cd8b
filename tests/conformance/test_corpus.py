"""Every evaluator gives the answers of the corpus, and each case of it reaches something that none before it does."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.corpus import plain, read
from conformance.reaching import SOURCE, reached
from forbear.evaluate import EVALUATORS, make_evaluator
from forbear.evaluate.durable import DurableLimit, is_available
from strategies.reach import WANTED
from strategies.watched import WATCHED

CASES = read()
OF_PACKS = {name for name in WANTED if name.startswith(("cell", "table", "row"))}  # no policy shows how it was written


@pytest.mark.parametrize("name", EVALUATORS)
def test_every_evaluator_gives_the_answers_of_the_corpus(name: str) -> None:
    if name == "durable" and not is_available():
        pytest.skip("durable-rules does not work on this Python")
    too_large = 0
    for case in CASES:
        try:
            evaluator = make_evaluator(name, case.policy())
        except DurableLimit:
            too_large += 1
            continue
        answer = evaluator.decide(case.asked.event, case.asked.facts, case.asked.degraded)
        assert plain(answer) == case.answer, case.reaches
        assert [*plain(answer)] == [*case.answer]
    assert too_large <= len(CASES) // 50, f"durable cannot hold {too_large} of {len(CASES)}"


def test_each_case_reaches_something_new_and_all_together_everything() -> None:
    seen: set[str] = set()
    for case in CASES:
        found = reached(case.policy(), case.asked)[1]
        assert found - seen, f"nothing new: {case.reaches}"
        seen |= found
    assert {*WATCHED, *WANTED} - OF_PACKS - seen == set()
    steps = {step.partition(" → ")[2] for step in seen}
    assert [line for line in _lines() if line not in steps] == []


def _lines() -> Iterator[str]:
    """The statements of `reference.py` by which an answer may go; the type checker proves some to be unreachable."""
    tree = ast.parse(Path(SOURCE).read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or function.name in ("__init__", "predicate"):
            continue
        for one in ast.walk(function):
            if isinstance(one, ast.Return | ast.Assign | ast.AugAssign | ast.Continue | ast.If | ast.For):
                yield linecache.getline(SOURCE, one.lineno).strip()


def test_the_corpus_is_large_and_its_cases_small() -> None:
    assert len(CASES) >= 90
    assert sum(len(case.pack) for case in CASES) < 1_500 * len(CASES)
