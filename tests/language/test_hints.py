"""What a diagnostic says that its author should do, where it is not plain from the word alone."""

from __future__ import annotations

import pytest

from language.examples import EXAMPLES as PLAIN
from language.examples import Example
from language.ranked_examples import EXAMPLES as RANKED
from language.small_pack import assert_found, edited, problems_of, unmarked

MINUTES = "settings:\n  longest: {type: int, unit: minutes, range: [0, 60], default: 5}"
KEPT = "  last_bad: {last: obligation, of: how_bad, else: none}\n  warned: "


def when(condition: str, *edits: tuple[str, str, str]) -> dict[str, str]:
    """The small pack with another condition of its second rule."""
    return edited(("conduct.yaml", "    when: speech.hostile\n", f"    when: '{condition}'\n"), *edits)


def hint_of(files: dict[str, str], code: str) -> str:
    (one,) = problems_of(files)
    assert one.code == code
    return one.hint


@pytest.mark.parametrize("example", [*PLAIN, *RANKED], ids=lambda one: one.code)
def test_each_diagnostic_says_what_to_do(example: Example) -> None:
    (one,) = problems_of(unmarked(example.files)[0])
    assert one.hint
    assert one.hint == one.hint.strip()
    assert one.hint != one.message


# --- units


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ("contact.wait > setting.longest", "turn one into seconds: 60 * setting.longest"),
        ("setting.longest - contact.wait > 0", "turn one into seconds: 60 * setting.longest"),
        ("contact.wait > contact.turns", "or multiply one of them by a number"),
        ("contact.wait + 1 > setting.longest", "or multiply one of them by a number"),
    ],
)
def test_a_hint_about_units_helps(condition: str, hint: str) -> None:
    minutes = ("vocabulary.yaml", "settings:", MINUTES)
    assert hint in hint_of(when(condition, minutes), "unit-mismatch")
    for path in ("setting.longest", "contact.turns", "contact.wait"):
        followed = condition.replace(path, f"60 * {path}", 1)
        if path in condition:
            assert problems_of(when(followed, minutes)) == []


def test_decimals_of_two_units_are_not_told_to_be_multiplied() -> None:
    calls = "  other.share: {type: decimal, places: 2, range: [0, 1], unit: UNIT}\n"
    two = calls.replace("UNIT", "calls") + calls.replace("UNIT", "points").replace("share", "worth")
    files = when("other.share > other.worth", ("vocabulary.yaml", "  customer.value:", f"{two}  customer.value:"))
    assert hint_of(files, "unit-mismatch") == "give both the same unit"


def test_a_product_may_be_set_where_another_unit_is_needed() -> None:
    more = (
        "decision: more\nasked_on: [tick]\noutcome: {type: int, unit: seconds, range: [0, 99999]}\n"
        "fallback: 1\nrules:\n  - {rule: a, then: = AMOUNT}\n"
    )
    change = ("vocabulary.yaml", "settings:", MINUTES)
    assert hint_of(edited(change, also={"more.yaml": more.replace("AMOUNT", "setting.longest")}), "unit-mismatch")
    assert problems_of(edited(change, also={"more.yaml": more.replace("AMOUNT", "60 * setting.longest")})) == []


# --- an empty text


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("customer.value", "`customer.value` is a number from 0.00 to 1.00; compare it with one, such as 0.50"),
        ("contact.turns", "`contact.turns` is a whole number from 0 to 1000; compare it with one, such as 1"),
        ("speech.hostile", "`speech.hostile` is true or false; compare it with one, such as true"),
        ("customer.name", "ask has(customer.name) for what may be missing"),
        (
            "customer.id",
            "`customer.id` is always there; leave this out, or declare it optional and ask has(customer.id)",
        ),
    ],
)
def test_a_comparison_with_an_empty_text_is_told_what_was_meant(path: str, hint: str) -> None:
    named = ("vocabulary.yaml", "  customer.value:", "  customer.id: string\n  customer.value:")
    assert hint_of(when(f'{path} == ""', named), "type-mismatch") == hint
    assert hint_of(when(f'"" != {path}', named), "type-mismatch") == hint


def test_a_misspelt_name_beside_an_empty_text_is_one_problem() -> None:
    assert hint_of(when('speech.targt == ""'), "unknown-name") == "did you mean `speech.target`?"


# --- texts


@pytest.mark.parametrize(
    "text", ["about {conduct} {contact.wait.", "about {conduct} contact.wait}.", "about {conduct."]
)
def test_a_brace_without_its_partner_is_one_problem(text: str) -> None:
    (one,) = problems_of(edited(("duties.yaml", "about {conduct}.", text)))
    assert (one.code, one.message) == ("bad-placeholder", "a brace without its partner")


@pytest.mark.parametrize("value", ["by", "shows", "otherwise"])
def test_a_text_is_not_chosen_by_values_that_are_keys_of_a_text(value: str) -> None:
    text = "texts: {x: {by: ⟦contact.channel⟧, voice: {en: a, zh: b}, otherwise: {en: a, zh: b}}}\n"
    files = edited(("vocabulary.yaml", "[voice, email]", f"[voice, {value}]"), also={"more.yaml": text})
    (one,) = assert_found(files, "reserved-name")
    assert f"`{value}`" in one.message
    assert problems_of(edited(("vocabulary.yaml", "[voice, email]", f"[voice, {value}]"))) == []


def test_a_text_may_be_chosen_by_values_that_are_languages() -> None:
    texts = "texts: {x: {by: contact.channel, en: {en: a, zh: b}, zh: {en: c, zh: d}, otherwise: {en: e, zh: f}}}\n"
    assert (
        problems_of(
            edited(
                ("vocabulary.yaml", "[voice, email]", "[voice, en, zh]"),
                ("vocabulary.yaml", "default: voice", "default: en"),
                also={"more.yaml": texts},
            )
        )
        == []
    )


# --- what obligations carry


@pytest.mark.parametrize(
    "carried", ["how_bad: = conduct, again: = ⟦history.last_bad⟧", "how_bad: = ⟦history.last_bad⟧"]
)
def test_an_obligation_cannot_read_what_obligations_carry(carried: str) -> None:
    files = edited(("duties.yaml", "how_bad: = conduct", carried), ("vocabulary.yaml", "  warned: ", KEPT))
    (one,) = assert_found(files, "unknown-name")
    assert "looks at what obligations carry" in one.message


def test_a_rule_can_read_what_obligations_carry() -> None:
    assert problems_of(when('history.last_bad == "abuse"', ("vocabulary.yaml", "  warned: ", KEPT))) == []
