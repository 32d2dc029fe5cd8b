"""`builds_on` and `overrides`: what a pack takes from another, replaces by name, and says that it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from forbear.calendar import Elapsed
from forbear.errors import Diagnostic, PackError, Severity
from forbear.evaluate import make_evaluator
from forbear.language import ir
from forbear.language.pack import build_policy, check_pack, pack_from_texts, read_pack
from language.small_pack import SMALL

BASE = SMALL | {
    "duties.yaml": """\
obligations:
  call: {to: manager, due: 1 hour, say: calling, closes: {done: {}}}
texts:
  calling: {en: "We call you.", zh: "我们会联系您。"}
""",
    "owing.yaml": """\
decision: owing
asked_on: [contact_ended]
outcome: [none, some]
fallback: none
rules:
  - rule: always
    then: some
    owe: [call]
""",
    "table.yaml": """\
decision: tabled
asks: Which?
asked_on: [utterance]
outcome: [low, high]
fallback: low
table:
  inputs: [contact.turns]
  rows:
    - {rule: many, when: [">= 10"], then: high}
    - {rule: few, when: ["-"], then: low}
""",
}
TURN = {
    "history.warned": False,
    "speech.hostile": True,
    "speech.target": "company",
    "contact.wait": 1,
    "contact.turns": 12,
    "customer.tags": (),
}


def on(*packs: str, name: str = "mine") -> str:
    """The manifest of a pack that builds on others."""
    return f"pack: {name}\nversion: 2.0.0\nlanguage: 1\nbuilds_on: [{', '.join(packs)}]\n"


MINE = on("small")


def put(folder: Path, name: str, files: Mapping[str, str]) -> Path:
    for file, text in files.items():
        path = folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / name


@pytest.fixture
def below(tmp_path):
    put(tmp_path, "small", BASE)
    return tmp_path


def mine(below: Path, overrides: str = "", **files: str) -> ir.Policy:
    return build_policy(read_pack(write_mine(below, overrides, **files)))


def write_mine(below: Path, overrides: str = "", **files: str) -> Path:
    return put(below, "mine", {"pack.yaml": MINE + overrides} | {f"{name}.yaml": text for name, text in files.items()})


def said(below: Path, overrides: str = "", **files: str) -> list[Diagnostic]:
    try:
        return check_pack(read_pack(write_mine(below, overrides, **files)))[1]
    except PackError as error:
        return list(error.diagnostics)


def errors(found: list[Diagnostic]) -> list[tuple[str, str]]:
    """The codes of what is wrong, with the words underlined."""
    return [
        (one.code, one.span.text[one.span.column - 1 :][: one.span.length])
        for one in found
        if one.severity is Severity.ERROR
    ]


def outcome(policy: ir.Policy, decision: str) -> object:
    return make_evaluator("reference", policy).decide("utterance", TURN).outcome[decision]


def test_a_pack_that_changes_nothing_decides_as_the_one_below(below):
    policy, under = mine(below), build_policy(read_pack(below / "small"))
    assert (policy.name, policy.version, policy.builds_on) == ("mine", "2.0.0", {"small": "1.0.0"})
    assert policy.decisions == under.decisions
    assert policy.digest != under.digest


def test_only_the_keys_that_are_given_replace_those_of_a_rule(below):
    policy = mine(below, "overrides: {rules: {conduct.vented: {then: abuse}}}\n")
    old, new = (one.decisions["conduct"].rules[1] for one in (build_policy(read_pack(below / "small")), policy))
    assert new.when == old.when
    assert [outcome(policy, "conduct"), new.then] == ["abuse", ir.Constant("abuse")]


def test_a_row_of_a_table_is_a_rule_too(below):
    assert outcome(mine(below), "tabled") == "high"
    assert outcome(mine(below, 'overrides: {rules: {tabled.many: {when: [">= 13"]}}}\n'), "tabled") == "low"


def test_a_rule_can_be_switched_off_without_a_warning(below):
    overrides = "overrides: {rules: {conduct.vented: {when: 'false'}}}\n"
    assert outcome(mine(below, overrides), "conduct") == "civil"
    assert [one.code for one in said(below, overrides)] == ["overrides"]


def test_settings_texts_and_due_times_are_replaced(below):
    policy = mine(
        below,
        "overrides:\n  settings: {patience: 90}\n  due: {call: 2 hours}\n",
        words='overrides:\n  texts: {calling: {en: "Later.", zh: "稍后。"}}\n',
    )
    assert policy.settings["setting.patience"].value == 90
    assert policy.obligations["call"].due == Elapsed(7200)
    assert policy.texts["calling"].variants["otherwise"] == {"en": ("Later.",), "zh": ("稍后。",)}


def test_a_centre_may_still_choose_the_setting(below):
    folder = write_mine(below, "overrides: {settings: {patience: 90}}\n")
    assert build_policy(read_pack(folder), {"patience": 30}).settings["setting.patience"].value == 30


def test_promises_are_added_behind_those_that_stand(below):
    more = 'overrides: {invariants: {response: [{never: "response == \\"warn\\" && !speech.hostile", because: So.}]}}\n'
    names = [one.name for one in mine(below, more).invariants if one.decision == "response"]
    under = [one.name for one in mine(below).invariants if one.decision == "response"]
    assert names == [*under, f"response#{len(under) + 1}"]


def test_promises_added_in_two_files_all_count(below):
    more = 'overrides: {invariants: {response: [{never: "response == \\"warn\\" && !speech.hostile", because: %s.}]}}\n'
    policy = mine(below, one=more % "One", two=more % "Two")
    assert [one.because for one in policy.invariants if one.decision == "response"][-2:] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("one", "two", "word"),
    [
        ("rules: {conduct.vented: {when: 'false'}}", "rules: {conduct.vented: {then: abuse}}", "conduct.vented"),
        ("settings: {patience: 30}", "settings: {patience: 90}", "patience"),
        ("due: {call: 2 hours}", "due: {call: 3 hours}", "call"),
    ],
)
def test_a_pack_overrides_a_thing_once(below, one, two, word):
    found = said(below, one=f"overrides: {{{one}}}\n", two=f"overrides: {{{two}}}\n")
    assert errors(found) == [("duplicate-name", word)]


def test_the_calendar_of_the_pack_on_top_counts(below):
    put(below, "small", {"calendar.yaml": "calendar: {zone: Europe/London}\n"})
    assert mine(below).calendar.zone == "Europe/London"
    found = said(below, hours="calendar: {zone: Asia/Shanghai}\n")
    assert [one.message for one in found] == ["replaces the calendar"]
    assert mine(below, hours="calendar: {zone: Asia/Shanghai}\n").calendar.zone == "Asia/Shanghai"


def test_what_is_overridden_is_told_at_its_name(below):
    found = said(
        below, "overrides:\n  settings: {patience: 90}\n  rules: {conduct.vented: {then: abuse, source: S9}}\n"
    )
    assert [(one.severity, one.code, one.span.line, one.message) for one in found] == [
        (Severity.NOTE, "overrides", 6, "replaces the default of the setting `patience`"),
        (Severity.NOTE, "overrides", 7, "replaces `then` and `source` of the rule `conduct.vented`"),
    ]


def test_problems_below_are_named_after_their_pack(below):
    put(below, "small", {"broken.yaml": "facts: {a.b: boool}\n"})
    assert [str(one.span) for one in said(below)] == ["small:broken.yaml:1:14"]


def test_a_mistake_in_an_override_stands_where_it_was_written(below):
    found = said(below, "overrides:\n  settings: {patience: soon}\n  rules: {conduct.vented: {then: angry, whem: x}}\n")
    assert [one.span.file for one in found if one.severity is Severity.ERROR] == ["pack.yaml"] * 3
    assert errors(found) == [("wrong-value", "soon"), ("unknown-value", "angry"), ("unknown-key", "whem")]


@pytest.mark.parametrize(
    ("overrides", "code", "word"),
    [
        ("{rules: {conduct.ventd: {then: abuse}}}", "unknown-override", "conduct.ventd"),
        ("{rules: {vented: {then: abuse}}}", "unknown-override", "vented"),
        ("{texts: {callling: {en: a, zh: b}}}", "unknown-override", "callling"),
        ("{settings: {patient: 3}}", "unknown-override", "patient"),
        ("{due: {ring: 1 hour}}", "unknown-override", "ring"),
        ("{invariants: {responce: []}}", "unknown-override", "responce"),
        ("{rulez: {}}", "unknown-key", "rulez"),
        ("{rules: {conduct.vented: {}}}", "wrong-shape", "conduct.vented"),
        ("{rules: {conduct.vented: anger}}", "wrong-shape", "anger"),
        ("{rules: {conduct.vented: {rule: other}}}", "wrong-shape", "rule"),
    ],
)
def test_an_override_that_fits_nothing(below, overrides, code, word):
    assert errors(said(below, f"overrides: {overrides}\n")) == [(code, word)]


def test_a_pack_cannot_override_itself(tmp_path):
    put(tmp_path, "alone", BASE | {"pack.yaml": on() + "overrides: {settings: {patience: 2}}\n"})
    with pytest.raises(PackError) as caught:
        build_policy(read_pack(tmp_path / "alone"))
    assert errors(list(caught.value.diagnostics)) == [("unknown-override", "patience")]


@pytest.mark.parametrize("name", ["../small", "/etc", "small/../small", "Small", "sm\u0430ll", "~", "", "a" * 300])
def test_a_pack_is_named_not_pointed_at(below, name):
    (below / "mine").mkdir()
    (below / "mine" / "pack.yaml").write_text(MINE.replace("[small]", f'["{name}"]'), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        build_policy(read_pack(below / "mine"))
    assert {one.code for one in caught.value.diagnostics} <= {"bad-name", "wrong-shape", "unknown-pack"}


def test_an_unknown_pack_is_said_and_nothing_that_only_follows_from_it(below):
    rules = "[{rule: r, when: speech.hostile, then: false}, otherwise: true]"
    reader = f"decision: d\nasked_on: [utterance]\noutcome: bool\nfallback: true\nrules: {rules}\n"
    put(below, "mine", {"pack.yaml": on("smal"), "d.yaml": reader})
    with pytest.raises(PackError) as caught:
        read_pack(below / "mine")
    assert errors(list(caught.value.diagnostics)) == [("unknown-pack", "smal")]


def test_packs_that_build_on_each_other_are_refused(below):
    put(below, "small", {"pack.yaml": SMALL["pack.yaml"] + "builds_on: [mine]\n"})
    found = said(below)
    assert errors(found) == [("pack-cycle", "mine")]
    assert "mine → small → mine" in found[0].message


def test_a_pack_that_builds_on_itself_is_refused(tmp_path):
    put(tmp_path, "small", BASE | {"pack.yaml": SMALL["pack.yaml"] + "builds_on: [small]\n"})
    with pytest.raises(PackError) as caught:
        read_pack(tmp_path / "small")
    assert errors(list(caught.value.diagnostics)) == [("pack-cycle", "small")]


def test_a_folder_of_another_name_is_not_the_pack_that_was_meant(below):
    put(below, "small", {"pack.yaml": SMALL["pack.yaml"].replace("small", "other")})
    assert errors(said(below)) == [("unknown-pack", "other")]


def test_a_pack_reached_on_two_ways_is_read_once(below):
    for name in ("left", "right"):
        put(below, name, {"pack.yaml": on("small", name=name)})
    put(below, "mine", {"pack.yaml": on("left", "right")})
    policy = build_policy(read_pack(below / "mine"))
    assert list(policy.builds_on) == ["small", "left", "right"]


def test_two_packs_that_override_the_same_thing_are_refused_until_one_above_decides(below):
    for name, patience in (("left", 10), ("right", 20)):
        override = f"overrides: {{settings: {{patience: {patience}}}}}\n"
        put(below, name, {"pack.yaml": on("small", name=name) + override})
    put(below, "mine", {"pack.yaml": on("left", "right")})
    with pytest.raises(PackError) as caught:
        build_policy(read_pack(below / "mine"))
    assert errors(list(caught.value.diagnostics)) == [("override-conflict", "patience")]
    put(below, "mine", {"more.yaml": "overrides: {settings: {patience: 30}}\n"})
    assert build_policy(read_pack(below / "mine")).settings["setting.patience"].value == 30


def test_an_override_of_an_override(below):
    middle, top = (f"overrides: {{rules: {{conduct.vented: {{then: {one}}}}}}}\n" for one in ("abuse", "civil"))
    put(below, "middle", {"pack.yaml": on("small", name="middle") + middle})
    put(below, "mine", {"pack.yaml": on("middle") + top})
    assert outcome(build_policy(read_pack(below / "mine")), "conduct") == "civil"


def test_too_many_packs_are_refused(below):
    names = [f"p{n}" for n in range(25)]
    for name in names:
        put(below, name, {"pack.yaml": on(name=name)})
    put(below, "mine", {"pack.yaml": on(*names)})
    with pytest.raises(PackError) as caught:
        read_pack(below / "mine")
    assert errors(list(caught.value.diagnostics)) == [("pack-too-large", "p20")]


def test_a_linked_folder_is_not_followed(below):
    (below / "small").rename(below / "elsewhere")
    (below / "small").symlink_to(below / "elsewhere")
    assert errors(said(below)) == [("symbolic-link", "")]


def test_a_pack_in_memory_builds_on_bundled_ones():
    texts = {"pack.yaml": on("standard") + "overrides: {settings: {offence_window: 90}}\n"}
    policy = build_policy(pack_from_texts(texts))
    assert policy.settings["setting.offence_window"].value == 90


def test_unused_words_below_are_left_alone(below):
    put(below, "small", {"more.yaml": "facts: {not.read: bool}\n"})
    assert said(below) == []
    assert [one.code for one in said(below, own="facts: {mine.own: bool}\n")] == ["unused-fact"]
