"""`forbear describe`: a page for each pack, and nothing written over that somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import inside, write_pack

PACK = {
    "pack.yaml": "pack: loans\nversion: 1.2.0\nlanguage: 1\nabout: {en: What we lend., zh: 借出的物品。}\n",
    "words.yaml": """\
facts:
  customer.kind: {type: [new, old, other], about: {en: what *kind* of customer, zh: 客户类别}}
  loan.days: {type: int, unit: days, range: [0, 90], optional: true}     # not asked of everybody
  shelves: {list_of: {id: string, free: bool}}
settings:                                    # numbers: ours
  most: {type: int, unit: days, range: [1, 90], default: 14, about: {en: the longest loan, zh: 最长借期}}
  # --- what we say; `greeting` comes first
  greeting: {type: string, default: {en: Hello <b>|</b> there, zh: 您好}}      # per language
events:
  loan_asked: {why: {type: string, about: {en: the purpose, zh: 用途}}}   # somebody wants something
entries:
  loan: {days: int}
history:
  loans: {count: loan, where: 'days > 1 || days == 0', scope: customer, window: setting.most}
metrics:
  long_loans:
    about: {en: long loans, zh: 长期借出}
    part: {count: loan, where: days > 7}
    whole: {count: loan}
    source: loans 7
retention:
  loan: 5 weeks
""",
    "lend.yaml": """\
# What is lent, and how long.
decisions:
  - decision: limit
    asks: How many days at most?
    asked_on: [loan_asked]
    outcome: {type: int, unit: days, range: [0, 90]}
    hit: first
    fallback: 0
    table:                                   # by kind; the rows are ours
      inputs: [customer.kind, history.loans]
      rows:
        - {rule: known, when: [[new, old], "< 3"], then: = setting.most, source: loans 1}
        - {rule: others, when: ["-", ">= 3"], then: 1, because: {en: Two are out., zh: 已借出两件。}}
        - otherwise: 0
  - decision: lend                           # asked once
    asks: Do we lend it?
    asked_on: [loan_asked]
    outcome: [no, yes]
    grave: [yes]
    hit: first
    fallback: no
    rules:
      # --- short ones
      - rule: short
        when: has(loan.days) && loan.days <= limit && (customer.kind == "old" || history.loans == 0)
        then: yes
        record: [{loan: {days: = loan.days}}]
        owe: [reminder]
        because: {en: It comes back soon., zh: 很快归还。}
        source: loans 2
      - otherwise: no
    invariants:
      - never: lend == "yes" && customer.kind == "other"
        because: Strangers borrow nothing.
        source: loans 3
  - decision: shelf
    asks: From which shelf?
    asked_on: [loan_asked]
    over: shelves
    fallback: as_given
    require:
      - {rule: free, when: candidate.free, because: {en: It has room., zh: 有空位。}, source: loans 4}
obligations:
  # --- afterwards
  reminder: {to: librarian, due: 3 working days, expires: 30 days, carries: {days: = loan.days}, say: reminder,
             once: {per: customer, while: open}, closes: {done: {needs: [by]}, waived: {}}}
texts:
  reminder: {en: "Please bring it back, after {setting.most}.", zh: "请在{setting.most}后归还。"}
