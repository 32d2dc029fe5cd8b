"""What in the bundled packs names which source, and the page that tells it.

`PYTHONPATH=tests python -m docs.policies.articles` writes the last column of the page's tables anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from attrs import define, field

from forbear.language.files import MANIFEST, TEST_SUFFIX, bundled_packs
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.tree import Mapping, Node, Scalar, Sequence, parse_tree, words
from pages import DOCS

PAGE = DOCS / "explanation" / "from-articles-to-rules.md"
PACK_PAGES = DOCS / "reference" / "policies"
LISTED = 4  # rules of a decision that are named; of more their number is told
ROW = re.compile(r"^\| (?P<id>[A-E]\d+|[1-9]\d?) \| (?P<told>.*?) \| (?P<places>[^|]*)\|$")
_SOURCE = re.compile(r"(S\d) ([A-E]\d+)")
_SETTING = re.compile(r"\bsetting\.([a-z][a-z0-9_]*)")


def _ids(letter: str, count: int, article: str) -> dict[str, str]:
    return {f"{letter}{n}": article for n in range(1, count + 1)}


ARTICLES = {
    **_ids("A", 21, "S0"), **_ids("B", 36, "S1"), **_ids("C", 13, "S2"), **_ids("D", 32, "S3"), **_ids("E", 26, "S4")
}  # fmt: skip
"""Every id with its article."""
INVARIANTS, CONTRADICTIONS = 10, 10


@define
class Found:
    """What in one pack names a source."""

    rules: dict[str, list[str]] = field(factory=dict)  # decision → rules, in file order
    promises: list[tuple[str, str]] = field(factory=list)  # decision and reason
    owed: dict[str, None] = field(factory=dict)
    settings: dict[str, None] = field(factory=dict)
    metrics: list[str] = field(factory=list)


def places() -> dict[str, dict[str, Found]]:
    """Source as written → pack → what names it there."""
    found: dict[str, dict[str, Found]] = {}
    for pack, folder in bundled_packs().items():
        declared = _settings(folder)
        for tree in _trees(folder):
            for source, decision, rule in _rules(tree):
                here = found.setdefault(source, {}).setdefault(pack, Found())
                name = _text(rule, "rule")
                if name:
                    here.rules.setdefault(decision, []).append(name)
                    here.owed |= dict.fromkeys(_owed(rule))
                else:
                    here.promises.append((decision, _text(rule, "because")))
                here.settings |= dict.fromkeys(one for one in _read(rule) if one in declared)
            for name, metric in _pairs(_part(tree, "metrics")):
                found.setdefault(_text(metric, "source"), {}).setdefault(pack, Found()).metrics.append(name)
    return found


def of(id_: str, found: dict[str, dict[str, Found]]) -> dict[str, Found]:
    """What names an id, by pack; a source may name several."""
    wanted = f"{ARTICLES[id_]} {id_}"
    return {
        pack: one
        for source, packs in found.items()
        if wanted in {" ".join(match) for match in _SOURCE.findall(source)}
        for pack, one in packs.items()
    }


def _place(pack: str, decision: str) -> str:
    """A decision with a link to it, on the page of a pack that has it or makes promises of it."""
    here = f"#{decision}" if decision in _decisions(pack) else ""
    return f"[{decision}]({_link(pack)}{here})"


@cache
def _decisions(pack: str) -> frozenset[str]:
    trees = (one for tree in _trees(bundled_packs()[pack]) for one in (tree, *_items(_part(tree, "decisions"))))
    return frozenset(_text(one, "decision") for one in trees)


def told(packs: dict[str, Found]) -> str:
    """The cell that says where something lives."""
    return "<br>".join(f"[{pack}]({_link(pack)}): {_found(pack, one)}" for pack, one in sorted(packs.items()))


def _found(pack: str, one: Found) -> str:
    parts = [f"{_place(pack, decision)} {_named(rules)}" for decision, rules in one.rules.items()]
    promised = dict.fromkeys(_place(pack, decision) for decision, _ in one.promises)
    parts += [f"promises of {', '.join(promised)}"] if promised else []
    parts += [f"owes {_codes(one.owed)}"] if one.owed else []
    parts += [f"settings {_codes(one.settings)}"] if one.settings else []
    parts += [f"metrics {_codes(one.metrics)}"] if one.metrics else []
    return "; ".join(parts)


def _named(rules: list[str]) -> str:
    return f"({len(rules)} rules)" if len(rules) > LISTED else f"({', '.join(rules)})"


def _codes(names: dict[str, None] | list[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


def _link(pack: str) -> str:
    return f"../reference/policies/{pack}.md"


# --- the files of packs


def _trees(folder: Path) -> Iterator[Mapping]:
    for path in sorted(folder.rglob("*.yaml")):
        if path.name != MANIFEST and not path.name.endswith(TEST_SUFFIX):
            tree = parse_tree(Source(path.name, path.read_text(encoding="utf-8")), Problems())
            assert isinstance(tree, Mapping), path
            yield tree


def _rules(tree: Mapping) -> Iterator[tuple[str, str, Node]]:
    """Source, decision and tree of every rule, row and promise of a file; a promise has no `rule`."""
    for one in (tree, *_items(_part(tree, "decisions"))):
        decision = _text(one, "decision")
        for key in ("rules", "require", "prefer", "invariants", "table"):
            part = _part(one, key)
            for rule in (*_items(part), *_items(_part(part, "rows"))):
                if _text(rule, "source"):
                    yield _text(rule, "source"), decision, rule
    overrides = _part(tree, "overrides")
    for decision, promises in _pairs(_part(overrides, "invariants")):
        for promise in _items(promises):
            if _text(promise, "source"):
                yield _text(promise, "source"), decision, promise


def _owed(rule: Node) -> list[str]:
    owe = _part(rule, "owe")
    named = [item.value for item in (owe, *_items(owe)) if isinstance(item, Scalar)]
    return named + [key for item in (owe, *_items(owe)) for key, _ in _pairs(item)]


def _read(rule: Node) -> Iterator[str]:
    for word in words(rule):
        yield from _SETTING.findall(word)


def _settings(folder: Path) -> set[str]:
    return {name for tree in _trees(folder) for name, _ in _pairs(_part(tree, "settings"))}


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    for key, value in node.items if isinstance(node, Mapping) else ():
        yield key.value, value


def _part(node: Node | None, key: str) -> Node | None:
    return next((value for name, value in _pairs(node) if name == key), None)


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _text(node: Node | None, key: str) -> str:
    found = _part(node, key)
    return found.value if isinstance(found, Scalar) else ""


# --- the page

PROMISED = {
    1: ("D6",), 2: ("D2",), 3: ("D14", "D26"), 4: ("D24", "D25"), 5: ("D23", "D27"), 6: ("A9",), 7: ("A7",),
    8: ("A11", "E13"), 9: ("E8", "E9", "E19"), 10: (),
}  # fmt: skip
"""Each of the ten properties → the ids whose promises keep it."""
KEPT_BY = {9: "messaging"}
"""The one pack whose promises count, where others name the same ids for something else."""
CHOSEN = {
    1: {"abuse": ("follow_up",)}, 2: {"abuse": ("threat_ends_contact",)}, 3: {"abuse": ("exit_possible",)},
    4: {"cases": ("stuck", "stuck_after", "stuck_queue")}, 5: {"service_levels": ("staff_moves", "back_office_share")},
    6: {"routing": ("nuisance_notice", "nuisance_bound"), "messaging": ("notice_shows", "notice_error")},
    7: {"messaging": ("opt_in_elsewhere", "transactional_any_hour")},
    8: {"routing": ("sticky_days", "sticky_patience", "abused_advisor")},
    9: {"cases": ("vip_cap", "over_the_cap", "most_valued_from"), "routing": ("high_value", "wait_bound")},
    10: {"cases": ("next_issue_window",), "journeys": ("journey_window",)},
}  # fmt: skip
"""Each contradiction → the settings that settle it, by pack."""


def written(text: str) -> str:
    """The page with the last column of its tables as the packs have it."""
    found, defaults = places(), _defaults()
    part, lines = "", []
    for line in text.splitlines():
        part = line if line.startswith("## ") else part
        row = ROW.match(line)
        if row is not None:
            line = f"| {row['id']} | {row['told']} | {_cell(row['id'], part, found, defaults) or ' '} |"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _cell(id_: str, part: str, found: dict[str, dict[str, Found]], defaults: dict[str, dict[str, str]]) -> str:
    if id_ in ARTICLES:
        return told(of(id_, found))
    if "never" in part:
        return "<br>".join(promises(int(id_), found))
    return "; ".join(
        f"[{pack}]({_link(pack)}#settings-设置) "
        + ", ".join(f"`{one}: {defaults[pack].get(one, '?')}`" for one in names)
        for pack, names in CHOSEN[int(id_)].items()
    )


def promises(number: int, found: dict[str, dict[str, Found]]) -> list[str]:
    """The promises that keep one of the ten properties, each with its decision."""
    kept: dict[str, None] = {}
    for id_ in PROMISED[number]:
        for pack, one in sorted(of(id_, found).items()):
            if pack != KEPT_BY.get(number, pack):
                continue
            kept |= {f"{_place(pack, decision)}: {because}": None for decision, because in one.promises}
    return [*kept]


def _defaults() -> dict[str, dict[str, str]]:
    """Pack → its settings with their defaults as written."""
    return {
        pack: {
            name: _text(setting, "default")
            for tree in _trees(folder)
            for name, setting in _pairs(_part(tree, "settings"))
        }
        for pack, folder in bundled_packs().items()
    }


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
