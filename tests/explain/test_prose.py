"""Expressions read as statements, true and negated, in both languages."""

from __future__ import annotations

import pytest
from attrs import evolve

from centre import small
from explain.kept import kept
from forbear.explain.labels import Labels
from forbear.explain.prose import clause, finding
from forbear.explain.trace import environment_of
from forbear.explain.words import Language
from forbear.language import ir
from forbear.language.walk import reads
from forbear.records import Record

PACK = """
facts:
  speech.hostile: {type: bool, about: {en: hostile words were heard, zh: 听到敌意言辞}}
  speech.target: {type: [nobody, company, advisor], about: {en: whom it is aimed at, zh: 针对的对象}}
  speech.other: {type: [nobody, company, advisor]}
  contact.wait: {type: int, unit: seconds, range: [0, 86400], about: {en: the wait, zh: 等候时间}}
  contact.turns: {type: int, range: [0, 1000], about: {en: the turns so far, zh: 对话轮数}}
  customer.value: {type: decimal, places: 2, range: [0, 1], about: {en: "the customer's value", zh: 客户价值}}
  customer.share: {type: decimal, places: 3, range: [0, 1], about: {en: the share, zh: 份额}}
  customer.sure: {type: int, unit: percent, range: [0, 100], about: {en: the certainty, zh: 确定程度}}
  customer.since: {type: int, unit: days, range: [0, 9000], optional: true, about: {en: the time since then, zh: 距今}}
settings:
  patience: {type: int, unit: seconds, range: [1, 3600], default: 90, about: {en: our patience, zh: 耐心上限}}
decisions:
"""

CASES = [
    ("speech.hostile", "hostile words were heard: yes", "听到敌意言辞：是"),
    ("!speech.hostile", "hostile words were heard: no", "听到敌意言辞：否"),
    ('speech.target == "advisor"', "whom it is aimed at is “advisor”", "针对的对象为“advisor”"),
    ('!(speech.target == "advisor")', "whom it is aimed at is not “advisor”", "针对的对象不是“advisor”"),
    ("speech.target == speech.other", "whom it is aimed at is speech.other", "针对的对象为 speech.other"),
    ('speech.target in ["company", "advisor"]', "whom it is aimed at is one of “company”, “advisor”",
     "针对的对象是“company”、“advisor”之一"),
    ('!(speech.target in ["company"])', "whom it is aimed at is none of “company”",
     "针对的对象不是“company”中的任何一个"),
    ("contact.wait > setting.patience", "the wait: more than our patience", "等候时间大于耐心上限"),
    ("contact.wait >= 300", "the wait: at least 5 minutes", "等候时间至少为5分钟"),
    ("!(contact.wait >= 5400)", "the wait: less than 1 hour 30 minutes", "等候时间小于1小时30分钟"),
    ("300 <= contact.wait", "5 minutes: at most the wait", "5分钟至多为等候时间"),
    ("contact.turns == 3", "the turns so far: 3", "对话轮数为3"),
    ("contact.turns != 3", "the turns so far: not 3", "对话轮数不是3"),
    ("contact.turns + 1 <= 3", "the turns so far plus 1: at most 3", "对话轮数加1至多为3"),
    ("2 * contact.turns - 1 < 3", "(2 times the turns so far) minus 1: less than 3", "（2乘以对话轮数）减1小于3"),
    ("contact.wait - 60 > 0", "the wait minus 1 minute: more than 0 seconds", "等候时间减1分钟大于0秒"),
    ("customer.value >= 0.5", "the customer's value: at least 0.50", "客户价值至少为0.50"),
    ("customer.value < 0.125", "the customer's value: less than 0.125", "客户价值小于0.125"),
    ("customer.value < customer.share", "the customer's value: less than the share", "客户价值小于份额"),
    ("customer.sure < 80", "the certainty: less than 80%", "确定程度小于80%"),
    ("has(customer.since)", "the time since then is known", "距今已知"),
    ("!has(customer.since)", "the time since then is not known", "距今未知"),
    ("speech.hostile || contact.turns > 3", "hostile words were heard: yes, or the turns so far: more than 3",
     "听到敌意言辞：是，或者对话轮数大于3"),
    ('!(speech.hostile && speech.target == "company")',
     "hostile words were heard: no, or whom it is aimed at is not “company”",
     "听到敌意言辞：否，或者针对的对象不是“company”"),
    ("speech.hostile || (contact.turns > 3 && contact.turns < 9)",
     "hostile words were heard: yes, or (the turns so far: more than 3, and the turns so far: less than 9)",
     "听到敌意言辞：是，或者（对话轮数大于3，并且对话轮数小于9）"),
    ('speech.hostile == (speech.target == "advisor")',
     "“hostile words were heard: yes” and “whom it is aimed at is “advisor”” are both so, or neither is",
     "“听到敌意言辞：是”与“针对的对象为“advisor””同真或同假"),
    ('speech.hostile != (speech.target == "advisor")',
     "exactly one of “hostile words were heard: yes” and “whom it is aimed at is “advisor”” is so",
     "“听到敌意言辞：是”与“针对的对象为“advisor””恰有一个成立"),
    ("speech.hostile == false", "hostile words were heard: no", "听到敌意言辞：否"),
    ("true", "always", "总是如此"),
]  # fmt: skip


