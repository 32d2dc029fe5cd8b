"""The runner of a pack's tests: whatever a test expects wrongly is found and named where it stands."""

from __future__ import annotations

import pytest

from commands import write_pack
from forbear.errors import PackError
from forbear.testing.runner import run_tests
from lateness import PACK

OFFER = 'at: "2026-03-02T09:00:00Z", type: contact_offered, customer: u1, facts: {contact.wait: 600}'
CLOSED = "type: obligation_closed, customer: u1, how: done"


def run(folder, tests, evaluator="auto"):
    return run_tests(write_pack(folder, {**PACK, "a.test.yaml": "tests:\n" + tests}), evaluator)


def case(given, expect, settings=""):
    return f"  - test: a case\n    given: {given}\n    expect: {expect}\n" + (
        f"    settings: {settings}\n" if settings else ""
    )


def story(*events):
    return "  - test: a story\n    story:\n" + "".join(f"      - {{{event}}}\n" for event in events)


def failures(folder, tests):
    """Where each failure stands, and what it says."""
    return [(one.span.line, one.message) for result in run(folder, tests).results for one in result.failures]


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("{contact.wait: 600}", "{apology: brief, fired: [apology.waited-long], owes: [sorry], records: [delay]}"),
        ("{contact.wait: 600, history.delays: 1}", "{apology: full, owes: [letter], degraded: false}"),
        ("{contact.wait: 0}", "{apology: none, fired: [], owes: [], records: [], closed: []}"),
        ("{}", "{apology: none, degraded: true}"),
        ("{contact.wiat: 600}", "{error: contact.wiat}"),
    ],
)
def test_what_holds_passes(given, expect, tmp_path):
    assert failures(tmp_path, case(given, expect)) == []


@pytest.mark.parametrize(
    ("given", "expect", "message"),
    [
        ("{contact.wait: 600}", "{apology: full}", "apology: expected full, got brief; fired: apology.waited-long"),
        ("{contact.wait: 0}", "{apology: brief}", "apology: expected brief, got none; fired: nothing"),
        (
            "{contact.wait: 600}",
            "{fired: [apology.waited-again]}",
            "apology.waited-again did not fire; fired: apology.waited-long",
        ),
        ("{contact.wait: 600}", "{owes: []}", "owes: expected nothing, got sorry"),
        ("{contact.wait: 600}", "{owes: [sorry, sorry]}", "owes: expected sorry, sorry, got sorry"),
        ("{contact.wait: 600}", "{records: []}", "records: expected nothing, got delay"),
        ("{contact.wait: 600}", "{closed: [sorry]}", "closed: expected sorry, got nothing"),
        ("{contact.wait: 600}", "{overdue: [sorry]}", "overdue: expected sorry, got nothing"),
        ("{contact.wait: 600}", "{degraded: true}", "degraded: expected true, got false"),
        ("{contact.wait: 600}", "{late: true}", "late: expected true, got false"),
        ("{contact.wait: 600}", "{error: refused}", "error: expected 'refused', got none"),
    ],
)
def test_what_does_not_hold_is_named_at_its_line(given, expect, message, tmp_path):
    assert failures(tmp_path, case(given, expect)) == [(4, message)]


def test_a_fall_back_that_nobody_expected_is_a_failure(tmp_path):
    ((line, message),) = failures(tmp_path, case("{}", "{apology: none}"))
    assert line == 2
    assert "apology fell back: contact.wait is missing" in message


def test_an_expected_fall_back_that_does_not_come_about_tells_what_did(tmp_path):
    ((line, message),) = failures(tmp_path, case("{}", "{degraded: false}"))
    assert line == 4
    assert message.startswith("degraded: expected false, got apology: contact.wait is missing")


def test_an_error_that_nobody_expected_is_a_failure(tmp_path):
    ((line, message),) = failures(tmp_path, case("{contact.wiat: 600}", "{apology: none}"))
    assert line == 2
    assert "did you mean `contact.wait`?" in message


