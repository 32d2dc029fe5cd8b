"""What is said, in every language."""

from __future__ import annotations

from forbear.language import ir
from forbear.language.types import EnumType
from language.small_pack import SMALL, assert_found, built, edited

CHOSEN = """\
texts:
  greeting:
    by: contact.channel
    email: {en: "Dear {conduct}", zh: "{conduct}您好"}
    otherwise: {en: "Hello {conduct}", zh: "{conduct}好"}
"""


def test_a_text_is_cut_at_its_placeholders() -> None:
    calling = built(SMALL).texts["calling"]
    shown = ir.Placeholder("conduct", EnumType(("civil", "anger", "abuse")))
    assert calling.variants == {
        "otherwise": {"en": ("We call you about ", shown, "."), "zh": ("我们就", shown, "联系您。")}
    }


def test_a_text_may_be_chosen_by_an_enumeration() -> None:
    greeting = built(edited(also={"more.yaml": CHOSEN})).texts["greeting"]
    assert (greeting.by, set(greeting.variants)) == ("contact.channel", {"email", "otherwise"})


def test_a_text_that_nobody_says_yet_is_checked_too() -> None:
    text = CHOSEN.replace('"Hello {conduct}", zh: "{conduct}好"', '"Hello {⟦conduc⟧}", zh: "{⟦conduc⟧}好"')
    assert_found(edited(also={"more.yaml": text}), "unknown-name", "unknown-name")


def test_a_misspelt_placeholder_is_one_diagnostic() -> None:
    files = edited(("duties.yaml", "就{conduct}联系您。", "就{⟦condct⟧}联系您。"))
    (one,) = assert_found(files, "unknown-name")
    assert one.hint == "did you mean `conduct`?"


def test_a_text_empty_in_both_languages_is_one_diagnostic() -> None:
    files = edited(also={"more.yaml": "texts:\n  empty: ⟦{⟧}\n"})
    (one,) = assert_found(files, "missing-language")
    assert "`en` and `zh`" in one.message


def test_each_language_must_show_what_is_asked_for() -> None:
    files = edited(
        ("duties.yaml", "shows: [conduct]", "shows: [conduct, contact.turns]"),
        ("duties.yaml", "about {conduct}.", "about {conduct} ({contact.turns})."),
        ("duties.yaml", 'zh: "我们就{conduct}联系您。"', 'zh: ⟦"我们就{conduct}联系您。"⟧'),
    )
    assert_found(files, "missing-placeholder")


def test_a_text_may_only_show_what_is_there_where_it_is_said() -> None:
    files = edited(
        ("duties.yaml", "about {conduct}.", "about {conduct}, {⟦event.within⟧}."),
        ("duties.yaml", "就{conduct}联系您。", "就{conduct}，{⟦event.within⟧}联系您。"),
    )
    assert_found(files, "not-on-event", "not-on-event")
