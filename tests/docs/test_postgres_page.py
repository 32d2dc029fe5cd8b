"""`docs/how-to/run-on-postgresql.md`: its schema, its program and its command, on a server of the tests' own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg

from pages import DOCS, blocks
from postgres import cluster

PAGE = DOCS / "how-to" / "run-on-postgresql.md"
LEDGER = "postgresql://forbear@db.example/centre?options=-csearch_path%3Dcalls"
KEYS = "file:////var/lib/forbear/calls.keys"


def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    (sql,) = (one.text for one in blocks(PAGE, "sql"))
    (program,) = (one.text for one in blocks(PAGE, "python"))
    assert LEDGER in program
    assert KEYS in program
    with psycopg.connect(cluster().url(), autocommit=True) as admin:
        for statement in sql.strip().splitlines()[1:]:  # the role is there
            admin.execute(statement)
    here = program.replace(LEDGER, cluster().url("calls")).replace(KEYS, f"file:///{tmp_path}/calls.keys")
    done = subprocess.run([sys.executable, "-c", here], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "warn\n"
    assert "It prints `warn`." in PAGE.read_text(encoding="utf-8")
    assert (tmp_path / "calls.keys").exists()
