"""Links between the documents lead somewhere, and the map names every page."""

from __future__ import annotations

import re

from pages import DOCS

TREE = DOCS.parent
PAGES = [*DOCS.rglob("*.md"), *TREE.glob("*.md"), TREE / "tests" / "README.md"]
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


def test_no_link_leads_nowhere():
    lost = [
        f"{page.relative_to(TREE)}: {link}"
        for page in PAGES
        for link in _LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert lost == []


def test_the_map_names_every_page():
    text = (DOCS / "README.md").read_text(encoding="utf-8")
    files = [path.relative_to(DOCS).as_posix() for pattern in ("*.md", "*.py") for path in DOCS.rglob(pattern)]
    assert [name for name in files if name != "README.md" and f"({name})" not in text] == []
