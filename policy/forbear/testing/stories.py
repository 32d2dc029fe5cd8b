"""A history as a story that stands in a pack's tests, to be replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from forbear.language import ir
from forbear.language.types import show
from forbear.records import Plain


def as_story(
    events: Iterable[Mapping[str, Any]],
    name: str = "a story that was found",
    settings: Mapping[str, Plain] | None = None,
) -> str:
    """The events as a `*.test.yaml`, with the settings under which they happened."""
    test = {"test": name, "story": [dict(event) for event in events]}
    return as_tests([with_settings(test, settings or {})])


def with_settings(test: Mapping[str, Any], settings: Mapping[str, Plain]) -> dict[str, Any]:
    """A test with these settings beside those that it has."""
    chosen = {**settings, **test.get("settings", {})}
    rest = {key: value for key, value in test.items() if key not in ("test", "settings")}
    return {"test": test["test"], **({"settings": chosen} if chosen else {}), **rest}


def in_force(policy: ir.Policy, names: Iterable[str]) -> dict[str, Plain]:
    """The values of some settings, as a test writes them."""
    some = {name: policy.settings[f"setting.{name}"] for name in names}
    return {name: show(one.type, one.value) for name, one in some.items()}


def as_tests(tests: Iterable[Mapping[str, Any]]) -> str:
    """Tests as they stand in a `*.test.yaml`."""
    return yaml.dump({"tests": [*tests]}, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Writes out what occurs twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True
