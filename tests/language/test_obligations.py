"""Who owes what, by when, and how it closes."""

from __future__ import annotations

from forbear.calendar import Elapsed, Named
from forbear.language import ir
from language.small_pack import SMALL, assert_found, built, edited, problems_of


def test_an_obligation_is_read_as_written() -> None:
    call = built(SMALL).obligations["call"]
    assert (call.to, call.due, call.start, call.say) == ("manager", Elapsed(600), None, "calling")
    assert call.closes == {"done": ir.Closing((), (("warning", (("spoken", True),)),))}


def test_it_may_be_due_by_a_setting_or_by_a_field_of_the_event() -> None:
    files = edited(("duties.yaml", "due: 10 minutes", "from: next working day\n    due: setting.patience"))
    assert built(files).obligations["call"].due == Named("setting.patience")
    late = (
        "obligations:\n"
        "  keep: {to: advisor, due: event.within, closes: {done: {needs: [note, by]}}, once: {per: contact}}\n"
    )
    rule = (
        "decision: promised\nasked_on: [promise_made]\noutcome: [x]\nfallback: x\n"
        "rules: [{rule: r, then: x, owe: [keep]}]\n"
    )
    keep = built(edited(also={"more.yaml": late, "promised.yaml": rule})).obligations["keep"]
    assert (keep.due, keep.once) == (Named("event.within"), ir.Once("contact", while_open=False))
    assert keep.closes["done"].needs == ("note", "by")


def test_an_obligation_that_no_rule_owes_needs_its_facts_only_somewhere() -> None:
    text = "obligations: {idle: {to: x, due: event.within, carries: {what: = event.within}, closes: {done: {}}}}\n"
    assert problems_of(edited(also={"more.yaml": text})) == []
    text = "obligations: {idle: {to: x, due: ⟦event.witin⟧, carries: {what: = ⟦event.whither⟧}, closes: {done: {}}}}\n"
    assert_found(edited(also={"more.yaml": text}), "unknown-name", "unknown-name")


def test_what_is_carried_must_be_there_on_every_event_that_owes_it() -> None:
    files = edited(("duties.yaml", "{how_bad: = conduct}", "{how_bad: = conduct, within: = ⟦event.within⟧}"))
    assert_found(files, "not-on-event")


def test_a_broken_obligation_is_not_called_unknown_by_the_rules_that_owe_it() -> None:
    files = edited(("duties.yaml", "    to: manager\n", "    ⟦too⟧: manager\n"))
    files["response.yaml"] = files["response.yaml"].replace('response == "warn"', "owed.call")
    assert_found(files, "unknown-key")


def test_a_broken_carried_value_is_not_called_unknown_where_it_is_given() -> None:
    files = edited(
        ("duties.yaml", "{how_bad: = conduct}", "{how_bad: = ⟦conduc⟧}"),
        ("response.yaml", "owe: [call]", "owe: [{call: {carries: {how_bad: very}}}]"),
        (
            "vocabulary.yaml",
            "history:\n",
            "history:\n  x: {any: obligation, where: 'has(how_bad) && how_bad == \"x\"'}\n",
        ),
    )
    assert_found(files, "unknown-name")
