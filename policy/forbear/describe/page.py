"""The page of one pack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from forbear.describe.changes import change_section
from forbear.describe.decisions import decision_section
from forbear.describe.duties import metric_section, obligation_section, text_section
from forbear.describe.graph import graph_section
from forbear.describe.markdown import MARK, code, item, plain
from forbear.describe.own import Pack, about_of
from forbear.describe.vocabulary import event_section, fact_section, history_section, setting_section
from forbear.describe.words import caption

_LEGEND = (
    "What an arrow starts from is read by what it leads to. Boxes are decisions, a thick border marks those with grave "
    "outcomes; hexagons rank candidates; rounded ones stand in packs below; cylinders ask the ledger.",
    "箭头从被读取者指向读取者。方框为决定，粗框表示有重大结果；六边形为候选排序；圆角框属于下层策略包；圆柱为账本查询。",
)


def pack_page(pack: Pack, linked: Collection[str] = ()) -> str:
    """The page of a pack in Markdown; `linked` are the packs that have a page beside it."""
    sections = {key: list(lines) for key, lines in _sections(pack)}
    kept = {key: lines for key, lines in sections.items() if any(lines)}
    lines = [MARK, "", f"# {pack.policy.name}", "", *_head(pack, linked)]
    if kept:
        lines += [" · ".join(f"[{caption(key)}](#{_anchor(caption(key))})" for key in kept), ""]
    for key, inner in kept.items():
        lines += [f"## {caption(key)}", "", *inner]
    return "\n".join(_without_double_blanks(lines)).rstrip("\n") + "\n"


def _head(pack: Pack, linked: Collection[str]) -> Iterator[str]:
    if pack.about:
        yield from ("\\\n".join(plain(one) for one in pack.about.values()), "")
    below = ", ".join(_link(name, linked) for name in pack.direct)
    if not pack.decided and pack.direct:
        abouts = {name: about_of(name, pack.policy) for name in pack.direct}
        yield from (item(f"**{_link(name, linked)}**", *map(plain, told)) for name, told in abouts.items())
        yield ""
    yield f"Version {plain(pack.policy.version)}" + (f", builds on {below}." if below else ", builds on no other pack.")
    yield ""


def _link(name: str, linked: Collection[str]) -> str:
    return f"[{name}]({name}.md)" if name in linked else code(name)


def _sections(pack: Pack) -> Iterator[tuple[str, Iterator[str]]]:
    yield "graph", _with_legend(graph_section(pack))
    yield "decisions", (line for one in pack.decided for line in decision_section(pack, one))
    parts: tuple[tuple[str, Callable[[Pack], Iterator[str]]], ...] = (
        ("obligations", obligation_section),
        ("texts", text_section),
        ("settings", setting_section),
        ("metrics", metric_section),
        ("facts", fact_section),
        ("events", event_section),
        ("history", history_section),
    )
    for key, section in parts:
        yield key, section(pack)
    for key, written in pack.written.items():
        yield key, (line for text in written for line in ("```yaml", *text.splitlines(), "```", ""))
    yield "changes", change_section(pack)


def _with_legend(lines: Iterator[str]) -> Iterator[str]:
    first = next(lines, None)
    if first is not None:
        yield from ("\\\n".join(_LEGEND), "", first, *lines)


def _anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return "".join(one for one in heading.lower() if one.isalnum() or one in " -_").replace(" ", "-")


def _without_double_blanks(lines: list[str]) -> Iterator[str]:
    last = ""
    for line in lines:
        if line or last:
            yield line
        last = line
