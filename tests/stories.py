"""The stories that the tests of the standard pack tell, theme by theme, to be replayed for other ends than theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import Any

from attrs import frozen

from conftest import examples
from forbear import Policy, load_policy
from forbear.language.choosing import under
from forbear.language.files import find_pack
from forbear.language.pack import read_pack
from forbear.testing.cases import PackTest, all_tests


@frozen
class Story:
    """Events in order under the settings of their test; `errors` tells where an event is to be refused."""

    name: str
    policy: Policy
    events: tuple[Mapping[str, Any], ...]
    errors: frozenset[str]


@cache
def standard() -> Policy:
    """The bundled pack that composes all themes."""
    return load_policy("standard")


def stories(least: int = 3) -> list[Story]:
    """Some stories of each theme, spread over its files; FORBEAR_EXAMPLES asks for so many times `least`."""
    chosen: list[Story] = []
    for _, told in groupby(_told(), key=lambda one: one[0]):
        of_theme = [test for _, test in told]
        step = max(1, len(of_theme) // examples(least))
        chosen += map(_story, of_theme[::step])
    return chosen


def _told() -> Iterator[tuple[str, PackTest]]:
    folder = find_pack("standard")
    return ((pack, test) for pack, test in all_tests(folder, standard(), read_pack(folder)) if test.story)


def _story(test: PackTest) -> Story:
    ids = [f"step-{number}" for number in range(1, len(test.story) + 1)]
    steps = [*zip(ids, test.story, strict=True)]
    events = tuple({"id": id, **step.event} for id, step in steps)
    errors = frozenset(id for id, step in steps if [one.name for one in step.expect] == ["error"])
    return Story(test.name, under(standard(), test.settings), events, errors)