@pytest.mark.parametrize("evaluator", ["compiled", "reference"])
def test_where_a_promise_cannot_be_checked_what_was_decided_falls_back_and_what_was_given_stands(evaluator, tmp_path):
    vocabulary = PACK["vocabulary.yaml"].replace("facts:\n", "facts:\n  customer.known: {type: bool}\n")
    promise = '\n  - never: apology == "full" && customer.known\n    because: For a test.\n'
    pack = {**PACK, "vocabulary.yaml": vocabulary, "apology.yaml": PACK["apology.yaml"] + promise.lstrip("\n")}
    late = "contact.wait: 600, history.delays: 1"
    cases = [
        case(f"{{{late}}}", "{apology: none, degraded: true}"),
        case(f"{{{late}, customer.known: false}}", "{apology: full, degraded: false}"),
        case("{contact.wait: 600, apology: full}", "{apology: full, degraded: false}"),
        case("{contact.wait: 600, apology: full, customer.known: true}", "{apology: full}"),
    ]
    report = run_tests(write_pack(tmp_path, {**pack, "a.test.yaml": "tests:\n" + "".join(cases)}), evaluator)
    told = [[one.message for one in result.failures] for result in report.results]
    assert told == [[], [], [], ["the promise does not hold: For a test."]]


def test_a_broken_promise_is_a_failure_at_the_promise(tmp_path):
    given = "{contact.wait: 0, apology: full}"
    (result,) = run(tmp_path, case(given, "{apology: full}")).results
    ((failure),) = result.failures
    assert failure.span.file == "apology.yaml"
    assert failure.message == "the promise does not hold: Nobody is apologised to without a reason."


def test_settings_hold_for_their_test_alone(tmp_path):
    tests = case("{contact.wait: 20}", "{apology: brief}", "{patience: 10}") + case(
        "{contact.wait: 20}", "{apology: none}"
    )
    assert failures(tmp_path, tests) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [("{patience: 0}", "whole number of seconds"), ("{patiense: 10}", "did you mean `patience`?")],
)
def test_a_setting_that_does_not_fit_is_a_failure_of_its_test(settings, message, tmp_path):
    ((line, found),) = failures(tmp_path, case("{contact.wait: 20}", "{apology: none}", settings))
    assert line == 2
    assert message in found


def test_a_number_and_the_same_in_quotes_are_two_choices_of_a_setting(tmp_path):
    (tmp_path / "rate.yaml").write_text("settings: {rate: {type: decimal, places: 1, range: [0, 9], default: 1}}\n")
    tests = [case("{contact.wait: 0}", "{apology: none}", f"{{rate: {one}}}") for one in ("2.5", '"2.5"')]
    for listed in (tests, tests[::-1]):
        ((_, message),) = failures(tmp_path, "".join(listed))
        assert message == "setting.rate: '2.5' is not a number from 0.0 to 9.0"


def test_a_story_goes_through_engine_and_ledger(tmp_path):
    tests = story(
        f"{OFFER}, expect: {{apology: brief, owes: [sorry], records: [delay]}}",
        f'{OFFER.replace("03-02", "03-03")}, expect: {{apology: full, owes: [letter], late: false}}',
        'at: "2026-03-03T09:05:00Z", type: tick, expect: {overdue: [sorry]}',
        f'at: "2026-03-03T09:06:00Z", {CLOSED}, obligation: "latest:sorry", expect: {{closed: [sorry]}}',
        f'at: "2026-03-03T09:07:00Z", {CLOSED}, obligation: "latest:letter", expect: {{error: note}}',
        f"{OFFER}, expect: {{late: true}}",
    )  # fmt: skip
    report = run(tmp_path, tests)
    assert [result.failures for result in report.results] == [()]
    assert report.unfired() == []


