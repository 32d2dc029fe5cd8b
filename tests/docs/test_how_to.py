"""`docs/how-to`: the packs, commands and Python of each page, run from top to bottom."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from commands import FORBEAR, forbear, write_pack
from forbear.language.pack import load_policy
from pages import DOCS, blocks, printed
from schema.checked import complaints, data, general

PAGES = [
    "write-a-rule.md",
    "test-a-pack.md",
    "verify-your-integration.md",
    "switch-on-a-theme.md",
    "route-contacts.md",
    "check-a-menu-and-hours.md",
    "check-drafts.md",
    "choose-an-evaluator.md",
    "decide-on-facts.md",
    "decide-many.md",
    "check-packs-before-commit.md",
    "prove.md",
    "handle-an-appeal.md",
    "report-metrics.md",
    "answer-an-erasure-request.md",
    "audit-a-ledger.md",
    "compare-two-packs.md",
    "back-up-a-ledger.md",
]
ROUTING = load_policy("routing")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_does_what_it_says(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = DOCS / "how-to" / name
    python: dict[str, object] = {}
    assert {one.language for one in blocks(page)} & {"console", "python"}
    for block in blocks(page):
        if block.language == "yaml":
            assert block.file, block.text
            Path(block.file).parent.mkdir(exist_ok=True)
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            assert printed(block.text, tmp_path) == block.text
        else:
            assert block.language == "python"
            exec(compile(block.text, name, "exec"), python)  # noqa: S102 — our own page


@pytest.mark.parametrize("name", PAGES)
def test_the_packs_of_the_page_have_the_form_of_packs(name):
    for block in blocks(DOCS / "how-to" / name, "yaml"):
        assert complaints(general("tests" if ".test." in block.file else "packs"), data(block.text)) == []


def test_the_page_on_routing_names_every_fact_that_the_rankings_and_decisions_of_routing_read():
    text = (DOCS / "how-to" / "route-contacts.md").read_text(encoding="utf-8")
    needed = ROUTING.plans["contact_offered"].facts | ROUTING.plans["tick"].facts
    read = {path for path in needed if path in ROUTING.facts}
    assert [path for path in sorted(read) if f"`{path}`" not in text] == []


def test_the_numbers_of_the_explanation_are_the_defaults_of_the_pack():
    text = (DOCS / "explanation" / "routing.md").read_text(encoding="utf-8")
    settings = {path.removeprefix("setting."): one.value for path, one in ROUTING.settings.items()}
    assert (settings["high_value"], settings["low_value"], settings["service_level"]) == (80, 20, 20)
    assert (settings["wait_bound"], settings["nuisance_bound"]) == (900, 3600)
    assert (settings["sticky_days"], settings["sticky_patience"], settings["abused_advisor"]) == (30, 60, "not_sticky")
    assert (settings["break_at_most"], settings["report_holds"], settings["identity_needed"]) == (15, 60, 80)
    for said in ("from 0.8", "up to 0.2", "900 seconds", "3600 seconds", "4500 seconds", "thirty days", "80 percent"):
        assert said in text


def test_the_example_of_the_readme_prints_what_it_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = (one.text for one in blocks(DOCS.parent / "README.md", "python"))
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 — our own page
    printed = capsys.readouterr().out.splitlines()
    shown = [line.rpartition("# ")[2].strip() for line in code.splitlines() if line.lstrip().startswith("print(")]
    assert len(printed) == len(shown) == 3
    for got, said in zip(printed, shown, strict=True):
        assert got.startswith(said.removesuffix(" …")) if said.endswith("…") else got == said


def test_the_rule_of_the_readme_has_the_form_of_a_pack():
    (rule,) = (one.text for one in blocks(DOCS.parent / "README.md", "yaml"))
    assert complaints(general("packs"), data(rule)) == []


def test_the_mistake_of_the_readme_is_told_as_shown(tmp_path):
    rule = 'when: speech.hostil && speech.target == "advisor"'
    head = "decision: conduct\nasks: What is it?\nasked_on: [utterance]\n"
    outcome = "outcome: [civil, abuse]\nhit: first\nfallback: civil\n"
    rules = f"rules:\n  - rule: aimed\n    {rule}\n    then: abuse\n  - otherwise: civil\n"
    facts = "facts: {speech.hostile: bool, speech.target: {type: [nobody, advisor]}}\n"
    manifest = "pack: my_pack\nversion: 1.0.0\nlanguage: 1\n"
    write_pack(tmp_path, {"pack.yaml": manifest, "facts.yaml": facts, "conduct.yaml": head + outcome + rules})
    (shown,) = (one.text for one in blocks(DOCS.parent / "README.md", "console"))
    assert forbear("check", tmp_path).out.startswith(shown.partition("\n")[2])


def test_the_commands_of_the_readme_exist():
    text = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    told = {line.split("`")[1].split()[1] for line in text.splitlines() if line.startswith("| `forbear ")}
    help_ = subprocess.run([FORBEAR, "--help"], capture_output=True, text=True, check=True).stdout
    listed = help_.partition("Commands:")[2]
    assert told == {line.split()[0] for line in listed.splitlines() if line.strip() and not line.startswith("   ")}


def test_the_page_on_schemas_names_each():
    text = (DOCS / "reference" / "schemas" / "README.md").read_text(encoding="utf-8")
    paths = sorted((DOCS / "reference" / "schemas").glob("*.json"))
    assert paths
    for path in paths:
        assert f"({path.name})" in text
        assert json.loads(path.read_text(encoding="utf-8"))["title"]
