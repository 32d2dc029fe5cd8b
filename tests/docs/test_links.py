"""Links between the documents lead somewhere, and the map names every page."""

from __future__ import annotations

import re
from pathlib import Path

from pages import DOCS

TREE = DOCS.parent
PAGES = [*DOCS.rglob("*.md"), *TREE.glob("*.md"), TREE / "tests" / "README.md"]
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
_ANCHOR = re.compile(r"\]\((?!https?://)([^)#\s]*)#([^)\s]+)\)")


def test_no_link_leads_nowhere():
    lost = [
        f"{page.relative_to(TREE)}: {link}"
        for page in PAGES
        for link in _LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert lost == []


def test_the_map_names_every_page_or_the_index_beside_it():
    for pattern in ("*.md", "*.py"):
        for path in DOCS.rglob(pattern):
            indexes = [here / "README.md" for here in (path.parent, *path.parent.parents) if here.is_relative_to(DOCS)]
            named = [one for one in indexes if one != path and one.exists() and _names(one, path)]
            assert named or path == DOCS / "README.md", f"no README.md names {path.relative_to(DOCS)}"


def _names(index: Path, path: Path) -> bool:
    return f"({path.relative_to(index.parent).as_posix()})" in index.read_text(encoding="utf-8")


def test_a_link_into_a_page_leads_to_one_of_its_headings():
    lost = []
    for page in PAGES:
        for link, heading in _ANCHOR.findall(page.read_text(encoding="utf-8")):
            target = (page.parent / link) if link else page
            if heading not in _headings(target):
                lost.append(f"{page.relative_to(TREE)}: {link}#{heading}")
    assert lost == []


def _headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    told = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in told}
