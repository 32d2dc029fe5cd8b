"""Packs that are hard on a solver: an answer or `undecided`, never a traceback, and never without end."""

from __future__ import annotations

import pytest

from centre import small
from forbear.prove import Report, prove
from forbear.prove.histories import Limits
from strategies.profile import FACTOR

HEAD = """\
  - decision: d
    asks: What?
    asked_on: [utterance]
    outcome: [a, b, c]
    fallback: a
"""


def asked(facts: str, body: str, sections: str = "", seconds: int = 3) -> Report:
    """What is proved of one decision."""
    text = f"facts:\n{facts}{sections}decisions:\n{HEAD}{body}"
    return prove(small(text), Limits(seconds, 2))


def codes(report: Report) -> list[str]:
    return sorted(one.code for one in report.findings)


def verdicts(report: Report) -> list[str]:
    return [one.verdict for one in report.verdicts]


OTHERWISE = "      - {otherwise: a}\n"
MOST = 2**53 - 1


def test_numbers_may_be_as_large_as_they_can() -> None:
    facts = f"  f.n: {{type: int, range: [-{MOST}, {MOST}]}}\n  f.m: {{type: int, range: [-{MOST}, {MOST}]}}\n"
    report = asked(
        facts,
        f"""\
    hit: first
    rules:
      - {{rule: low, when: f.n < f.m - {MOST}, then: b, BECAUSE}}
      - {{rule: never, when: f.n > f.m + {2 * MOST}, then: c, BECAUSE}}
      - {{rule: end, when: f.n == {MOST} && f.m == -{MOST}, then: c, BECAUSE}}
      - {{otherwise: a}}
    invariants:
      - {{never: d == "b" && f.n >= f.m, because: So.}}
      - {{never: d == "c" && f.n == {MOST}, because: So.}}
""",
    )
    assert codes(report) == ["never-true"]
    assert verdicts(report) == ["proved", "refuted"]


def test_decimals_of_nine_places_are_exact() -> None:
    facts = "  f.x: {type: decimal, places: 9, range: [0, 1]}\n"
    report = asked(
        facts,
        """\
    hit: first
    rules:
      - {rule: hair, when: f.x > 0.999999998 && f.x < 1, then: b, BECAUSE}
      - {rule: none, when: f.x > 0.999999999 && f.x < 1, then: c, BECAUSE}
      - {otherwise: a}
    invariants:
      - {never: d == "b" && f.x != 0.999999999, because: So.}
      - {never: d == "b" && f.x == 0.999999999, because: So.}
""",
    )
    assert codes(report) == ["hidden-rule", "unreachable-outcome"] or codes(report) == [
        "never-true",
        "unreachable-outcome",
    ]
    assert verdicts(report) == ["proved", "refuted"]


def test_a_text_may_be_any_and_an_enumeration_is_one_of_its_values() -> None:
    facts = "  f.s: string\n  f.t: string\n  f.e: {type: [x, y]}\n  f.g: {type: [y, x, z]}\n"
    report = asked(
        facts,
        """\
    hit: first
    rules:
      - {rule: known, when: 'f.s in ["x", "y"]', then: b, BECAUSE}
      - {rule: same, when: f.s == f.t && f.t == "x", then: c, BECAUSE}
      - {rule: neither, when: 'f.e != "x" && f.e != "y"', then: c, BECAUSE}
      - {rule: third, when: 'f.g != "x" && f.g != "y"', then: c, BECAUSE}
      - {otherwise: a}
    invariants:
      - {never: 'd == "a" && f.g == "z"', because: So.}
      - {never: 'd == "c" && f.s != f.t && f.s == "x"', because: So.}
      - {never: 'd == "a" && f.s == "say {it} & go"', because: So.}
""",
    )
    assert codes(report) == ["hidden-rule", "never-true"]
    assert verdicts(report) == ["proved", "proved", "refuted"]


