"""The tree speaks of nothing outside itself."""

from __future__ import annotations

import re
from pathlib import Path

TREE = Path(__file__).parents[2]
CACHES = {"__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
FOLDERS = ("policy", "plugins", "rules", "tests", "docs", ".ci")
# Put together from pieces, so that this file is none of those that it looks for.
ELSEWHERE = re.compile(rb"(?<!\w)/wor" + rb"k/|shared" + rb"/design")


def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    files = [path for path in TREE.iterdir() if path.is_file()]
    files += [path for folder in FOLDERS for path in (TREE / folder).rglob("*") if path.is_file()]
    found = [
        str(path.relative_to(TREE))
        for path in files
        if not CACHES & set(path.parts)
        if ELSEWHERE.search(path.read_bytes())
    ]
    assert found == []
