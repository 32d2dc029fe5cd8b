"""`forbear diff`: the installed command, and `forbear explain --what-would-change`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from commands import Result, forbear, inside, write_pack

PACK = {
    "pack.yaml": "pack: desk\nversion: 1.0.0\nlanguage: 1\n",
    "words.yaml": """\
facts:
  speech.hostile: {type: bool, default: false}
  speech.frustrated: {type: bool, default: false}
  speech.target: {type: [nobody, advisor, company], default: nobody}
  contact.minutes: {type: int, unit: minutes, range: [0, 90], optional: true}
settings:
  long: {type: int, unit: minutes, range: [1, 60], default: 20}
entries:
  warning: {}
  note: {}
history:
  warned: {any: warning, scope: contact}
obligations:
  call: {to: manager, due: 1 hour, closes: {done: {}}}
""",
    "response.yaml": """\
decision: response
asks: What does the advisor do now?
asked_on: [utterance]
outcome: [carry_on, listen, warn, end_contact]
fallback: listen
rules:
  - rule: again
    when: speech.hostile && speech.target == "advisor" && history.warned
    then: end_contact
    because: {en: It went on., zh: 仍在继续。}
  - rule: abuse
    when: speech.hostile && speech.target == "advisor"
    then: warn
    record: [warning]
    owe: [call]
    because: {en: Nobody need bear that., zh: 无需忍受。}
  - rule: anger
    when: speech.hostile || speech.frustrated
    then: listen
    because: {en: Anger is heard., zh: 倾听愤怒。}
  - otherwise: carry_on
invariants:
  - never: response in ["warn", "end_contact"] && speech.target == "company"
    because: Anger at the company is no abuse.
""",
    "pace.yaml": """\
decision: pace
asks: How fast does it go?
asked_on: [utterance]
outcome: [usual, faster]
fallback: usual
rules:
  - rule: long
    when: has(contact.minutes) && contact.minutes >= setting.long
    then: faster
    because: {en: It takes long., zh: 时间已久。}
  - otherwise: usual
