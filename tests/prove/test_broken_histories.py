"""Copies of the pack `abuse` in which a promise over histories breaks: in each one rule, fold or entry is changed."""

from __future__ import annotations

import pytest
from attrs import evolve, frozen

from centre import engine
from forbear import Policy
from forbear.language.pack import build_policy
from forbear.prove.histories import NOTHING, Histories, Limits
from forbear.prove.horn import Around, answer, pose
from forbear.prove.nesting import Nesting
from forbear.prove.questions import Questions
from forbear.prove.tracked import tracked_folds
from forbear.prove.witness import with_settings
from prove.test_broken_copies import Break, broken, named, sources
from strategies.profile import FACTOR

HEARD, STANDS = "response#2", "ladder#4"
SPLIT = Around(splits=False)  # all but that customers who were merged are split again


@frozen
class Way:
    """How a promise is broken: a text in a file that is replaced by another."""

    promise: str
    file: str
    old: str
    new: str


WAYS = {
    "an outcome comes too soon": Way(
        HEARD, "response", "then: warn\n    record: [{", "then: end_contact\n    record: [{"
    ),
    "an entry of another kind is recorded": Way(
        HEARD, "response", "record: [{warning: {level: first}}]", "record: [termination]"
    ),
    "a rule reads another fold": Way(
        HEARD,
        "response",
        "!history.final_warning_spoken\n    then: final_warning\n    record",
        "!history.first_warning_spoken\n    then: final_warning\n    record",
    ),
    "a fold counts what was not spoken": Way(
        HEARD, "vocabulary", """'level == "final" && spoken'""", """'level == "final"'"""
    ),
    "a fold sees other contacts": Way(
        HEARD,
        "vocabulary",
        """'level == "final" && spoken', scope: contact""",
        """'level == "final" && spoken', scope: customer""",
    ),
    "a fold counts another kind": Way(
        HEARD, "vocabulary", "{any: termination, scope: contact", "{any: warning, scope: contact"
    ),
    "an ending is seen in other contacts": Way(
        HEARD, "vocabulary", "{any: termination, scope: contact", "{any: termination, scope: customer"
    ),
    "a window forgets what was heard": Way(
        HEARD, "vocabulary", "where: spoken, scope: contact", "where: spoken, scope: contact, window: 1 days"
    ),
    "a fold waits for a review": Way(
        HEARD,
        "vocabulary",
        """'category == "threat"', scope: contact""",
        """'category == "threat" && status == "upheld"', scope: contact""",
    ),
    "a step is taken for another": Way(
        STANDS, "exit_missing", "when: '!history.route_done'", "when: '!history.letter_done'"
    ),
    "an entry has another value": Way(
        STANDS,
        "ladder",
        "{step: email_only, offence: = event.offence, lasts: = setting.email_only_for}}]\n    owe:",
        "{step: exit, offence: = event.offence, lasts: = setting.email_only_for}}]\n    owe:",
    ),
    "a window forgets what was done": Way(
        STANDS,
        "vocabulary",
        """"email_only_letter" && how == "done"', scope: customer""",
        """"email_only_letter" && how == "done"', scope: customer, window: 365 days""",
    ),
    "a window of a setting forgets what was tried": Way(
        STANDS,
        "vocabulary",
        "{any: tried_out, scope: customer",
        "{any: tried_out, scope: customer, window: setting.offence_window",
    ),
    "a fold sees this contact alone": Way(
        STANDS, "vocabulary", "{any: tried_out, scope: customer", "{any: tried_out, scope: contact"
    ),
    "what is owed counts as done": Way(
        STANDS, "vocabulary", """"specialist_route" && how == "done"'""", """"specialist_route" && open'"""
    ),
}


def copy(way: Way) -> Policy:
    """A copy of the pack with one text replaced."""
    found = []
    for source in sources("abuse"):
        if source.name == f"{way.file}.yaml":
            assert source.text.count(way.old) == 1, f"{way.file} has {way.old!r} more than once, or no more"
            source = evolve(source, text=source.text.replace(way.old, way.new))
        found.append(source)
    return build_policy(found)


def verdicts(policy: Policy, promise: str, rounds: int, *arounds: Around) -> list[str]:
    """What is found of a promise over histories, with all settings open, by what may happen around events."""
    questions, one = Questions(policy), named(policy, promise)
    nesting, folds = Nesting(policy, questions.settings), tracked_folds(policy, one, rounds)
    return [answer(pose(policy, questions.settings, nesting, one, folds, each), 60).verdict for each in arounds]


ROUNDS = {HEARD: 1, STANDS: 0}  # how far the folds of a proof reach


@pytest.mark.parametrize("what", WAYS if FACTOR > 1 else ["a rule reads another fold"])
def test_a_promise_over_histories_that_breaks_is_refuted_even_if_nothing_happens_around_events(what: str) -> None:
    way = WAYS[what]
    assert verdicts(copy(way), way.promise, ROUNDS[way.promise], NOTHING) == ["refuted"]


@pytest.mark.parametrize(("promise", "around"), [(HEARD, Around()), (STANDS, SPLIT)])
def test_as_the_pack_is_the_same_question_is_proved(promise: str, around: Around) -> None:
    assert verdicts(build_policy(list(sources("abuse"))), promise, ROUNDS[promise], around) == ["proved"]


LONG = {
    "nothing blocks": Break(STANDS, "ladder", "exit-blocked"),
    "the letter does not": Break(STANDS, "ladder", "exit-blocked", '|| "email_only_letter" in exit_missing', ""),
}


@pytest.mark.parametrize("what", LONG if FACTOR > 1 else ["nothing blocks"])
def test_a_promise_over_histories_whose_story_is_long_is_not_taken_for_proved(what: str) -> None:
    assert verdicts(broken("abuse", LONG[what]), STANDS, 0, SPLIT, NOTHING) == ["refuted", "refuted"]


TOLD = {  # and of how many events the story is
    "an outcome comes too soon": 2,
    "an entry of another kind is recorded": 3,
    "a fold counts another kind": 3,
    "a rule reads another fold": 4,
    "a fold counts what was not spoken": 5,
}


@pytest.mark.parametrize("what", TOLD if FACTOR > 1 else ["an outcome comes too soon"])
def test_a_promise_over_histories_that_breaks_is_told_as_a_story(what: str) -> None:
    policy = copy(WAYS[what])
    one = named(policy, WAYS[what].promise)
    found = Histories(policy, Questions(policy).settings, Limits(60, TOLD[what])).prove(one)
    assert found.searched is not None
    story = found.searched.story
    assert story is not None
    assert story.outcome == "end_contact"
    with engine(with_settings(policy, story.settings), confirm="never") as running:
        records = [running.decide(event) for event in story.events]
    assert "the promise response#" in (records[-1].degraded or {})[one.decision]