def test_lists_are_told_with_what_they_must_hold() -> None:
    facts = "  f.tags: {type: list of string}\n  f.tag: string\n  f.numbers: {type: list of int, range: [0, 5]}\n"
    report = asked(
        facts,
        """\
    hit: first
    rules:
      - {rule: both, when: 'f.tag in f.tags && "x" in f.tags && f.tag != "x"', then: b, BECAUSE}
      - {rule: none, when: '"x" in f.tags && !("x" in f.tags)', then: c, BECAUSE}
      - {rule: out, when: 7 in f.numbers, then: c, BECAUSE}
      - {otherwise: a}
    invariants:
      - {never: 'd == "b" && !(f.tag in f.tags)', because: So.}
      - {never: 'd == "b"', because: So.}
""",
    )
    assert "never-true" in codes(report)
    assert not {"unconfirmed", "undecided"} & set(codes(report))
    assert verdicts(report) == ["proved", "refuted"]


PRODUCT = """\
    hit: first
    rules:
      - {rule: more, when: f.n * setting.a >= f.m * setting.b + setting.a * setting.b, then: b, BECAUSE}
      - {otherwise: a}
    invariants:
      - {never: 'd == "b" && f.n * setting.a < f.m * setting.b', because: So.}
      - {never: 'd == "a" && f.n * setting.a >= f.m * setting.b + 4', because: So.}
"""
FACTORS = """\
  f.n: {type: int, range: [0, 1000000]}
  f.m: {type: int, range: [0, 1000000]}
settings:
  a: {type: int, range: [1, 1000], default: 2}
  b: {type: int, range: [1, 1000], default: 3}
"""


def test_settings_in_products_are_taken_as_chosen_and_named() -> None:
    report = asked(FACTORS, PRODUCT)
    assert set(report.fixed) == {"setting.a", "setting.b"}
    assert verdicts(report) == ["proved", "refuted"]


def test_a_condition_may_be_deep() -> None:
    deep = "f.b"
    for n in range(18):
        deep = f"!({deep}) || f.n == {n % 5}" if n % 2 else f"({deep}) && !(f.n == {n % 7})"
    facts = "  f.b: bool\n  f.n: {type: int, range: [0, 9]}\n"
    body = f"    hit: first\n    rules:\n      - {{rule: deep, when: '{deep}', then: b, BECAUSE}}\n{OTHERWISE}"
    report = asked(facts, body)
    assert not {"unconfirmed", "undecided"} & set(codes(report))


@pytest.mark.parametrize("hit", ["first", "unique", "priority", "collect"])
def test_a_decision_may_have_many_rules(hit: str) -> None:
    number = 500 if FACTOR > 1 else 60
    rules = [
        f"      - {{rule: r{n}, when: 'f.n >= {2 * n} && f.n < {2 * n + 2} && f.m != f.n', "
        f"then: {'abc'[n % 3]}, BECAUSE}}"
        for n in range(number)
    ]
    if hit != "collect":
        rules.append("      - {otherwise: a}")
    facts = f"  f.n: {{type: int, range: [0, {2 * number}]}}\n  f.m: {{type: int, range: [0, {2 * number}]}}\n"
    head = HEAD.replace("fallback: a", "fallback: []") if hit == "collect" else HEAD
    text = f"facts:\n{facts}decisions:\n{head}    hit: {hit}\n    rules:\n" + "\n".join(rules) + "\n"
    told = '"b" in d' if hit == "collect" else 'd == "b"'
    said = f"    invariants:\n      - {{never: '{told} && f.n == f.m', because: So.}}\n"
    report = prove(small(text + said), Limits(5, 2))
    assert codes(report) == []
    assert verdicts(report) == ["proved"]


def test_what_a_solver_cannot_settle_in_its_time_is_said_to_be_open() -> None:
    """A pigeonhole: ten numbers, all different, of nine values."""
    facts = "".join(f"  f.p{n}: {{type: int, range: [0, 8]}}\n" for n in range(10))
    apart = " && ".join(f"f.p{n} != f.p{m}" for n in range(10) for m in range(n))
    body = f"    hit: first\n    rules:\n      - {{rule: all, when: '{apart}', then: b, BECAUSE}}\n{OTHERWISE}"
    said = "    invariants:\n      - {never: 'd == \"b\"', because: So.}\n"
    report = asked(facts, body + said, seconds=1)
    assert verdicts(report) in (["unknown"], ["proved"], ["vacuous"])
    assert set(codes(report)) <= {"undecided", "never-true", "unreachable-outcome"}
    assert ("undecided" in codes(report)) or codes(report) == ["never-true", "unreachable-outcome"]
