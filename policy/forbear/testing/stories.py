"""A history as a story that stands in a pack's tests, to be replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml


def as_story(events: Iterable[Mapping[str, Any]], name: str = "a story that was found") -> str:
    """The events as a `*.test.yaml`."""
    test = {"test": name, "story": [dict(event) for event in events]}
    return as_tests([test])


def as_tests(tests: list[dict[str, Any]]) -> str:
    """Tests as they stand in a `*.test.yaml`."""
    return yaml.dump({"tests": tests}, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Writes out what occurs twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True
