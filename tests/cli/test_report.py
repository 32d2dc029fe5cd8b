"""`forbear report`: rates with their counts, as tables in both languages, as JSON, as pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from centre import engine, event, routing, three_strikes
from commands import Result, forbear, inside
from forbear import load_policy
from places import postgres


def contact(id: str, minutes: float, customer: str, verdict: str | None) -> list[dict[str, Any]]:
    """A contact that ends with an offence, which is reviewed the same day or not at all."""
    who = {"customer": customer, "advisor": "a7"}
    found = [event(f"{id}-start", "contact_started", minutes, contact=id, channel="voice", **who)]
    found += three_strikes(id, minutes, customer=customer)
    found.append(event(f"{id}-end", "contact_ended", minutes + 10, contact=id, customer=customer))
    if verdict is not None:
        given = {"offence": f"l:{id}-2:offence", "verdict": verdict, "by": "m1"}
        found.append(event(f"{id}-review", "offence_reviewed", minutes + 60, customer=customer, **given))
    return found


DAY = 24 * 60
STORY = [
    *contact("c1", 0, "u1", "upheld"),
    *contact("c2", 100, "u2", "overturned"),
    *contact("c3", DAY, "u3", "upheld"),
    *contact("c4", DAY + 100, "u4", None),
    # the farewell of c1 is done after 2 of its 5 minutes, that of c2 after 6; that of c3 is waived
    event("f1", "obligation_closed", 6, obligation="o:c1-2:farewell", how="done"),
    event("f2", "obligation_closed", 110, obligation="o:c2-2:farewell", how="done"),
    event("f3", "obligation_closed", DAY + 10, obligation="o:c3-2:farewell", how="waived"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('report')}/ledger.db"
    with engine(routing(), url) as one:
        one.decide_all(STORY)
    return url


@cache
def reported(url: str, *arguments: object, least: int = 1) -> Result:
    result = inside("report", "--pack", "routing", "--ledger", url, "--set", f"fewest_told={least}", *arguments)
    assert (result.status, result.err) == (0, "")
    return result


def figures(url: str, *arguments: object, least: int = 1) -> dict[str, dict[str, Any]]:
    (told,) = reported(url, "--json", *arguments, least=least).lines
    return {one["metric"]: one for one in told["metrics"]}


# --- the metrics of the pack


def test_offences_upheld_are_counted_among_those_that_were_reviewed(url: str) -> None:
    one = figures(url)["upheld_on_review"]
    assert one["total"] == {
        "part": 2, "whole": 3, "cases": 3, "value": 66.666667, "low": pytest.approx(20.77, abs=0.01),
        "high": pytest.approx(93.85, abs=0.01),
    }  # fmt: skip
    assert [(row["group"], row["part"], row["whole"]) for row in one["groups"]] == [({"category": "insult"}, 2, 3)]


def test_obligations_are_in_time_by_their_kind(url: str) -> None:
    found = figures(url)
    groups = {row["group"]["owe"]: row for row in found["done_in_time"]["groups"]}
    assert (groups["warning"]["part"], groups["warning"]["whole"]) == (4, 4)
    assert (groups["farewell"]["part"], groups["farewell"]["whole"]) == (1, 3)  # one late, one open and overdue
    assert (groups["incident_record"]["part"], groups["incident_record"]["whole"]) == (0, 3)
    took = {row["group"]["owe"]: row for row in found["time_until_done"]["groups"]}
    assert (took["farewell"]["part"], took["farewell"]["per"], took["farewell"]["value"]) == (480, 2, 240)
    assert found["time_until_done"]["unit"] == "seconds"


def test_warnings_are_set_against_the_contacts_that_ended(url: str) -> None:
    one = figures(url)["warnings_per_contact"]
    assert one["total"] == {"part": 8, "per": 4, "cases": 4, "value": 2}


def test_rates_of_fewer_than_the_setting_says_are_not_told(url: str) -> None:
    assert figures(url, least=3)["upheld_on_review"]["total"]["whole"] == 3
    assert figures(url, least=4)["upheld_on_review"]["total"] == {"too_few": True, "cases": 3}
    (told,) = inside("report", "--pack", "routing", "--ledger", url, "--json").lines
    assert all(one["total"].get("too_few") for one in told["metrics"])  # 30, where nobody chooses


def test_every_metric_of_the_pack_says_what_it_tells_in_both_languages() -> None:
    assert len(load_policy("standard").metrics) >= 3
    for one in load_policy("standard").metrics.values():
        assert one.about.keys() == {"en", "zh"}
        assert one.about["zh"] not in (one.about["en"], "")
        assert one.source


# --- what is asked for


def test_a_metric_comes_with_those_beside_it_and_no_others(url: str) -> None:
    assert list(figures(url, "time_until_done")) == ["done_in_time", "time_until_done"]
    assert list(figures(url, "upheld_on_review")) == ["upheld_on_review"]


def test_days_and_periods(url: str) -> None:
    one = figures(url, "warnings_per_contact", "--every", "day", "--to", "2026-03-03")["warnings_per_contact"]
    assert [(row["period"], row["part"]) for row in one["periods"]] == [("2026-03-02", 4), ("2026-03-03", 4)]
    one = figures(url, "warnings_per_contact", "--from", "2026-03-03")["warnings_per_contact"]
    assert (one["total"]["part"], one["total"]["per"]) == (4, 2)


def test_other_groups(url: str) -> None:
    one = figures(url, "done_in_time", "--by", "to, advisor")["done_in_time"]
    assert one["by"] == ["to", "advisor"]
    assert {(row["group"]["to"], row["group"]["advisor"]) for row in one["groups"]} == {("advisor", "a7")}
    assert figures(url, "done_in_time", "--by", "")["done_in_time"]["by"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("upheld_on_revew",), "there is no metric 'upheld_on_revew'; did you mean `upheld_on_review`?"),
        (("--from", "1 March"), "--from takes a day as 2026-03-01, not '1 March'"),
        (("--to", "2026-02-30"), "--to takes a day as 2026-03-01, not '2026-02-30'"),
        (("--from", "2026-03-02", "--to", "2026-03-01"), "a report from 2026-03-02 to 2026-03-01 is of no day"),
        (("--every", "decade"), "every day, week, month, quarter, year, not 'decade'"),
        (("upheld_on_review", "--by", "channel"), "cannot be grouped by 'channel': `offence` has none"),
        (("--lang", "fr"), "en, zh or both"),
        (("--plots", "/dev/null/here"), "/dev/null/here/upheld_on_review.en.svg cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told(url: str, arguments: tuple[str, ...], message: str) -> None:
    result = inside("report", "--ledger", url, *arguments)
    assert result.status == 2
    assert message in result.err


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = forbear("report", "--ledger", f"sqlite:///{tmp_path}/none.db")
    assert result.status == 2
    assert "there is no ledger" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_in_postgresql_with_its_keys_elsewhere(tmp_path: Path) -> None:
    place = postgres(tmp_path)
    with place.engine(routing()) as one:
        one.decide_all(STORY)
    arguments = ("report", "upheld_on_review", "--ledger", place.url, "--keys", place.keys, "--json")
    (told,) = inside(*arguments, "--set", "fewest_told=1").lines
    assert (told["metrics"][0]["total"]["part"], told["metrics"][0]["total"]["whole"]) == (2, 3)


# --- how it is told

ENGLISH = """\
routing 0.1.0, the whole time, as the ledger stood on 3 March 2026, 10:50 (UTC)

 category   offences that review upheld
 ─────────────────────────────────────────
 all        67 % (2 of 3; 21 to 94 %)
 insult     67 % (2 of 3; 21 to 94 %)

