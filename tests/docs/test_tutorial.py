"""`docs/tutorial.md` and `docs/examples/host.py` do what they say, step by step."""

from __future__ import annotations

import subprocess
import sys

from pages import DOCS, blocks, printed

PAGE = DOCS / "tutorial.md"


def test_the_python_of_the_tutorial_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = "\n".join(one.text for one in blocks(PAGE, "python"))
    exec(compile(code, "tutorial.md", "exec"), {})  # noqa: S102 — our own page
    assert "Please let us stop here" in capsys.readouterr().out
    assert (tmp_path / "ledger.db").exists()


def test_the_commands_of_the_tutorial_print_what_it_shows(tmp_path):
    ran = 0
    for block in blocks(PAGE):
        if block.language == "yaml":
            target = tmp_path / block.file
            target.parent.mkdir(exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            assert printed(block.text, tmp_path) == block.text
            ran += 1
    assert ran == 5


def test_the_example_host_prints_what_each_role_has_to_do():
    host = DOCS / "examples" / "host.py"
    done = subprocess.run([sys.executable, host], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stderr == ""
    decided, _, to_do = done.stdout.partition("refused: the event 'e1' was decided before with other content\n")
    assert [line.split(": ")[-1] for line in decided.splitlines()] == [
        "listen", "warn", "done", "final_warning", "done", "end_contact", "done",
        "high", "none", "['s1', 'a9']", "['voice', 'chat', 'email']", "offer",
    ]  # fmt: skip
    assert to_do.splitlines() == [
        "advisor:",
        "  incident_record until 2026-03-02 09:32",
        "  decompression_break until 2026-03-02 09:17",
        "host:",
        "  queue_notice until 2026-03-02 09:41",
        "manager:",
        "  recording_review until 2026-03-03 17:30",
    ]
