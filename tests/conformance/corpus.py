"""The corpus as a file: each case a pack, one request, the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from attrs import frozen

from forbear.evaluate import Evaluation
from forbear.language import ir
from forbear.language.types import Value
from strategies.cases import Question
from strategies.packs import MANIFEST, Files, build
from strategies.yaml_text import Node, yaml_text

CORPUS = Path(__file__).parent / "corpus.yaml"
HEADING = """\
# Small cases that were drawn, made smaller and kept because each reaches something that none before it reaches: a step
# in reference.py or a construct. `python -m conformance.grow` adds to it. The answers are the definition's;
# every evaluator must give them.
"""


@frozen
class Kept:
    """A pack, a request and its answer, with what it was kept for."""

    reaches: str
    pack: str
    asked: Question
    answer: Mapping[str, object]

    def policy(self) -> ir.Policy:
        """The policy of the pack."""
        return build({"pack.yaml": MANIFEST, "all.yaml": self.pack})


def read() -> list[Kept]:
    """The cases, in the order in which they were kept."""
    if not CORPUS.exists():
        return []
    return [_read(one) for one in yaml.safe_load(CORPUS.read_text(encoding="utf-8")) or []]


def _read(one: Mapping[str, object]) -> Kept:
    facts, degraded, answer = (one[key] for key in ("facts", "degraded", "answer"))
    assert isinstance(facts, dict)
    assert isinstance(degraded, list)
    assert isinstance(answer, dict)
    asked = Question(str(one["event"]), {path: as_inner(value) for path, value in facts.items()}, frozenset(degraded))
    return Kept(str(one["reaches"]), str(one["pack"]), asked, answer)


def write(cases: Sequence[Kept]) -> None:
    """Write all cases."""
    CORPUS.write_text(HEADING + "".join(map(_written, cases)), encoding="utf-8")


def _written(one: Kept) -> str:
    lines = [f"- reaches: {_line(one.reaches)}", "  pack: |", *(f"    {line}" for line in one.pack.splitlines())]
    lines += [f"  event: {one.asked.event}", f"  facts: {_line(one.asked.facts)}"]
    lines += [f"  degraded: {_line(sorted(one.asked.degraded))}", "  answer:"]
    lines += [f"    {key}: {_line(value)}" for key, value in one.answer.items()]
    return "\n" + "\n".join(lines) + "\n"


def as_text(files: Files) -> str:
    """All files of a pack as one, a decision's rules each on a line."""
    sections: dict[str, Node] = {}
    decisions: list[Node] = []
    for held in files.values():
        if "decision" in held:
            decisions.append(dict(held))
        else:
            sections |= held
    listed = sections.pop("decisions", [])
    assert isinstance(listed, list)
    return "".join(_block(key, node, 0) for key, node in {**sections, "decisions": [*listed, *decisions]}.items())


def _block(key: str, node: Node, depth: int) -> str:
    pad = "  " * depth
    if isinstance(node, dict) and node and depth == 0:
        return f"{pad}{key}:\n" + "".join(f"{pad}  {name}: {yaml_text(one)}\n" for name, one in node.items())
    if isinstance(node, list) and node and key == "decisions":
        return f"{pad}{key}:\n" + "".join(map(_decision, node))
    if isinstance(node, list) and node and key in ("rules", "require", "prefer", "invariants"):
        return f"{pad}{key}:\n" + "".join(f"{pad}  - {yaml_text(one)}\n" for one in node)
    return f"{pad}{key}: {yaml_text(node)}\n"


def _decision(node: Node) -> str:
    assert isinstance(node, dict)
    text = "".join(_block(key, one, 2) for key, one in node.items())
    return "  - " + text.removeprefix("    ")


def _line(value: object) -> str:
    return yaml_text(json.loads(json.dumps(value)))  # tuples are lists there


def plain(answer: Evaluation) -> dict[str, object]:
    """An answer as JSON has it, order kept."""
    happenings = [
        {key: value for key, value in (("rule", one.rule), ("action", one.action), ("name", one.name),
         ("values", dict(one.values)), ("which", one.which), ("how", one.how), ("reason", one.reason)) if value != ""}
        for one in answer.happenings
    ]  # fmt: skip
    told: dict[str, object] = {"outcome": dict(answer.outcome), "fired": answer.fired, "happenings": happenings}
    told |= {"violated": answer.violated, "left_out": {k: dict(v) for k, v in answer.left_out.items()}}
    told |= {"conflicts": dict(answer.conflicts)}
    found = json.loads(json.dumps({key: value for key, value in told.items() if value or key == "outcome"}))
    assert isinstance(found, dict)
    return found


def as_inner(value: object) -> Value:
    """A value as evaluators hold it: lists are tuples."""
    if isinstance(value, list):
        return tuple(map(as_inner, value))
    if isinstance(value, dict):
        return {str(name): as_inner(one) for name, one in value.items()}
    assert isinstance(value, bool | int | str)
    return value