Behind the counts stands where a share would lie in 95 of 100 such counts (Wilson).
"""
CHINESE = """\
routing 0.1.0，全部时间，账本截至2026年3月3日10:50（UTC）

 category   复核后成立的违规
 ────────────────────────────────────
 合计       67%（2/3；21至94%）
 insult     67%（2/3；21至94%）

计数之后为比例的95%置信区间（Wilson法）。
"""


def lines(text: str) -> list[str]:
    return [line.rstrip().replace("─", "") for line in text.splitlines()]


def test_a_table_for_people_in_either_language(url: str) -> None:
    both = reported(url, "upheld_on_review", "--lang", "both").out
    assert lines(both) == [*lines(ENGLISH), "", *lines(CHINESE)]


def test_metrics_beside_each_other_share_a_table(url: str) -> None:
    told = reported(url, "done_in_time").out.splitlines()
    (head,) = (line for line in told if "obligations done in time" in line)
    assert "time until an obligation is done" in head
    (farewell,) = (line for line in told if line.lstrip().startswith("farewell"))
    assert "33 % (1 of 3; 6 to 79 %)" in farewell
    assert "4 minutes (of 2)" in farewell


def test_too_few_are_told_with_their_count(url: str) -> None:
    told = reported(url, "upheld_on_review", least=4).out
    assert "too few (3)" in told
    assert "67 %" not in told
    assert "Nothing is told of fewer than 4." in told


def test_who_was_erased_is_left_out_and_counted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(routing(), url) as one:
        one.decide_all(STORY)
        one.decide(event("gone", "erase", 2 * DAY, customer="u1", by="x"))
    (told,) = reported(url, "upheld_on_review", "--json").lines
    assert told["metrics"][0]["total"]["whole"] == 2
    assert told["left_out"] == {"offence": {"erased": 1, "expired": 0, "unfit": 0}}
    both = reported(url, "upheld_on_review", "--lang", "both").out
    assert "Left out, of customers who were erased: offence 1." in both
    assert "未计入，客户已删除：offence 1条。" in both


def test_an_empty_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    engine(routing(), url).close()
    assert "routing 0.1.0: the ledger is empty." in reported(url).out
    assert all(one["total"]["cases"] == 0 for one in figures(url).values())


def test_a_pack_without_metrics(tmp_path: Path, url: str) -> None:
    (tmp_path / "pack.yaml").write_text("pack: bare\nversion: 1.0.0\nlanguage: 1\n", encoding="utf-8")
    result = inside("report", "--ledger", url, "--pack", tmp_path)
    assert result.status == 0
    assert "The pack has no metrics." in result.out


# --- pictures


def test_a_picture_for_each_table(url: str, tmp_path: Path) -> None:
    chosen = ("upheld_on_review", "done_in_time", "warnings_per_contact")
    told = reported(url, *chosen, "--lang", "both", "--plots", tmp_path).out
    names = {"upheld_on_review", "done_in_time", "warnings_per_contact"}
    assert {one.name for one in tmp_path.iterdir()} == {f"{name}.{lang}.svg" for name in names for lang in ("en", "zh")}
    assert all(f"wrote  {one}" in told for one in tmp_path.iterdir())
    root = ET.parse(tmp_path / "done_in_time.en.svg").getroot()
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "obligations done in time" in texts
    assert "time until an obligation is done" in texts
    assert "33 % (3)" in texts
    bars = {one.get("width") for one in root.iter("{http://www.w3.org/2000/svg}rect")}
    full = max(float(one or 0) for one in bars if one != "760")
    assert f"{full / 3:.1f}" in bars  # a third of the farewells


def test_periods_are_points_on_a_line(url: str, tmp_path: Path) -> None:
    reported(url, "upheld_on_review", "--every", "day", "--json", "--plots", tmp_path)
    text = (tmp_path / "upheld_on_review.en.svg").read_text(encoding="utf-8")
    assert text.count("<circle") == 2
    assert "2026-03-02: 50 % (1 of 2; 9 to 91 %)" in text


def test_a_picture_takes_whatever_a_pack_or_a_ledger_says(tmp_path: Path) -> None:
    pack = {
        "pack.yaml": "pack: odd\nversion: 1.0.0\nlanguage: 1\n",
        "odd.yaml": (
            "metrics:\n  odd:\n    about: {en: '<b>&\"x', zh: '<b>&'}\n    part: {count: contact}\n    by: [channel]\n"
        ),
    }
    for name, content in pack.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(load_policy(tmp_path), url) as one:
        for number, channel in enumerate(["</svg>", "\x1b[31m", "\ufffe", "‮", "x" * 500]):
            one.decide(event(f"e{number}", "contact_started", number, contact=f"c{number}", channel=channel))
    result = inside("report", "--ledger", url, "--pack", tmp_path, "--plots", tmp_path / "out")
    assert (result.status, result.err) == (0, "")
    assert "\x1b" not in result.out
    ET.parse(tmp_path / "out" / "odd.en.svg")
