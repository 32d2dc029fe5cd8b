"""Questions about the past."""

from __future__ import annotations

import pytest

from forbear.language import ir
from forbear.language.types import BoolType, EnumType, IntType
from language.small_pack import assert_found, built, edited, problems_of


def fold(text: str) -> ir.Fold:
    return built(edited(("vocabulary.yaml", "history:\n", f"history:\n  x: {text}\n"))).folds["history.x"]


def test_each_operator_has_its_type() -> None:
    assert isinstance(fold("{count: warning}").type, IntType)
    assert fold("{any: warning}").type == BoolType()
    assert fold("{last: warning, of: level}").type == EnumType(("first", "final"))
    assert fold("{first: warning, of: age}").type == IntType(0, 2**40, "seconds")
    assert fold("{sum: warning, of: age, range: [0, 100]}").type == IntType(0, 100, "seconds")


def test_a_first_or_last_is_optional_unless_it_says_what_else() -> None:
    assert fold("{last: warning, of: level}").optional
    one = fold("{last: warning, of: level, else: final}")
    assert (one.optional, one.otherwise) == (False, "final")
    assert not fold("{any: warning}").optional


def test_a_window_is_a_number_or_a_setting_in_seconds() -> None:
    assert fold("{any: warning, window: 2 hours}").window == ir.Seconds(7200)
    assert fold("{any: warning, window: setting.patience}").window == ir.Seconds("setting.patience", 1)
    assert fold("{any: warning}").window is None


def test_entries_are_chosen_by_facts_of_the_event() -> None:
    assert fold("{any: warning, by: {id: event.advisor}}").by == (("id", "event.advisor"),)


def test_an_entry_attribute_that_can_never_equal_a_fact_is_refused() -> None:
    files = edited(("vocabulary.yaml", "scope: contact}", "scope: contact, by: {level: ⟦contact.channel⟧}}"))
    assert_found(files, "type-mismatch")


@pytest.mark.parametrize("empty", ["", "{}", "~"])
def test_an_empty_fold_is_never_passed_over(empty: str) -> None:
    files = edited(
        (
            "vocabulary.yaml",
            "  warned: {any: warning, where: 'spoken && level == \"first\"', scope: contact}",
            f"  warned: {empty}",
        )
    )
    assert [one.code for one in problems_of(files)] == ["missing-key"]


def test_a_fold_over_obligations_reads_what_they_carry() -> None:
    one = fold("""{count: obligation, where: 'owe == "call" && open && has(how_bad) && how_bad == "abuse"'}""")
    assert one.entry == "obligation"


def test_a_fold_over_entries_may_be_keyed_by_what_an_obligation_carries() -> None:
    files = edited(
        ("vocabulary.yaml", "level: [first, final]", "level: [first, final], how_bad: {type: string, optional: true}"),
        ("vocabulary.yaml", "history:\n", "history:\n  x: {any: warning, by: {how_bad: obligation.how_bad}}\n"),
    )
    assert built(files).folds["history.x"].by == (("how_bad", "obligation.how_bad"),)


def test_texts_and_obligations_may_show_a_fold_over_obligations() -> None:
    files = edited(
        ("vocabulary.yaml", "history:\n", "history:\n  calls: {count: obligation, where: 'owe == \"call\"'}\n"),
        ("duties.yaml", "{how_bad: = conduct}", "{how_bad: = conduct, nth: = history.calls + 1}"),
        ("duties.yaml", "about {conduct}.", "about {conduct} for the {history.calls}th time."),
        ("duties.yaml", "就{conduct}联系您。", "就{conduct}第{history.calls}次联系您。"),
    )
    assert dict(built(files).obligations["call"].values)["nth"] == ir.Arithmetic(
        "+", ir.Read("history.calls"), ir.Constant(1)
    )


def test_the_name_of_a_broken_obligation_is_still_a_value() -> None:
    files = edited(
        ("vocabulary.yaml", "history:\n", "history:\n  calls: {count: obligation, where: 'owe == \"call\"'}\n"),
        ("duties.yaml", "due: 10 minutes", "due: 10 ⟦minuets⟧"),
    )
    assert_found(files, "bad-time")


def test_all_mistakes_of_a_fold_come_at_once() -> None:
    text = (
        '{any: warning, where: ⟦levl⟧ == "first", scope: ⟦contacts⟧, window: 3 ⟦fortnights⟧, '
        "by: {⟦lvl⟧: event.speaker}}"
    )
    files = edited(
        (
            "vocabulary.yaml",
            "history:\n",
            f"history:\n  x: {text}\n".replace('where: ⟦levl⟧ == "first"', "where: '⟦levl⟧ == \"first\"'"),
        )
    )
    assert_found(files, "unknown-attribute", "unknown-value", "bad-time", "unknown-attribute")
