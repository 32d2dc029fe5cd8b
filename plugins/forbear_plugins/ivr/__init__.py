"""Walks a centre's phone menu: how far each node is from a person, and what the queue announces there (S0 A8, A11).

The menu is data (`Graph`, `read_graph`). Hand it to the engine: `Engine(..., plugins=[Ivr(read_graph(path))])`.
"""

from __future__ import annotations

from collections.abc import Mapping

from forbear.hooks import hookimpl
from forbear.records import Event, Plain

from .announced import apologises_first, names_keys
from .graph import OUT, Graph, GraphError, Node, read_graph
from .walk import steps_out

__all__ = ["Graph", "GraphError", "Ivr", "Node", "apologises_first", "names_keys", "read_graph", "steps_out"]


class Ivr:
    """The plugin for one menu: the list `ivr.nodes`, its worst places, and the way out from where a caller stands."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps = steps_out(graph)

    @hookimpl
    def supply_candidates(self, list_path: str) -> list[dict[str, Plain]] | None:
        """Every node, in the order of the graph, with what was found of it."""
        if list_path != "ivr.nodes":
            return None
        return [self._candidate(name) for name in self.graph.nodes]

    @hookimpl
    def supply_centre_facts(self, event: Event, needed: frozenset[str]) -> Mapping[str, Plain]:
        """The worst places of the whole menu; on an event with a `node` also whether there is a way out of it."""
        nodes = self.graph.nodes
        traps = [name for name in nodes if name not in self.steps]
        facts: dict[str, Plain] = {
            "ivr.traps": sum(nodes[name].kind != "end" for name in traps),
            "ivr.ends": sum(nodes[name].kind == "end" for name in traps),
            "ivr.most_steps": max(self.steps.values(), default=0),
            "ivr.bad_announcements": sum(not all(_announces(self.graph, name)) for name in nodes),
        }
        if "ivr.way_out" in needed:
            facts["ivr.way_out"] = self._way_out(event.fields.get("node"))
        return {path: value for path, value in facts.items() if path in needed}

    def _way_out(self, node: object) -> str:
        if node not in self.graph.nodes:
            return "unknown"
        return "some" if node in self.steps else "none"

    def _candidate(self, name: str) -> dict[str, Plain]:
        apologises, both, keys = _announces(self.graph, name)
        found: dict[str, Plain] = {
            "id": name,
            "kind": self.graph.nodes[name].kind,
            "apologises": apologises,
            "offers_both": both,
            "names_keys": keys,
        }
        return found | ({"steps": self.steps[name]} if name in self.steps else {})


def _announces(graph: Graph, name: str) -> tuple[bool, bool, bool]:
    """Whether a queue's words begin with an apology, whether both choices exist, whether its words name both keys.

    Of any other node nothing is asked.
    """
    node = graph.nodes[name]
    if node.kind != "queue":
        return True, True, True
    kinds = {key: graph.nodes[to].kind for key, to in node.goes.items()}
    keys = [next((key for key, kind in kinds.items() if kind == wanted), None) for wanted in OUT]
    chosen = [key for key in keys if key is not None]
    said = node.says.values()
    both = len(chosen) == len(OUT)
    named = bool(said) and both and all(names_keys(text, chosen) for text in said)
    return bool(said) and all(map(apologises_first, said)), both, named
