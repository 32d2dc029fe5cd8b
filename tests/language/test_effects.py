"""What a rule causes."""

from __future__ import annotations

from forbear.language import ir
from language.small_pack import SMALL, assert_found, built, edited


def effects(*edits: tuple[str, str, str]) -> tuple[ir.Effect, ...]:
    return built(edited(*edits)).decisions["response"].rules[0].effects


def test_an_entry_is_recorded_with_its_defaults() -> None:
    record, owe = built(SMALL).decisions["response"].rules[0].effects
    assert record == ir.Record("warning", (("level", ir.Constant("first")), ("spoken", ir.Constant(False))))
    assert owe == ir.Owe("call", (("how_bad", ir.Read("conduct")),))


def test_effects_come_in_the_order_record_amend_close_owe() -> None:
    found = effects(
        ("response.yaml", "    owe:", "    close: [{call: {how: done, by: {how_bad: abuse}, reason: over}}]\n"
                                      "    amend: [{warning: {which: = event.contact, level: final}}]\n    owe:"),
        ("response.yaml", "conduct == \"abuse\" && !", "has(event.contact) && conduct == \"abuse\" && !"),
    )  # fmt: skip
    assert [type(one) for one in found] == [ir.Record, ir.Amend, ir.Close, ir.Owe]
    assert found[1] == ir.Amend("warning", ir.Read("event.contact"), (("level", ir.Constant("final")),))
    assert found[2] == ir.Close("call", (("how_bad", ir.Constant("abuse")),), "done", "over")


def test_a_rule_may_carry_its_own_values() -> None:
    found = effects(("response.yaml", "owe: [call]", "owe: [{call: {carries: {how_bad: very}}}]"))
    assert found[1] == ir.Owe("call", (("how_bad", ir.Constant("very")),))


def test_where_every_rule_gives_a_value_itself_the_declaration_needs_its_fact_only_somewhere() -> None:
    files = edited(
        ("duties.yaml", "{how_bad: = conduct}", "{how_bad: = event.within}"),
        ("response.yaml", "owe: [call]", "owe: [{call: {carries: {how_bad: 3}}}]"),
    )
    assert_found({**files, "response.yaml": files["response.yaml"].replace("how_bad: 3", "how_bad: = 3")})


def test_an_optional_attribute_takes_what_may_be_missing() -> None:
    files = edited(
        ("vocabulary.yaml", "level: [first, final]", "level: [first, final], who: {type: string, optional: true}"),
        ("response.yaml", "level: first", "level: first, who: = customer.name"),
    )
    assert built(files).decisions["response"].rules[0].effects[0] == ir.Record(
        "warning",
        (("level", ir.Constant("first")), ("who", ir.Read("customer.name")), ("spoken", ir.Constant(False))),
    )


def test_a_needed_attribute_does_not() -> None:
    files = edited(
        ("vocabulary.yaml", "level: [first, final]", "level: [first, final], who: string"),
        ("response.yaml", "level: first", "level: first, who: = ⟦customer.name⟧"),
    )
    assert_found(files, "optional-read")


def test_a_misspelt_attribute_is_not_called_missing_too() -> None:
    assert_found(edited(("response.yaml", "{level: first}", "{⟦levle⟧: first}")), "unknown-attribute")
    assert_found(
        edited(("response.yaml", "    owe:", "    amend: [{warning: {⟦whihc⟧: x}}]\n    owe:")), "unknown-attribute"
    )


def test_all_missing_attributes_come_in_one_diagnostic() -> None:
    files = edited(
        ("vocabulary.yaml", "level: [first, final]", "level: [first, final], who: string"),
        ("response.yaml", "[{warning: {level: first}}]", "[⟦warning⟧]"),
    )
    (one,) = assert_found(files, "missing-attribute")
    assert one.hint == "warning: {level: …, who: …}"
