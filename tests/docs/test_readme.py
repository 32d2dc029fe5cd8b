"""The README names what there is."""

from __future__ import annotations

import typer.main

from forbear.cli.app import app
from pages import DOCS

README = (DOCS.parent / "README.md").read_text(encoding="utf-8")


def test_every_command_is_named() -> None:
    group = typer.main.get_command(app)
    commands = sorted(group.commands)  # type: ignore[attr-defined]
    assert "check" in commands
    assert [name for name in commands if f"`forbear {name}" not in README] == []