def test_what_is_owed_for_lateness_is_called_by_its_name_when_it_is_late_itself(tmp_path):
    (tmp_path / "late.yaml").write_text(
        "decision: more\nasked_on: [obligation_overdue]\noutcome: [none, letter]\nfallback: none\n"
        'rules:\n  - {rule: late, when: obligation.owe == "sorry", then: letter, owe: [letter]}\n  - otherwise: none\n'
    )
    tests = story(
        f"{OFFER}, expect: {{owes: [sorry]}}",
        'at: "2026-03-02T09:05:00Z", type: tick, expect: {overdue: [sorry]}',
        'at: "2026-03-10T09:05:00Z", type: tick, expect: {overdue: [letter]}',
    )
    assert failures(tmp_path, tests) == []


def test_each_step_of_a_story_fails_at_its_own_line(tmp_path):
    tests = story(
        f"{OFFER}, expect: {{apology: none}}",
        f"{OFFER}, expect: {{owes: [sorry]}}",
        'at: "2026-03-02T09:02:00Z", type: tick, expect: {overdue: [], late: true}',
        'at: "2026-03-02T09:02:00Z", type: tock',
        'at: "2026-03-02T09:02:00Z", type: tick, expect: {error: never}',
    )
    found = failures(tmp_path, tests)
    assert [line for line, _ in found] == [4, 5, 6, 6, 7, 8]
    assert [message.partition(":")[0] for _, message in found][:4] == ["apology", "owes", "overdue", "late"]
    assert "tock" in found[4][1]
    assert found[5][1] == "error: expected 'never', got none"


def test_a_story_may_name_the_ids_of_its_events_and_repeat_one(tmp_path):
    again = f"id: twice, {OFFER}, expect: {{apology: brief, records: [delay]}}"
    conflict = f"id: twice, {OFFER.replace('600', '601')}, expect: {{error: other content}}"
    assert failures(tmp_path, story(again, again, conflict)) == []


def test_both_evaluators_give_the_same_report(tmp_path):
    tests = case("{contact.wait: 600}", "{apology: full}") + story(f"{OFFER}, expect: {{apology: none}}")
    one, other = (run(tmp_path, tests, name) for name in ("compiled", "reference"))
    assert one.results == other.results
    assert one.failed == 2


def test_coverage_counts_rules_that_fired_in_cases_and_stories(tmp_path):
    tests = case("{contact.wait: 600}", "{apology: brief}")
    assert run(tmp_path, tests).unfired() == ["apology.waited-again"]


def test_a_pack_without_tests_has_no_results(tmp_path):
    report = run_tests(write_pack(tmp_path, PACK))
    assert (report.results, report.failed) == ((), 0)
    assert report.unfired() == ["apology.waited-again", "apology.waited-long"]


@pytest.mark.parametrize(
    ("test", "code", "line", "hint"),
    [
        (case("{}", "{apolgy: none}"), "unknown-name", 4, "did you mean `apology`?"),
        (case("{}", "{apology: nnoe}"), "unknown-value", 4, "did you mean `none`?"),
        (case("{}", "{apology: = setting.patience}"), None, 4, ""),
        (case("{}", "{fired: [apology.waited]}"), "unknown-value", 4, "did you mean `apology.waited-"),
        (case("{}", "{owes: [sory]}"), "unknown-value", 4, "did you mean `sorry`?"),
        (case("{}", "{closed: [sory]}"), "unknown-value", 4, "did you mean `sorry`?"),
        (case("{}", "{overdue: [sory]}"), "unknown-value", 4, "did you mean `sorry`?"),
        (case("{}", "{records: [dealy]}"), "unknown-value", 4, "did you mean `delay`?"),
        (case("{}", "{amends: [dealy]}"), "unknown-value", 4, "did you mean `delay`?"),
        (case("{}", "{ammends: [delay]}"), "unknown-name", 4, "did you mean `amends`?"),
        (case("{}", "{degraded: no}"), "wrong-shape", 4, ""),
        (case("{}", "{late: 1}"), "wrong-shape", 4, ""),
        (case("{}", "{error: [a]}"), "wrong-shape", 4, ""),
        (case("{}", "[apology]"), "wrong-shape", 4, ""),
        ("  - test: x\n    given: {}\n    expects: {}\n", "unknown-key", 4, "did you mean `expect`?"),
        ("  - test: x\n    given: {}\n", "missing-key", 2, "add given: {…}"),
        ("  - given: {}\n    expect: {}\n", "missing-key", 2, "add `test: …`"),
        ("  - test: x\n    given: {}\n    story: []\n", "test-shape", 2, "add given: {…}"),
        ("  - test: x\n    story: []\n", "test-shape", 2, "at: …"),
        ("  - test: x\n    story: [tick]\n", "wrong-shape", 3, ""),
    ],
)  # fmt: skip
def test_a_test_that_is_not_well_formed_is_a_diagnostic(test, code, line, hint, tmp_path):
    with pytest.raises(PackError) as caught:
        run(tmp_path, test)
    first = caught.value.diagnostics[0]
    assert first.span.file == "a.test.yaml"
    assert first.span.line == line
    assert code is None or first.code == code
    assert hint in first.hint


