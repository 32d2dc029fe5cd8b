"""A drawn policy with questions to put to its evaluators."""

from __future__ import annotations

from attrs import frozen
from hypothesis import strategies as st

from forbear.language import ir
from strategies.facts import Facts, attributes_for, degraded_for, facts_for
from strategies.packs import Files, build, careful_files, pack_texts
from strategies.pen import Pen


@frozen
class Question:
    """One event, its facts, and the decisions and rankings that are degraded."""

    event: str
    facts: Facts
    degraded: frozenset[str]


@frozen
class Case:
    """A pack, its policy, some questions, and for some folds an entry that its `where` is asked about."""

    files: Files
    policy: ir.Policy
    questions: tuple[Question, ...]
    entries: tuple[tuple[str, Facts], ...]


@st.composite
def cases(draw: st.DrawFn, questions: int = 2) -> Case:
    """A pack, and for each event that asks something so many questions."""
    files = careful_files(Pen(draw))
    policy = build(pack_texts(files))
    asked: list[Question] = []
    for event, plan in policy.plans.items():
        if plan.decisions or plan.rankings:
            facts, degraded = facts_for(policy, event), degraded_for(policy, event)
            asked += [Question(event, draw(facts), draw(degraded)) for _ in range(questions)]
    filtered = [fold for fold in policy.folds.values() if fold.where is not None]
    entries = [(fold.path, draw(attributes_for(policy, fold.entry))) for fold in filtered for _ in range(questions)]
    return Case(files, policy, tuple(asked), tuple(entries))