""",
}
ABUSE = ' && speech.target == "advisor"\n    then: warn'
ANYBODY = {"response.yaml": PACK["response.yaml"].replace(ABUSE, "\n    then: warn")}


def edited(folder: Path, files: Mapping[str, str]) -> tuple[Path, Path]:
    """The pack and another version of it."""
    before = write_pack(folder / "before", PACK)
    return before, write_pack(folder / "after", {**PACK, **files})


def compared(folder: Path, files: Mapping[str, str], *arguments: object) -> Result:
    return inside("diff", *edited(folder, files), *arguments)


def changes(result: Result, kind: str = "outcome") -> list[dict[str, Any]]:
    return [line for line in result.lines if line["kind"] == kind]


def test_a_pack_differs_from_itself_in_nothing(tmp_path: Path) -> None:
    result = forbear("diff", *edited(tmp_path, {}))
    assert (result.status, result.out, result.err) == (0, "No difference.\n", "")


def test_a_changed_line_is_told_as_conditions_with_an_example_and_the_promise_that_it_breaks(tmp_path: Path) -> None:
    result = compared(tmp_path, ANYBODY)
    assert result.status == 1
    assert result.out == (
        "rule response.abuse changed: when speech.hostile and speech.target is advisor → when speech.hostile\n"
        "response: listen → warn\n"
        "    when speech.hostile and speech.target is not advisor\n"
        "      for example: speech.hostile is true\n"
        "✗ response#1 broken now: Anger at the company is no abuse.\n"
        "    the promise does not hold on `utterance`: speech.hostile is true, speech.target is company\n"
        "1 decision can come out otherwise; 1 promise touched, 1 newly broken.\n"
    )


def test_every_example_decides_as_it_says(tmp_path: Path) -> None:
    result = compared(tmp_path, ANYBODY, "--json")
    seen = 0
    for change in changes(result):
        for case in change["cases"]:
            seen += 1
            assert case["confirmed"] is True
            (tmp_path / "facts.json").write_text(json.dumps(case["example"]), encoding="utf-8")
            for version, outcome in (("before", change["before"]), ("after", change["after"])):
                decided = inside("decide", "--facts", tmp_path / "facts.json", "--pack", tmp_path / version, "--json")
                assert decided.lines[0]["outcome"][change["decision"]] == outcome
    assert seen == 1


def test_a_default_that_changed_is_told_first_and_shown_with_each_ones_own(tmp_path: Path) -> None:
    words = PACK["words.yaml"].replace("default: 20", "default: 30")
    result = compared(tmp_path, {"words.yaml": words})
    assert result.out.splitlines()[:3] == [
        "setting setting.long changed: default 20 → 30",
        "pace: faster → usual  (each with its own defaults)",
        "    when contact.minutes is from 20 to 29",
    ]


def test_another_rule_and_other_effects_are_told_where_the_outcome_is_the_same(tmp_path: Path) -> None:
    swapped = PACK["response.yaml"].replace("    owe: [call]\n", "").replace("rule: anger", "rule: loud")
    result = compared(tmp_path, {"response.yaml": swapped})
    assert "response: does owe `call` → does not owe `call`, with the same outcome\n" in result.out
    assert "response: loud in place of anger, with the same outcome\n" in result.out
    assert "0 decisions can come out otherwise; 1 promise touched, none newly broken.\n" in result.out


def test_what_is_declared_otherwise_is_told(tmp_path: Path) -> None:
    words = PACK["words.yaml"].replace("due: 1 hour", "due: 2 working days").replace("  note: {}\n", "")
    words = words.replace("advisor, company]", "advisor, company, other]")
    promise = (
        '  - always: response == "carry_on" || speech.hostile || speech.frustrated\n    because: Calm is let be.\n'
    )
    files = {"words.yaml": words, "response.yaml": PACK["response.yaml"] + promise}
    told = {(one["of"], one["name"]): one for one in changes(compared(tmp_path, files, "--json"), "declared")}
    assert told["obligation", "call"]["how"] == "due 1 hour → 2 working days"
    assert told["entry", "note"]["what"] == "removed"
    assert "company, other" in told["fact", "speech.target"]["how"]
    assert (told["promise", "response#2"]["what"], told["promise", "response#2"]["how"]) == ("added", "Calm is let be.")


def test_conditions_keep_their_parts_together_and_numbers_their_places(tmp_path: Path) -> None:
    def calm(outcome: str, when: str, then: str, otherwise: str) -> dict[str, str]:
        told = (
            f"decision: calm\nasks: Is it?\nasked_on: [utterance]\noutcome: {outcome}\nfallback: {otherwise}\nrules:\n"
        )
        told += f"  - {{rule: so, when: '{when}', then: {then}, because: {{en: So., zh: 是。}}}}\n"
        return {**PACK, "calm.yaml": f"{told}  - otherwise: {otherwise}\n"}

    aimed = 'speech.hostile && !(speech.frustrated && speech.target == "advisor")'
    before = write_pack(tmp_path / "a", calm("[no, yes]", aimed, "yes", "no"))
    after = write_pack(
        tmp_path / "b", calm("{type: decimal, places: 2, range: [0, 10]}", "speech.hostile", "1.5", "0.25")
    )
    told = {
        (one["of"], one["name"]): one["how"] for one in changes(inside("diff", before, after, "--json"), "declared")
    }
    assert told["rule", "calm.so"] == (
        "when speech.hostile and (not speech.frustrated or speech.target is not advisor) → when speech.hostile; "
        "then yes → 1.5"
    )
    assert "fallback no → 0.25; otherwise no → 0.25" in told["decision", "calm"]


def test_a_decision_that_only_reads_another_says_through_which_it_changed(tmp_path: Path) -> None:
    further = """\
decision: after
asks: What then?
asked_on: [utterance]
outcome: [nothing, note]
fallback: nothing
rules:
  - rule: warned
    when: response == "warn"
    then: note
    because: {en: It is noted., zh: 记录在案。}
  - otherwise: nothing
