"""Whole policy packs as YAML text, accepted by the checker by construction."""

from __future__ import annotations

from hypothesis import strategies as st

from forbear.language import ir
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.types import BoolType
from strategies.decisions import Decisions, Head, draw_heads
from strategies.expressions import Author
from strategies.pen import Pen
from strategies.rankings import draw_rankings
from strategies.vocabulary import Vocabulary, vocabulary
from strategies.yaml_text import Node, yaml_text

MANIFEST = yaml_text({"pack": "drawn", "version": "1.0.0", "language": 1})


Files = dict[str, dict[str, Node]]  # file → section → what it says


@st.composite
def packs(draw: st.DrawFn) -> dict[str, str]:
    """The files of a pack: name → text."""
    return pack_texts(careful_files(Pen(draw)))


@st.composite
def careless_packs(draw: st.DrawFn) -> dict[str, str]:
    """Packs whose author forgets `has()`, units and ranges, so that the checker accepts only some of them."""
    return pack_texts(careless_files(Pen(draw)))


def careful_files(pen: Pen) -> Files:
    """A pack that the checker accepts."""
    words = vocabulary(pen)
    decisions = Decisions(pen, words, draw_heads(pen, words))
    files = {f"{head.name}.yaml": decisions.write(n) for n, head in enumerate(decisions.heads)}
    for name, ranking in draw_rankings(pen, words, decisions.heads).items():
        assert isinstance(ranking, dict)
        files[f"{name}.yaml"] = ranking
    obligations, texts = decisions.write_obligations()
    sections = {**words.sections, "obligations": obligations, "texts": texts}
    return {**files, "vocabulary.yaml": {key: node for key, node in sections.items() if node}}


def careless_files(pen: Pen) -> Files:
    """A pack that the checker may refuse."""
    words = vocabulary(pen)
    author = Author(pen, words.readable(("utterance",)), careless=True)
    rules: list[Node] = [
        {"rule": f"r{n}", "when": author.condition(depth=pen.number(0, 2)).forbear, "then": True}
        for n in range(pen.number(1, 3))
    ]
    decision: dict[str, Node] = {"decision": "d0", "asked_on": ["utterance"], "outcome": "bool", "fallback": False}
    decision["rules"] = [*rules, {"otherwise": False}]
    head = Head("d0", BoolType(), ("utterance",), "first")
    rankings = draw_rankings(pen, words, [head], careless=True) if pen.chance(50) else {}
    sections: dict[str, Node] = {**words.sections, "decisions": [decision, *rankings.values()]}
    sections["obligations"] = plain_obligations(words)
    return {"all.yaml": {key: node for key, node in sections.items() if node}}


def pack_texts(files: Files) -> dict[str, str]:
    """The files as text, with a manifest: a section on each line."""
    texts = {
        name: "\n".join(f"{key}: {yaml_text(node)}" for key, node in sections.items())
        for name, sections in files.items()
    }
    return {"pack.yaml": MANIFEST, **texts}


def plain_obligations(words: Vocabulary) -> dict[str, Node]:
    """The obligations of a vocabulary, declared with nothing but constants."""
    carried: dict[str, Node] = {"who": "a", "much": "= 1", "sure": "= true"}
    return {
        name: {"to": "manager", "due": "1 hour", "closes": {"done": {}}, "carries": {key: carried[key] for key in keys}}
        for name, keys in words.obligations.items()
    }


def build(files: dict[str, str]) -> ir.Policy:
    """The policy of a pack's files, through the whole front end."""
    return build_policy(pack_from_texts(files))
