"""Settings worded per language: a text shows the words of the very setting that it, a decision or an entry took."""

from __future__ import annotations

import pytest

from forbear import Engine
from forbear.explain import explain
from forbear.language.wording import translated
from language.small_pack import built

PACK = {
    "pack.yaml": "pack: worded\nversion: 1.0.0\nlanguage: 1\n",
    "words.yaml": """\
facts:
  advisor.name: string
entries:
  visit: {host: string}
settings:
  front: {type: string, default: {en: the manager, zh: 前台经理}}
  back: {type: string, default: {en: the manager, zh: 后台经理}}
history:
  last_host: {last: visit, of: host, else: nobody}
obligations:
  call: {to: manager, due: 1 hour, say: calling, carries: {host: = shown}, closes: {done: {}}}
texts:
  calling:
    en: "{shown}, {setting.front}, {setting.back}, {advisor.name}, {history.last_host}"
    zh: "{shown}，{setting.front}，{setting.back}，{advisor.name}，{history.last_host}"
""",
    "shown.yaml": """\
decision: shown
asked_on: [tick]
outcome: string
fallback: = setting.back
rules:
  - {rule: named, when: 'advisor.name == "Sam"', then: = advisor.name}
  - otherwise: = setting.back
""",
    "done.yaml": """\
decision: done
asked_on: [tick]
outcome: [no, yes]
fallback: no
rules:
  - rule: always
    then: yes
    record: [{visit: {host: = shown}}]
    owe: [call]
""",
}
TICK = {"at": "2026-03-02T09:00:00Z", "type": "tick"}


def said(name: str) -> list[str]:
    with Engine(built(PACK), discover=False) as engine:
        engine.decide({"id": "e1", **TICK, "facts": {"advisor.name": name}})
        record = engine.decide({"id": "e2", **TICK, "at": "2026-03-02T10:00:00Z", "facts": {"advisor.name": name}})
    words = record.obligations[0].say
    assert words is not None
    return words["zh"].split("，")


def test_each_setting_is_said_in_its_own_words():
    assert said("Li")[1:3] == ["前台经理", "后台经理"]


def test_what_a_decision_took_from_a_setting_is_said_in_the_words_of_that_setting():
    assert said("Li")[0] == "后台经理"


def test_so_is_what_an_entry_kept_of_it():
    assert said("Li")[4] == "后台经理"


def test_what_a_host_says_is_never_translated():
    assert said("the manager")[3] == "the manager"


def test_an_explanation_speaks_of_a_value_in_the_words_of_its_setting():
    policy = built(PACK)
    with Engine(policy, discover=False) as engine:
        record = engine.decide({"id": "e1", **TICK, "facts": {"advisor.name": "the manager"}})
    told = [one.text["zh"] for one in explain(policy, record).sentences]
    assert [one for one in told if one.startswith("shown") and "前台经理" in one] == []
    assert [one for one in told if one.startswith("shown") and "后台经理" in one]
    assert [one for one in told if "advisor.name" in one and "the manager" in one]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("setting.front", "前台经理"),
        ("setting.back", "后台经理"),
        ("shown", "后台经理"),
        ("history.last_host", "后台经理"),
        ("obligation.host", "后台经理"),
        ("visit.host", "后台经理"),
        ("advisor.name", "the manager"),
        ("event.contact", "the manager"),
        ("", "the manager"),
    ],
)
def test_a_text_comes_from_where_rules_brought_it(path, words):
    assert translated(built(PACK), "the manager", path, "zh") == words
    assert translated(built(PACK), "the manager", path, "en") == "the manager"
    assert translated(built(PACK), "someone else", path, "zh") == "someone else"


def test_a_centres_own_choice_has_one_wording():
    policy = built(PACK, {"front": "the manager"})
    assert [translated(policy, "the manager", one, "zh") for one in ("setting.front", "shown")] == [
        "the manager", "后台经理",
    ]  # fmt: skip


def test_decisions_that_take_from_each_other_come_to_an_end():
    circular = PACK | {
        "done.yaml": PACK["done.yaml"].replace("{host: = shown}", "{host: = history.last_host}"),
    }
    assert translated(built(circular), "the manager", "history.last_host", "zh") == "the manager"