"""
    before = write_pack(tmp_path / "a", {**PACK, "further.yaml": further})
    after = write_pack(tmp_path / "b", {**PACK, **ANYBODY, "further.yaml": further})
    found = {one["decision"]: one["through"] for one in changes(inside("diff", before, after, "--json"))}
    assert found == {"response": [], "after": ["response"]}


def test_a_fact_of_another_type_is_not_compared_but_told(tmp_path: Path) -> None:
    words = PACK["words.yaml"].replace("type: int, unit: minutes, range: [0, 90], optional", "type: string, optional")
    pace = PACK["pace.yaml"].replace("contact.minutes >= setting.long", 'contact.minutes == "many"')
    result = compared(tmp_path, {"words.yaml": words, "pace.yaml": pace})
    assert "pace could not be compared: `contact.minutes` is of another type now\n" in result.out
    assert result.status == 1


def test_what_is_left_out_of_a_long_list_is_said(tmp_path: Path) -> None:
    every = list("abcdef")

    def by(fact: str, rule: str) -> dict[str, str]:
        told, head = "because: {en: So., zh: 是。}", "asks: Which?\nasked_on: [utterance]\n"
        one = [f"  - {{rule: is-{n}, when: {fact} == '{n}', then: {n}, {told}}}\n" for n in every[1:]]
        same = [f"  - {{rule: {rule}-{n}, when: told.one == '{n}', then: 'yes', {told}}}\n" for n in every]
        facts = [f"  told.{name}: {{type: [a, b, c, d, e, f], default: a}}\n" for name in ("one", "other")]
        which = f"decision: which\n{head}outcome: [a, b, c, d, e, f]\nfallback: a\nrules:\n"
        alike = f"decision: alike\n{head}outcome: ['no', 'yes']\nfallback: 'no'\nrules:\n"
        return {
            "pack.yaml": PACK["pack.yaml"],
            "words.yaml": f"facts:\n{''.join(facts)}",
            "which.yaml": f"{which}{''.join(one)}  - otherwise: a\n",
            "alike.yaml": f"{alike}{''.join(same)}  - otherwise: 'no'\n",
        }

    folders = write_pack(tmp_path / "a", by("told.one", "is")), write_pack(tmp_path / "b", by("told.other", "so"))
    out = inside("diff", *folders).out
    assert "which was not compared in full: on `utterance`, beyond 12 pairs of outcomes\n" in out
    assert "alike was not compared in full: on `utterance`, beyond 3 examples of other rules with the same out" in out
    assert out.count("\nwhich: ") == 12
    assert out.count("\nalike: ") == 3
    (answer,) = inside("diff", *folders, "--promise", "which: no severer", "--json").lines
    assert (answer["verdict"], len(answer["cases"]), answer["more"]) == ("refuted", 4, True)
    assert inside("diff", *folders, "--promise", "which: no severer").out.endswith("\n    and more\n")


def test_a_fact_that_gets_a_default_is_compared_where_it_is_missing(tmp_path: Path) -> None:
    words = PACK["words.yaml"].replace("range: [0, 90], optional: true", "range: [0, 90], default: 40")
    pace = PACK["pace.yaml"].replace("has(contact.minutes) && ", "")
    (one,) = changes(compared(tmp_path, {"words.yaml": words, "pace.yaml": pace}, "--json"))
    assert (one["before"], one["after"]) == ("usual", "faster")
    assert all(case["confirmed"] for case in one["cases"])
    assert any("contact.minutes is missing" in case["when"] for case in one["cases"])
    assert "contact.minutes" not in one["cases"][0]["example"]


# --- promises


def test_that_nobody_is_treated_more_severely_is_proved_or_refuted(tmp_path: Path) -> None:
    before, after = edited(tmp_path, ANYBODY)
    refuted = inside("diff", before, after, "--promise", "response: no severer", "--json")
    (answer,) = refuted.lines
    assert (refuted.status, answer["verdict"]) == (1, "refuted")
    assert answer["cases"][0]["when"] == "speech.hostile and speech.target is not advisor"
    proved = inside("diff", after, before, "--promise", "response", "--promise", "pace: no severer")
    assert (proved.status, proved.out) == (0, "✓ response: proved\n✓ pace: no severer: proved\n")


def test_nobody_new_is_warned_or_restricted_by_name(tmp_path: Path) -> None:
    bundled = Path(__file__).parents[2] / "rules" / "forbear_rules" / "abuse"
    later = shutil.copytree(bundled, tmp_path / "abuse")
    conduct = (later / "conduct.yaml").read_text(encoding="utf-8")
    aimed = 'when: speech.hostile && speech.target == "advisor"\n'
    assert aimed in conduct
    (later / "conduct.yaml").write_text(conduct.replace(aimed, "when: speech.hostile\n"), encoding="utf-8")
    result = inside(
        "diff", bundled, later, "--promise", "restricts nobody new", "--promise", "warns nobody new", "--json"
    )
    assert [line["verdict"] for line in result.lines] == ["proved", "refuted"]
    assert all(case["confirmed"] for case in result.lines[1]["cases"])
    ladder = (later / "ladder.yaml").read_text(encoding="utf-8")
    assert "strikes >= 2\n" in ladder
    (later / "ladder.yaml").write_text(ladder.replace("strikes >= 2\n", "strikes >= 1\n", 1), encoding="utf-8")
    assert inside("diff", bundled, later, "--promise", "restricts nobody new").status == 1


def test_a_restriction_that_another_decision_records_is_one_too(tmp_path: Path) -> None:
    bundled = Path(__file__).parents[2] / "rules" / "forbear_rules" / "abuse"
    later = shutil.copytree(bundled, tmp_path / "abuse")
    response = (later / "response.yaml").read_text(encoding="utf-8")
    assert "      - termination\n" in response
    more = response.replace("      - termination\n", "      - termination\n      - restriction: {step: exit}\n", 1)
    (later / "response.yaml").write_text(more, encoding="utf-8")
    refuted = inside("diff", bundled, later, "--promise", "restricts nobody new", "--json")
    assert [line["verdict"] for line in refuted.lines] == ["refuted"], refuted.err
    assert all(case["confirmed"] for case in refuted.lines[0]["cases"])
    assert inside("diff", later, bundled, "--promise", "restricts nobody new").status == 0


@pytest.mark.parametrize(
    ("promise", "says"),
    [
        ("nothing at all", "has no decision 'nothing at all'"),
        ("respond: no severer", "did you mean `response`"),
        ("response: milder", "there is no promise 'response: milder'; give 'restricts nobody new'"),
        ("restricts nobody new", "has no decision 'ladder'"),
        ("loud: no severer", "are in no order"),
    ],
)
def test_a_promise_that_cannot_be_asked_is_refused(tmp_path: Path, promise: str, says: str) -> None:
    loud = "decision: loud\nasks: Is it?\nasked_on: [utterance]\noutcome: bool\nfallback: false\nrules:\n"
    loud += "  - {rule: loud, when: speech.hostile, then: true, because: {en: So., zh: 是。}}\n  - otherwise: false\n"
    folder = write_pack(tmp_path / "pack", {**PACK, "loud.yaml": loud})
    result = inside("diff", folder, folder, "--promise", promise)
    assert result.status == 2
    assert says in result.err


# --- a ledger


def utterance(n: int, customer: str, **facts: object) -> dict[str, object]:
    told = {f"speech.{name}": value for name, value in facts.items()}
    at = f"2026-03-02T09:{n:02}:00Z"
    who = {"contact": f"c-{customer}", "customer": customer}
    return {"id": f"e{n}", "at": at, "type": "utterance", **who, "facts": told}


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    """Four customers: two angry at nobody, one at the company, one abusive; one of the angry ones is erased."""
    write_pack(tmp_path / "before", PACK)
    angry, loud = {"hostile": True}, {"hostile": True, "target": "company"}
    events = [
        utterance(0, "u1", **angry),
        utterance(1, "u1", **angry),
        utterance(2, "u2", **angry),
        utterance(3, "u3", **loud),
        utterance(4, "u4", hostile=True, target="advisor"),
        utterance(5, "u5", **angry),
        {"id": "e6", "at": "2026-03-02T10:00:00Z", "type": "erase", "customer": "u5"},
    ]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (tmp_path / "events.jsonl").write_text(lines, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'l.db'}"
    assert inside("run", tmp_path / "events.jsonl", "--pack", tmp_path / "before", "--ledger", url).status == 0
    return url


def recorded(result: Result) -> dict[str, Any]:
    (found,) = changes(result, "recorded")
    return dict(found)


def test_it_counts_the_recorded_decisions_and_customers_that_would_have_come_out_otherwise(
    tmp_path: Path, ledger: str
) -> None:
    found = recorded(compared(tmp_path, ANYBODY, "--ledger", ledger, "--json"))
    assert (found["differ"], found["customers_differ"]) == (3, 2)
    (group,) = found["groups"]
    assert (group["decision"], group["before"], group["after"]) == ("response", "listen", "warn")
    assert (group["records"], group["customers"]) == (3, 2)
    assert found["broken"] == {"response#1": 1}
    assert found["gone"] >= 1
    assert found["others"] == 0
    text = compared(tmp_path, ANYBODY, "--ledger", ledger).out
    assert "3 of 5 recorded decisions, of 2 of 4 customers, would come out otherwise.\n" in text
    assert "    response: listen → warn  3 decisions of 2 customers\n" in text
    assert "u1" not in text


def test_deciding_again_leaves_the_ledger_as_it_is(tmp_path: Path, ledger: str) -> None:
    before = (tmp_path / "l.db").read_bytes()
    compared(tmp_path, ANYBODY, "--ledger", ledger)
    assert (tmp_path / "l.db").read_bytes() == before


def test_records_that_lack_what_is_asked_now_are_counted_apart(tmp_path: Path, ledger: str) -> None:
    words = PACK["words.yaml"].replace("settings:", "  speech.loud: {type: bool, default: false}\nsettings:")
    response = PACK["response.yaml"].replace("when: speech.hostile || ", "when: speech.loud || ")
    found = recorded(compared(tmp_path, {"words.yaml": words, "response.yaml": response}, "--ledger", ledger, "--json"))
    assert found["untold"] == {"response": 5}
    assert (found["differ"], found["groups"]) == (0, [])


def test_records_of_other_settings_are_decided_by_both(tmp_path: Path, ledger: str) -> None:
    found = recorded(compared(tmp_path, ANYBODY, "--set", "long=5", "--ledger", ledger, "--json"))
    assert found["others"] == found["records"] == 5
    assert (found["differ"], found["customers_differ"]) == (3, 2)


def test_a_ledger_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = compared(tmp_path, {}, "--ledger", f"sqlite:///{tmp_path / 'none.db'}")
    assert result.status == 2
    assert "there is no ledger" in result.err


# --- what would have changed it


def explained(tmp_path: Path, ledger: str, id: str, *arguments: object) -> Result:
    return inside("explain", id, "--ledger", ledger, "--pack", tmp_path / "before", *arguments)


def test_an_explanation_tells_what_would_have_changed_it(tmp_path: Path, ledger: str) -> None:
    result = explained(tmp_path, ledger, "e4", "--what-would-change", "--about", "response", "--lang", "both")
    assert result.status == 0
    assert result.out.splitlines()[-5:] == [
        "What would have changed it",
        "  What does the advisor do now? “listen” instead of “warn”, had this been otherwise: speech.target: “nobody” "
        "instead of “advisor”.",
        "",
        "怎样才会不同",
        "  response：本会是“listen”，而不是“warn”，只要以下情况有所不同：speech.target：“nobody”，而不是“advisor”。",
    ]


def test_a_wanted_outcome_may_need_what_is_taken_as_it_was(tmp_path: Path, ledger: str) -> None:
    wanted = ("--about", "response", "--wanted", "end_contact", "--json")
    none = explained(tmp_path, ledger, "e4", *wanted).lines[-1]
    assert (none["kind"], none["changed"]) == ("change", [])
    past = explained(tmp_path, ledger, "e4", *wanted, "--may-change", "history").lines[-1]
    assert past["changed"] == [{"path": "history.warned", "before": False, "after": True}]


def test_what_was_not_decided_so_cannot_be_asked(tmp_path: Path, ledger: str) -> None:
    many = explained(tmp_path, ledger, "e4", "--wanted", "listen", "--about", "response", "--about", "pace")
    assert (many.status, "--wanted is the outcome of one decision" in many.err) == (2, True)
    other = explained(tmp_path, ledger, "e4", "--wanted", "loud", "--about", "response")
    assert (other.status, "`response` cannot come to 'loud'" in other.err) == (2, True)
    changed = explained(tmp_path, ledger, "e4", "--what-would-change", "--set", "long=5")
    assert (changed.status, "decided under another policy" in changed.err) == (2, True)


def test_an_audience_hears_of_no_fact_that_it_may_not_see(tmp_path: Path, ledger: str) -> None:
    told = explained(tmp_path, ledger, "e4", "--what-would-change", "--about", "response", "--for", "advisor")
    assert told.status == 0, told.err
    assert told.out.endswith("“warn”; nothing that may change here would have given another answer.\n")
