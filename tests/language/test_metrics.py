"""Metrics: how they are read, inherited and overridden, and that no rule knows of them."""

from __future__ import annotations

import pytest

from forbear.language import ir, kept
from forbear.language.pack import check_pack, pack_from_texts
from forbear.language.types import DecimalType, IntType
from language.small_pack import SMALL, assert_found, built, edited, problems_of

ABOUT = "about: {en: warnings, zh: 警告}"


def metric(keys: str, **more: str) -> ir.Metric:
    return built(SMALL | {"more.yaml": f"metrics: {{x: {{{ABOUT}, {keys}}}}}\n", **more}).metrics["x"]


def test_a_share_has_a_whole() -> None:
    one = metric("part: {count: warning, where: spoken}, whole: {count: warning}, by: [level, advisor], source: S1 B6")
    assert one.whole is one.base is not None
    assert (one.per, one.by, one.least, one.beside, one.source) == (None, ("level", "advisor"), 1, (), "S1 B6")
    assert one.about == {"en": "warnings", "zh": "警告"}
    assert (one.part.operator, one.part.entry, one.part.scope) == ("count", "warning", "centre")
    assert one.part.where is not None
    assert one.whole.where is None


def test_a_ratio_sets_one_thing_against_another() -> None:
    one = metric("part: {sum: warning, of: age}, per: {count: contact, where: ended}, least: 30")
    assert one.per is one.base is not None
    assert (one.part.of, one.per.entry, one.least) == ("age", "contact", 30)
    assert isinstance(one.part.type, IntType)
    assert one.part.type.unit == "seconds"


def test_a_figure_stands_alone() -> None:
    one = metric('part: {count: override, where: decision == "conduct"}')
    assert (one.base, one.least) == (None, 1)


def test_decimals_are_added_too() -> None:
    note = {"note.yaml": "entries: {note: {mark: {type: decimal, places: 1, range: [0, 5]}}}\n"}
    assert isinstance(metric("part: {sum: note, of: mark}, per: {count: note}", **note).part.type, DecimalType)


def test_a_setting_may_say_how_many_there_are_at_least() -> None:
    one = metric("part: {count: warning}, per: {count: contact}, least: setting.patience")
    assert one.least == "setting.patience"


def test_what_a_report_measures_is_for_metrics_only() -> None:
    metric("part: {count: obligation, where: late && has(took) && took > 60}")
    metric("part: {sum: contact, of: took}, per: {count: contact, where: has(took)}")
    files = edited(("vocabulary.yaml", "{any: warning, where: 'spoken", "{any: obligation, where: '⟦late⟧"))
    files["vocabulary.yaml"] = files["vocabulary.yaml"].replace(' && level == "first"', "")
    assert_found(files, "unknown-attribute")


def test_a_carried_value_hides_what_would_be_measured() -> None:
    files = edited(("duties.yaml", "{how_bad:", "{took: short, how_bad:"))
    files["duties.yaml"] = files["duties.yaml"].replace("took: short", "took: = conduct")
    more = f"metrics: {{x: {{{ABOUT}, part: {{count: obligation, where: 'has(took) && took == \"abuse\"'}}}}}}\n"
    assert "x" in built(files | {"more.yaml": more}).metrics


def test_metrics_belong_to_the_digest_and_to_nothing_that_is_decided() -> None:
    without = built(SMALL)
    with_ = built(SMALL | {"more.yaml": f"metrics: {{x: {{{ABOUT}, part: {{count: warning}}}}}}\n"})
    assert without.digest != with_.digest
    assert without.plans == with_.plans
    assert kept.rebuilt(kept.written(with_), with_.digest).metrics == with_.metrics


def unused_settings(more: str) -> set[str]:
    found = check_pack(pack_from_texts(SMALL | {"more.yaml": more}))[1]
    return {one.message.split("`")[1] for one in found if one.code == "unused-setting"}


def test_what_only_a_metric_reads_is_used() -> None:
    settings = "settings:\n  fewest: {type: int, range: [1, 9], default: 3}\n  long: {type: int, default: 3}\n"
    keys = "part: {count: warning}, per: {count: contact, where: 'has(took) && took > setting.long'}"
    more = f"{settings}metrics: {{x: {{{ABOUT}, {keys}, least: setting.fewest}}}}\n"
    assert not {"fewest", "long"} & unused_settings(more)
    assert {"fewest", "long"} <= unused_settings(settings)


# --- packs on packs

ABOVE = {"pack.yaml": "pack: above\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [standard]\n"}


def test_metrics_of_packs_below_are_inherited_and_replaced_by_name() -> None:
    more = f"overrides: {{metrics: {{upheld_on_review: {{{ABOUT}, part: {{count: offence}}}}}}}}\n"
    plain, changed = built(ABOVE), built(ABOVE | {"more.yaml": more})
    assert plain.metrics.keys() == changed.metrics.keys() >= {"upheld_on_review", "done_in_time"}
    assert plain.metrics["upheld_on_review"].whole is not None
    assert changed.metrics["upheld_on_review"].whole is None
    assert changed.metrics["done_in_time"] == plain.metrics["done_in_time"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"metrics: {{⟦upheld_on_review⟧: {{{ABOUT}, part: {{count: offence}}}}}}\n", "duplicate-name"),
        (f"overrides: {{metrics: {{⟦upheld_on_revew⟧: {{{ABOUT}, part: {{count: offence}}}}}}}}\n", "unknown-override"),
    ],
)
def test_a_pack_above_declares_none_again_and_replaces_none_that_is_not_there(text: str, code: str) -> None:
    assert_found(ABOVE | {"more.yaml": text}, code)


def test_what_a_broken_metric_stands_beside_is_not_noted_twice() -> None:
    more = f"""\
metrics:
  x: {{{ABOUT}, part: {{count: warning}}, beside: [y]}}
  y: {{{ABOUT}, part: {{count: ⟦waring⟧}}}}
"""
    assert_found(SMALL | {"more.yaml": more}, "unknown-entry")


@pytest.mark.parametrize("empty", ["metrics:\n", "metrics: {}\n", "metrics: ~\n"])
def test_a_section_may_be_empty(empty: str) -> None:
    assert problems_of(SMALL | {"more.yaml": empty}) == []


@pytest.mark.parametrize("key", ["about", "part", "whole", "per", "by", "least", "beside", "source"])
@pytest.mark.parametrize("value", ["", "~", "[]", "{}", "x", "[x, x]", "[[x]]", "{x: {y: z}}", "3", "'  '"])
def test_a_metric_is_read_or_something_is_said(key: str, value: str) -> None:
    keys = {"about": "{en: a, zh: b}", "part": "{count: warning}", "whole": "{count: warning}"} | {key: value}
    files = SMALL | {"more.yaml": "metrics:\n  x:\n" + "".join(f"    {one}: {it}\n" for one, it in keys.items())}
    if not problems_of(files):
        assert "x" in built(files).metrics
