"""How many keys lie between each node of a menu and a person."""

from __future__ import annotations

from collections import deque

from .graph import OUT, Graph


def steps_out(graph: Graph) -> dict[str, int]:
    """The fewest steps from each node to a person or a call-back, 0 at these; a node without a way is left out."""
    before: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for name, node in graph.nodes.items():
        for to in node.goes.values():
            before[to].append(name)
    steps = {name: 0 for name, node in graph.nodes.items() if node.kind in OUT}
    waiting = deque(steps)
    while waiting:
        reached = waiting.popleft()
        for name in before[reached]:
            if name not in steps:
                steps[name] = steps[reached] + 1
                waiting.append(name)
    return steps