""",
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "loans", PACK)


def page(pack: Path) -> str:
    result = inside("describe", pack)
    assert (result.status, result.err) == (0, "")
    return result.out


def test_a_page_tells_what_the_pack_is_for_and_what_it_builds_on(pack: Path) -> None:
    lines = page(pack).splitlines()
    assert lines[0].startswith("<!-- Made by `forbear describe`")
    assert lines[2:7] == ["# loans", "", "What we lend.\\", "借出的物品。", ""]
    assert lines[7] == "Version 1.2.0, builds on no other pack."


def test_a_rule_is_a_sentence_in_both_languages_with_its_source_and_comments(pack: Path) -> None:
    told = page(pack)
    assert "### lend\n\nDo we lend it?\n\n*asked once*\n" in told
    assert "- outcomes, mildest first 结果（由轻到重）: `no`, `yes` (**grave 重大**)\n" in told
    assert "*short ones*\n\n1. **short** · loans 2\\\n" in told
    assert (
        "   When loan.days is known, and loan.days: at most limit, and (what \\*kind\\* of customer is “old”, or "
        "history.loans: 0), then lend is “yes”, an entry “loan” is made, “reminder” is owed, because: "
        "It comes back soon.\\\n"
    ) in told
    assert "理由：很快归还。\n2. **otherwise 其他**\\\n   In every other case lend is “no”.\\\n" in told


def test_a_promise_stands_with_its_decision(pack: Path) -> None:
    assert (
        "- Never: lend is “yes”, and what \\*kind\\* of customer is “other”.\\\n"
        "  绝不：lend 为“yes”，并且客户类别为“other”。\\\n  *Strangers borrow nothing.* · loans 3\n"
    ) in page(pack)


def test_a_table_stays_a_table(pack: Path) -> None:
    told = page(pack)
    assert "### limit\n\nHow many days at most?\n\n*What is lent, and how long.*\n" in told
    assert (
        "*by kind; the rows are ours*\n\n"
        "| rule<br>规则 | what \\*kind\\* of customer<br>客户类别 | `history.loans` | **limit** |" in told
    )
    assert "| `known` | `new`, `old` | `< 3` | the longest loan<br>最长借期 |   | loans 1 |\n" in told
    assert "| `others` | – | `>= 3` | 1 day<br>1天 | Two are out.<br>已借出两件。 |   |\n" in told


def test_a_ranking_tells_what_its_candidates_need(pack: Path) -> None:
    told = page(pack).partition("### shelf")[2]
    assert "- candidates 候选者: `shelves`\n" in told
    assert "1. **free** · loans 4\\\n   Only a candidate may be taken for which the candidate's free: yes" in told


def test_settings_stand_in_tables_under_their_comments(pack: Path) -> None:
    told = page(pack).partition("## Settings 设置\n")[2].partition("\n## ")[0]
    assert told.startswith("\n*numbers: ours*\n\n| name<br>名称 |")
    assert "| `most` | the longest loan<br>最长借期 | 1 to 90 days | 14 days<br>14天 |" in told
    assert "\n\n*what we say; `greeting` comes first*\n\n" in told
    assert "| `greeting` | text | “Hello \\<b\\>\\|\\</b\\> there”<br>“您好” | per language |" in told


def test_an_obligation_says_who_owes_it_until_when_and_how_it_closes(pack: Path) -> None:
    assert (
        "*afterwards*\n\n- **reminder**\\\n"
        "  librarian: by the end of the third working day; lapses if not done within 30 days; "
        "one at a time for a customer\\\n"
        "  librarian：3个工作日内；30天内未完成则失效；每位客户同时只有一项\\\n"
        "  arises from 产生于: `lend.short`\\\n"
        "  carries 附带: `days` (loan.days)\\\n"
        "  closed by 了结方式: `done` (needs 须注明 `by`), `waived`\\\n"
        "  said 话术: `reminder`\n"
    ) in page(pack)


def test_texts_metrics_facts_events_folds_and_retention_are_told(pack: Path) -> None:
    told = page(pack)
    assert (
        "- **reminder**\\\n  “Please bring it back, after `{setting.most}`.”\\\n  “请在`{setting.most}`后归还。”\n"
        in told
    )
    assert (
        "| `long_loans` | long loans<br>长期借出 | part `count loan where days > 7`<br>whole `count loan` | loans 7 |"
        in told
    )
    assert "| `loan.days` |   | 0 to 90 days | may be missing 可缺失 | not asked of everybody |" in told
    assert "| `loan_asked` | `why` the purpose 用途 | somebody wants something |" in told
    assert "| `loans` | `count loan` | `customer` | `days > 1 \\|\\| days == 0` | `setting.most` |" in told
    assert "```yaml\nretention:\n  loan: 5 weeks\n```\n" in told


def test_the_graph_tells_what_reads_what(pack: Path) -> None:
    graph = page(pack).partition("```mermaid\n")[2].partition("```")[0].splitlines()
    assert graph == [
        "flowchart LR",
        '  n_limit["limit"]',
        '  n_history__loans[("loans")]',
        '  n_lend["lend"]',
        '  n_shelf{{"shelf"}}',
        "  n_history__loans --> n_limit",
        "  n_limit & n_history__loans --> n_lend",
        "  classDef grave stroke-width:4px",
        "  class n_lend grave",
    ]


def test_a_graph_that_could_not_be_read_is_several_under_the_names_of_their_files(tmp_path: Path) -> None:
    head = "facts: {a.b: bool}\nentries: {e: {}}\nhistory:\n"
    files = {"pack.yaml": "pack: many\nversion: 1\nlanguage: 1\n"}
    files["words.yaml"] = head + "".join(f"  h{n}: {{any: e}}\n" for n in range(40))
    for n in range(40):
        when = f"history.h{n} && history.h{n // 20}"
        files[f"d{n}.yaml"] = (
            f"decision: d{n}\nasked_on: [tick]\noutcome: [no, yes]\nfallback: no\n"
            f"rules:\n  - {{rule: r, when: {when}, then: yes}}\n  - otherwise: no\n"
        )
    told = page(write_pack(tmp_path / "many", files)).partition("## Decisions")[0]
    graphs = told.split("```mermaid\n")[1:]
    titles = [line for line in told.splitlines() if line.startswith("**")]
    assert len(graphs) == len(titles) == 4
    assert all(graph.count('["') + graph.count('[("') <= 25 for graph in graphs)
    assert sum(graph.count('["') for graph in graphs) == 40
    assert sorted(name for title in titles for name in title.strip("*").split(", ")) == sorted(
        f"d{n}" for n in range(40)
    )


def test_what_a_pack_changes_of_those_below_is_told_as_it_is_now(pack: Path) -> None:
    changes = "overrides:\n  settings: {most: 7}\n  rules:\n    lend.short: {when: has(loan.days) && loan.days <= 1}\n"
    changes += (
        '  invariants:\n    lend:\n      - never: lend == "yes" && limit == 0\n        because: No limit, no loan.\n'
    )
    manifest = "pack: ours\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [loans]\n"
    ours = write_pack(pack.parent / "ours", {"pack.yaml": manifest, "changes.yaml": changes})
    told = page(ours)
    assert "Version 1.0.0, builds on `loans`.\n" in told
    assert "- **`loans`**\\\n  What we lend.\\\n  借出的物品。\n" in told
    assert (
        "- replaces `when` of the rule `lend.short`\\\n  When loan.days is known, and loan.days: 1 day at most"
        not in told
    )
    assert (
        "- replaces `when` of the rule `lend.short`\\\n  When loan.days is known, and loan.days: at most 1 day, then"
        in told
    )
    assert "- replaces the default of the setting `most`\n" in told
    assert "- adds promises to the decision `lend`\n  - Never: lend is “yes”, and limit: 0 seconds.\\\n" in told
    assert "### " not in told


def test_pages_are_written_into_a_folder_and_kept_up_to_date(pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "pages"
    assert inside("describe", pack, "--out", folder, "--check").status == 1
    assert not folder.exists()
    result = inside("describe", pack, "--out", folder)
    assert (result.status, result.out, result.err) == (0, f"wrote  {folder / 'loans.md'}\n", "")
    assert (folder / "loans.md").read_text(encoding="utf-8") == page(pack)
    assert inside("describe", pack, "--out", folder).out == ""
    assert inside("describe", pack, "--out", folder, "--check").status == 0
    words = (pack / "words.yaml").read_text(encoding="utf-8")
    (pack / "words.yaml").write_text(words.replace("default: 14", "default: 15"), encoding="utf-8")
    before = (folder / "loans.md").read_bytes()
    result = inside("describe", pack, "--out", folder, "--check")
    assert (result.status, result.out) == (1, f"would change  {folder / 'loans.md'}\n")
    assert (folder / "loans.md").read_bytes() == before


def test_a_page_that_somebody_wrote_is_left_as_it_is(pack: Path, tmp_path: Path) -> None:
    mine = tmp_path / "loans.md"
    mine.write_text("# Mine\n", encoding="utf-8")
    result = inside("describe", pack, "--out", tmp_path)
    assert result.status == 2
    assert f"{mine} was not made by `forbear describe`" in result.err
    assert mine.read_text(encoding="utf-8") == "# Mine\n"


def test_a_pack_with_problems_has_no_page(pack: Path, tmp_path: Path) -> None:
    (pack / "more.yaml").write_text("facts: {a.b: nonsense}\n", encoding="utf-8")
    result = inside("describe", pack, "--out", tmp_path / "pages")
    assert result.status == 2
    assert "more.yaml:1:14" in result.err
    assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize("arguments", [(), ("core", "abuse"), ("core", "--check")])
def test_more_than_one_page_wants_a_folder(arguments: tuple[str, ...]) -> None:
    result = inside("describe", *arguments)
    assert result.status == 2
    assert "give --out FOLDER" in result.err


def test_two_packs_of_a_name_are_refused(pack: Path, tmp_path: Path) -> None:
    other = write_pack(tmp_path / "other", PACK)
    result = inside("describe", pack, other, "--out", tmp_path / "pages")
    assert result.status == 2
    assert "two of these packs are called 'loans'" in result.err


def test_all_bundled_packs_go_into_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "pages"
    checked = inside("describe", "--out", folder, "--check")
    assert (checked.status, checked.err) == (1, "")
    assert f"would change  {folder / 'README.md'}\n" in checked.out
    assert not folder.exists()


@pytest.mark.parametrize(
    ("times", "english", "chinese"),
    [
        ("due: 21 working days", "by the end of the 21st working day", "21个工作日内"),
        ("due: 112 working days", "by the end of the 112th working day", "112个工作日内"),
        ("due: next working day", "by the start of the next working day", "下一工作日开始前"),
        (
            "due: 3 hours, from: 2 hours",
            "within 3 hours; not before 2 hours after it arises",
            "3小时内；不早于产生后2小时",
        ),
        (
            "due: setting.most, from: setting.most",
            "within 14 days (setting.most); not before 14 days (setting.most) after it arises",
            "14天（setting.most）内；不早于产生后14天（setting.most）",
        ),
        (
            "due: 9 working days, from: end of next working day",
            "by the end of the 9th working day; not before the end of the next working day",
            "9个工作日内；不早于下一工作日结束时",
        ),
        (
            "due: 1 hour, expires: next working day",
            "within 1 hour; lapses if not done by the start of the next working day",
            "1小时内；下一工作日开始前未完成则失效",
        ),
    ],
)
def test_each_time_is_told_as_the_limit_that_it_is(pack: Path, times: str, english: str, chinese: str) -> None:
    owed = f"obligations:\n  visit: {{to: librarian, {times}, closes: {{done: {{}}, expired: {{}}}}}}\n"
    owed = owed if "expires" in times else owed.replace(", expired: {}", "")
    (pack / "visit.yaml").write_text(owed, encoding="utf-8")
    assert f"- **visit**\\\n  librarian: {english}\\\n  librarian：{chinese}\\\n" in page(pack)
