"""`docs/reference/policies`: the pages are those that `forbear describe` makes of the bundled packs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands import inside
from docs.policies.articles import PACK_PAGES, places
from forbear.language.files import bundled_packs

AGAIN = "`forbear describe --out docs/reference/policies` makes them anew"
MOST_NODES = 25


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    result = inside("describe", "--out", folder)
    assert (result.status, result.err) == (0, "")
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def test_the_pages_are_those_of_the_packs_as_they_are(fresh: Path) -> None:
    kept, made = texts(PACK_PAGES), texts(fresh)
    assert sorted(kept) == sorted(made), AGAIN
    assert [name for name in made if kept[name] != made[name]] == [], AGAIN


def test_every_pack_has_a_page_which_the_index_names(fresh: Path) -> None:
    made = texts(fresh)
    assert sorted(made) == sorted(["README.md", *(f"{pack}.md" for pack in bundled_packs())])
    assert [pack for pack in bundled_packs() if f"[{pack}]({pack}.md)" not in made["README.md"]] == []


def test_what_names_a_source_is_on_the_page_of_its_pack(fresh: Path) -> None:
    made = texts(fresh)
    for source, packs in places().items():
        for pack, found in packs.items():
            page = made[f"{pack}.md"]
            assert source in page
            rules = [name for names in found.rules.values() for name in names]
            said = [f"\n### {decision}\n" for decision in found.rules]
            said += [because for _, because in found.promises]
            said += [f"| `{name}` |" for name in found.metrics]
            assert [one for one in said if one not in page] == []
            assert [one for one in rules if f"**{one}** · " not in page and f"| `{one}` |" not in page] == []


def test_every_sentence_stands_in_both_languages(fresh: Path) -> None:
    for name, page in texts(fresh).items():
        items = re.findall(r"^(?:\d+\.|-) \*\*[a-z0-9-]+\*\* · .*(?:\n  .*)*", page, re.MULTILINE)
        assert [one for one in items if not re.search(r"\\\n +[^\n]*[一-鿿][^\n]*", one)] == [], name


def test_no_graph_has_more_nodes_than_can_be_read(fresh: Path) -> None:
    graphs = [graph for page in texts(fresh).values() for graph in re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)]
    assert len(graphs) > len(bundled_packs())
    for graph in graphs:
        nodes = {
            line.split("[")[0].split("(")[0].split("{")[0]
            for line in graph.splitlines()
            if re.match(r"  n_\w+[\[({]", line)
        }
        ends = set(re.findall(r"n_\w+", "\n".join(line for line in graph.splitlines() if "-->" in line)))
        assert len(nodes) <= MOST_NODES
        assert ends <= {one.strip() for one in nodes}
