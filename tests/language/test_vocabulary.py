"""Facts, settings, entries and events as they are declared."""

from __future__ import annotations

import pytest

from forbear.errors import PackError, SettingError
from forbear.language import ir
from forbear.language.types import JSON_SAFE, BoolType, DecimalType, EnumType, IntType, ListType, StringType, Type
from language.small_pack import SMALL, assert_found, built, edited, problems_of


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("bool", BoolType()),
        ("int", IntType(-JSON_SAFE, JSON_SAFE)),
        ("{type: int, unit: days}", IntType(0, JSON_SAFE, "days")),
        ("{type: int, unit: days, range: [-5, 010]}", IntType(-5, 10, "days")),
        ("{type: decimal, places: 3, range: [-0.5, 1]}", DecimalType(3, -500, 1000)),
        ("{type: decimal, places: 2, unit: pounds, range: [0, 99.95]}", DecimalType(2, 0, 9995, "pounds")),
        ("string", StringType()),
        ("list of string", ListType(StringType())),
        ("{type: list of int, range: [0, 9]}", ListType(IntType(0, 9))),
        ("[no, yes, none]", EnumType(("no", "yes", "none"))),
        ("{type: [continue, return]}", EnumType(("continue", "return"))),
        ("{list_of: [voice, email]}", ListType(EnumType(("voice", "email")))),
        (
            "{list_of: [voice, email], optional: true, about: ways to reach them}",
            ListType(EnumType(("voice", "email"))),
        ),
    ],
)
def test_a_type_may_be_written_short_or_long(written: str, kind: Type) -> None:
    policy = built(edited(also={"more.yaml": f"facts:\n  more.fact: {written}\n"}))
    assert policy.facts["more.fact"].type == kind


def test_a_default_stands_in_for_a_missing_fact() -> None:
    policy = built(
        edited(also={"more.yaml": "facts: {more.fact: {type: decimal, places: 2, range: [0, 1], default: 0.125}}\n"})
    )
    assert policy.facts["more.fact"] == ir.Fact("more.fact", DecimalType(2, 0, 100), optional=False, default=12)


def test_a_default_may_be_false_or_nought() -> None:
    text = "facts: {a.b: {type: bool, default: false}, a.c: {type: int, default: 0}}\n"
    policy = built(edited(also={"more.yaml": text}))
    assert (policy.facts["a.b"].default, policy.facts["a.c"].default) == (False, 0)


def test_a_centre_chooses_settings() -> None:
    assert built(SMALL).settings["setting.patience"].value == 60
    assert built(SMALL, {"patience": 90}).settings["setting.patience"].value == 90


@pytest.mark.parametrize("chosen", [{"patience": 0}, {"patience": "60"}, {"patince": 60}, {"patience": None}, {"": 1}])
def test_a_setting_that_does_not_exist_or_fit_is_refused(chosen: dict[str, object]) -> None:
    with pytest.raises(SettingError) as caught:
        built(SMALL, chosen)
    assert "patience" in str(caught.value)


def test_problems_of_the_pack_come_before_those_of_the_settings() -> None:
    with pytest.raises(PackError):
        built(edited(("conduct.yaml", "fallback: civil", "fallback: civl")), {"patience": 0})


def test_a_broken_declaration_is_not_called_unknown_where_it_is_used() -> None:
    files = edited(
        ("vocabulary.yaml", "speech.hostile: bool", "speech.hostile: ⟦boole⟧"),
        ("vocabulary.yaml", "level: [first, final]", "level: ⟦levels⟧"),
        ("vocabulary.yaml", "default: 60", "default: ⟦soon⟧"),
        ("conduct.yaml", "    when: speech.hostile\n", "    when: speech.hostile && contact.wait > setting.patience\n"),
    )
    assert_found(files, "unknown-type", "unknown-type", "wrong-value")


def test_the_words_of_a_misspelt_section_are_not_called_unknown() -> None:
    (one,) = problems_of(edited(("vocabulary.yaml", "facts:", "fact:")))
    assert (one.code, one.hint) == ("unknown-key", "did you mean `facts`?")


def test_the_words_of_a_badly_named_fact_are_not_called_unknown() -> None:
    files = edited(("vocabulary.yaml", "speech.hostile: bool", "⟦event.hostile⟧: bool"))
    files = {name: text.replace("speech.hostile", "event.hostile") for name, text in files.items()}
    assert_found(files, "reserved-name")


def test_events_bring_what_all_have_and_what_they_declare() -> None:
    policy = built(SMALL)
    promise = policy.events["promise_made"]
    assert promise["event.within"].type == IntType(1, 60, "minutes")
    assert promise["event.customer"].optional
    assert isinstance(promise["event.type"].type, EnumType)
    assert "promise_made" in promise["event.type"].type.values
    assert "event.text" not in policy.events["utterance"]


def test_an_event_lends_the_attributes_of_the_entry_that_it_names() -> None:
    policy = built(SMALL)
    lent = policy.events["obligation_closed"]
    assert lent["obligation.owe"].type == EnumType(("call",))
    assert lent["obligation.how_bad"].optional
    assert not lent["obligation.open"].optional


def test_a_pack_declares_a_bounded_number_of_events() -> None:
    many = "events:\n" + "".join(f"  event_{n}: {{}}\n" for n in range(101))
    assert {one.code for one in problems_of(edited(also={"more.yaml": many}))} == {"pack-too-large"}
