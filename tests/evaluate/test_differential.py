"""`make differential` finds a fault, makes it small, keeps it and shows it again; it is repeatable by its seed."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from differential.__main__ import main
from differential.batch import Finding, Order, run
from differential.campaign import Tally
from differential.evaluators import FIRST, second
from differential.kept import keep, kept
from differential.shrink import shrink, still_wrong
from differential.trial import Maker, verdict
from forbear.evaluate import Compiled, Evaluation, Reference, compiled
from forbear.evaluate.protocol import Environment
from forbear.language import ir
from strategies import watched
from strategies.packs import Files, build, pack_texts

REQUESTS = 40


def first_finding(makers: list[Maker]) -> Finding:
    """The finding of the first batch that has one."""
    for n in count():
        assert n < 300, "300 packs did not show the fault"
        found = run(Order(f"fault:{n}", REQUESTS, 0), makers, None).finding
        if found is not None:
            return found
    raise AssertionError


def is_small(files: Files) -> bool:
    return sum(map(len, pack_texts(files).values())) < 1500


class StrictlyLess(Compiled):
    """Compiled, with `<` for every `<=`."""

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        whole = compiled.event_function
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled, "event_function", lambda *given: whole(*given).replace(" <= ", " < "))
            return super().decide(event, facts, degraded)


class Backwards(Compiled):
    """Compiled, with ties in the order opposite to the one given."""

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        whole = compiled.event_function
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled, "event_function", lambda *given: whole(*given).replace(", len(sc", ", -len(sc"))
            return super().decide(event, facts, degraded)


class Deaf(Compiled):
    """Compiled, but deaf to what is degraded."""

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        return super().decide(event, facts)


class Raising(Compiled):
    """Compiled, but it cannot bear that something is missing."""

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        for path, one in self.optional.items():
            if one.optional:
                facts[path]
        return super().decide(event, facts, degraded)

    def __init__(self, policy: ir.Policy) -> None:
        self.optional = policy.facts
        super().__init__(policy)


@pytest.mark.parametrize("faulty", [StrictlyLess, Backwards, Deaf, Raising])
def test_a_fault_in_an_evaluator_is_found_made_small_and_kept(faulty: Maker, tmp_path: Path) -> None:
    makers: list[Maker] = [Reference, faulty]
    found = first_finding(makers)
    files, asked = shrink(found.files, found.asked, still_wrong(makers), attempts=600)
    assert is_small(files), pack_texts(files)
    keep(tmp_path / "one", files, asked, found.answers)
    texts, again = kept(tmp_path / "one")
    policy = build(texts)
    answers = verdict(policy, [make(policy) for make in makers], again)
    assert answers["reference"] != answers["compiled"]
    assert verdict(policy, [Reference(policy), Compiled(policy)], again) == {}
    assert main(["--replay", str(tmp_path / "one")]) == 0  # the true evaluators agree on it


class Unsound(Reference):
    """A definition that gives every decision the outcome `nonsense`."""

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        answer = super().decide(event, facts, degraded)
        return Evaluation(dict.fromkeys(answer.outcome, "nonsense"), (), (), ())


def test_an_answer_that_breaks_a_promise_of_the_checker_is_a_finding_though_all_agree() -> None:
    assert "nonsense" in first_finding([Unsound, Unsound]).answers["unsound"]


def test_a_number_that_leaves_64_bits_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python counts on past 64 bits, so the reference is watched for it."""
    monkeypatch.setattr(watched, "INT_MAX", 2**40)
    found = (run(Order(f"wide:{n}", 40, 0), FIRST, None).finding for n in range(40))
    assert any("Overflow" in one.answers["reference"] for one in found if one is not None)


def test_a_batch_is_repeated_by_its_seed() -> None:
    tallies = [Tally(), Tally()]
    for tally in tallies:
        for n in range(3):
            tally.add("", run(Order(f"same:{n}", 20, 5), FIRST, second()))
    assert tallies[0] == tallies[1]
    assert tallies[0].findings == []


def test_a_small_campaign_agrees_and_says_what_it_did(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Too few packs to reach everything, which it says and fails for."""
    status = main(
        ["--seed", "small", "--requests", "500", "--expressions", "40", "--processes", "1", "--keep", str(tmp_path)]
    )
    printed = capsys.readouterr().out
    assert "DIFFERENTIAL_SEED=small make differential" in printed
    assert " 0 disagreements" in printed
    assert status == ("never reached" in printed)
