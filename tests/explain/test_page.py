"""`docs/how-to/explain-a-decision.md` does what it says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from commands import FORBEAR
from pages import DOCS, blocks

PAGE = DOCS / "how-to" / "explain-a-decision.md"


def test_the_commands_and_the_python_of_the_page_run(tmp_path, monkeypatch, capsys):
    path = f"{Path(FORBEAR).parent}{os.pathsep}{os.environ['PATH']}"
    for console in blocks(PAGE, "console"):
        lines = console.text.splitlines()
        commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        expected = [line for line in lines if not line.startswith("$ ") and line != "…"]
        for command in commands:
            shell = ["/bin/sh", "-c", command]
            done = subprocess.run(
                shell, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, check=True
            )
        assert done.stdout.decode("utf-8").splitlines()[: len(expected)] == expected
    monkeypatch.chdir(tmp_path)
    (python,) = blocks(PAGE, "python")
    exec(compile(python.text, PAGE.name, "exec"), {})  # noqa: S102 — our own page
    assert "第一次辱骂" in capsys.readouterr().out