def test_all_problems_of_all_test_files_come_at_once(tmp_path):
    write_pack(tmp_path, {**PACK, "b.test.yaml": "tests: 1\n", "c.test.yaml": "test: []\n"})
    with pytest.raises(PackError) as caught:
        run(tmp_path, case("{}", "{apolgy: none}") + case("{}", "{apology: nnoe}"))
    assert [one.span.file for one in caught.value.diagnostics] == [
        "a.test.yaml", "a.test.yaml", "b.test.yaml", "c.test.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize("check", ["late", "fired", "error", "amends"])
def test_a_decision_that_is_called_like_a_check_is_not_taken_for_it(check, tmp_path):
    also = {
        "b.yaml": f"decision: {check}\nasked_on: [tick]\noutcome: bool\nfallback: false\nrules: [{{otherwise: true}}]\n"
    }
    folder = write_pack(tmp_path, PACK | also | {"a.test.yaml": f"tests:\n{case('{}', '{' + check + ': true}')}"})
    with pytest.raises(PackError) as caught:
        run_tests(folder)
    (one,) = caught.value.diagnostics
    assert (one.code, one.hint) == ("reserved-name", "give the decision another name")


# --- what is amended

AMENDING = {
    **PACK,
    "vocabulary.yaml": PACK["vocabulary.yaml"].replace("long]}", "long], told: {type: bool, default: false}}"),
    "obligations.yaml": PACK["obligations.yaml"].replace("{done: {}, w", "{done: {amend: {delay: {told: true}}}, w"),
    "forgiven.yaml": """\
events:
  delay_forgiven: {delay: string}
decisions:
  - decision: forgiven
    asked_on: [delay_forgiven]
    outcome: bool
    fallback: false
    rules:
      - {rule: always, then: true, amend: [{delay: {which: = event.delay, told: true}}]}
""",
}
FORGIVEN = 'at: "2026-03-02T09:10:00Z", type: delay_forgiven, customer: u1, delay: "l:step-1:delay"'


def amended(folder, tests):
    report = run_tests(write_pack(folder, {**AMENDING, "a.test.yaml": "tests:\n" + tests}))
    return [(one.span.line, one.message) for result in report.results for one in result.failures]


@pytest.mark.parametrize(
    ("amends", "message"),
    [
        ("[delay]", ""),
        ("[]", "amends: expected nothing, got delay"),
        ("[delay, delay]", "amends: expected delay, delay, got delay"),
    ],
)
def test_what_is_amended_is_compared_in_cases_and_in_stories(amends, message, tmp_path):
    expect = f"expect: {{forgiven: true, amends: {amends}}}"
    given = "{event.type: delay_forgiven, event.delay: d1}"
    assert amended(tmp_path / "a", case(given, expect.removeprefix("expect: "))) == ([(4, message)] if message else [])
    assert amended(tmp_path / "b", story(OFFER, f"{FORGIVEN}, {expect}")) == ([(5, message)] if message else [])


def test_what_a_closing_amends_beside_an_obligation_is_amended_too(tmp_path):
    closed = f'at: "2026-03-02T09:01:00Z", {CLOSED}, obligation: "latest:sorry"'
    tests = story(f"{OFFER}, expect: {{amends: []}}", f"{closed}, expect: {{amends: [delay]}}")
    tests += story(OFFER, f"{closed.replace('done', 'waived')}, expect: {{amends: []}}")
    assert amended(tmp_path, tests) == []


def test_an_entry_that_there_is_not_is_not_amended(tmp_path):
    tests = story(f"{FORGIVEN}, expect: {{forgiven: false, degraded: true, amends: []}}")
    assert amended(tmp_path, tests) == []


# --- what is said

SAYING = {
    **PACK,
    "words.yaml": """\
texts:
  regret: {en: "Sorry, {customer.called}.", zh: "抱歉，{customer.called}。"}
  note: {en: We are late., zh: 我们迟了。}
facts:
  customer.late: {type: bool, default: false}
  customer.called: {type: string, default: you}
obligations:
  word: {to: advisor, due: 1 minute, say: note, closes: {done: {}}}
decisions:
  - decision: regret
    asks: Do we say it?
    asked_on: [contact_offered]
    outcome: [no, yes]
    fallback: no
    rules:
      - rule: late
        when: customer.late
        then: yes
        say: [regret]
        owe: [word]
        because: {en: It is late., zh: 已经迟了。}
      - otherwise: no
""",
}
TOLD = "{customer.late: true, customer.called: Mr Okoye, contact.wait: 0}"


def said(folder, tests):
    report = run_tests(write_pack(folder, {**SAYING, "a.test.yaml": "tests:\n" + tests}))
    return [one.message for result in report.results for one in result.failures]


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("[note, regret]", ""),
        ("{regret: {en: Mr Okoye, zh: 抱歉}, note: {}}", ""),
        ("{regret: {en: 抱歉}, note: {}}", "says: expected '抱歉' in regret (en), got 'Sorry, Mr Okoye.'"),
        ("{note: {zh: 已}, regret: {}}", "says: expected '已' in note (zh), got '我们迟了。'"),
        ("[note]", "says: expected note, got regret, note"),
        ("[]", "says: expected nothing, got regret, note"),
        ("[note, regret, regret]", "says: expected note, regret, regret, got regret, note"),
    ],
)
def test_what_is_said_is_compared_in_cases_and_in_stories(says, message, tmp_path):
    event = f'at: "2026-03-02T09:00:00Z", type: contact_offered, customer: u1, facts: {TOLD}'
    expected = [message] if message else []
    assert said(tmp_path / "a", case(TOLD, f"{{regret: yes, says: {says}}}")) == expected
    assert said(tmp_path / "b", story(f"{event}, expect: {{regret: yes, says: {says}}}")) == expected


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("[regert]", "there is no name for `says` `regert`"),
        ("{regert: {en: x}}", "there is no text `regert`"),
        ("{regret: {fr: x}}", "there is no language `fr`"),
        ("{regret: [en]}", "`regret`"),
    ],
)
def test_a_text_or_language_that_there_is_not_is_a_mistake(says, told, tmp_path):
    with pytest.raises(PackError) as caught:
        said(tmp_path, case(TOLD, f"{{says: {says}}}"))
    (one,) = caught.value.diagnostics
    assert told in one.message


def test_where_nothing_is_said_nothing_may_be_expected(tmp_path):
    assert said(tmp_path, case("{contact.wait: 0}", "{regret: no, says: []}")) == []
    assert said(tmp_path, case("{contact.wait: 0}", "{regret: no, says: [note]}")) == [
        "says: expected note, got nothing"
    ]