def condition(text: str) -> tuple[ir.Policy, ir.Expr]:
    decision = f"""
  - decision: d
    asked_on: [tick]
    outcome: bool
    fallback: false
    rules:
      - {{rule: r, when: '{text}', then: true, BECAUSE}}
      - otherwise: false
"""
    policy = small(PACK + decision.lstrip("\n"))
    when = policy.decisions["d"].rules[0].when
    assert when is not None
    return policy, when


@pytest.mark.parametrize(("text", "english", "chinese"), CASES, ids=[case[0] for case in CASES])
def test_a_condition_reads_as_a_statement(text: str, english: str, chinese: str) -> None:
    policy, when = condition(text)
    assert clause(when, Labels(policy, "tick", "en")) == english
    assert clause(when, Labels(policy, "tick", "zh")) == chinese


@pytest.mark.parametrize(
    ("text", "facts", "english", "chinese"),
    [
        ("speech.hostile", {"speech.hostile": False}, "hostile words were heard: no", "听到敌意言辞：否"),
        ('speech.target == "advisor"', {"speech.target": "company"}, "whom it is aimed at is “company”, not “advisor”",
         "针对的对象为“company”，不是“advisor”"),
        ('speech.target != "advisor"', {"speech.target": "advisor"}, "whom it is aimed at is “advisor”",
         "针对的对象为“advisor”"),
        ("contact.turns == 3", {"contact.turns": 5}, "the turns so far: 5, not 3", "对话轮数为5，不是3"),
        ("contact.wait >= 300", {"contact.wait": 90}, "the wait: less than 5 minutes (it is 1 minute 30 seconds)",
         "等候时间小于5分钟（实际为1分钟30秒）"),
        ("customer.value >= 0.5", {"customer.value": 0.25}, "the customer's value: less than 0.50 (it is 0.25)",
         "客户价值小于0.50（实际为0.25）"),
        ("contact.wait > setting.patience", {"contact.wait": 60},
         "the wait (1 minute): at most our patience (1 minute 30 seconds)",
         "等候时间（1分钟）至多为耐心上限（1分钟30秒）"),
        ("has(customer.since) && customer.since < 30", {},
         "the time since then is not known", "距今未知"),
        ("speech.hostile || contact.turns > 3", {"speech.hostile": False, "contact.turns": 2},
         "hostile words were heard: no, and the turns so far: at most 3 (it is 2)",
         "听到敌意言辞：否，并且对话轮数至多为3（实际为2）"),
        ("speech.target == speech.other", {"speech.target": "nobody", "speech.other": "company"},
         "whom it is aimed at (“nobody”) is not speech.other (“company”)",
         "针对的对象（“nobody”）不是 speech.other（“company”）"),
    ],
)  # fmt: skip
def test_a_failed_condition_is_told_with_what_was_found(
    text: str, facts: dict[str, bool | int | float | str], english: str, chinese: str
) -> None:
    policy, when = condition(text)
    record = _record(policy, facts)
    environment = environment_of(policy, record)
    values = {path: environment.get(path) for path in reads(when)}
    languages: tuple[tuple[Language, str], ...] = (("en", english), ("zh", chinese))
    for language, expected in languages:
        assert finding(when, False, values, Labels(policy, "tick", language)) == expected


def _record(policy: ir.Policy, facts: dict[str, bool | int | float | str]) -> Record:
    record, _ = kept(policy, "tick", {}, frozenset({"d"}))
    return evolve(record, facts=facts)
