"""What a test expects against what its decision gave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from forbear.errors import Span
from forbear.language import ir
from forbear.records import Plain
from forbear.testing.cases import Expectation


@frozen
class Failure:
    """An expectation that was not met, where it stands, and what was found."""

    span: Span
    message: str


@frozen
class Found:
    """What a decision gave, in the words of `expect`."""

    outcome: Mapping[str, Any]
    fired: tuple[str, ...] = ()
    owes: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    said: tuple[tuple[str, Mapping[str, str]], ...] = ()  # each text, with its words by language
    left_out: Mapping[str, str] = field(factory=dict)
    degraded: Mapping[str, str] | None = None
    late: bool = False
    error: str = ""

    def rules(self, policy: ir.Policy) -> frozenset[str]:
        """The rules that had a say: those that fired, and the requirements that left somebody out."""
        excluding = set(self.left_out.values())
        required = {
            f"{one.name}.{rule.name}"
            for one in policy.rankings.values()
            for rule in one.require
            if one.name in self.outcome and rule.name in excluding
        }
        return frozenset(self.fired) | required


def check(expect: Iterable[Expectation], found: Found, at: Span) -> list[Failure]:
    """What was expected and not found.

    An error that nobody expected is a failure too; so is a fall-back of what is named, or where nothing is expected.
    """
    failures: list[Failure] = []
    names = set()
    for one in expect:
        names.add(one.name)
        message = _compare(one, found)
        if message:
            failures.append(Failure(one.span, message))
    if found.error and "error" not in names:
        return [Failure(at, found.error)]
    if found.degraded and "degraded" not in names:
        reasons = "; ".join(f"{name} fell back: {reason}" for name, reason in found.degraded.items())
        named = [name for name in found.degraded if name in names]
        if named or not names:
            failures.append(Failure(at, reasons))
    return failures


def _compare(one: Expectation, found: Found) -> str:
    """Why an expectation is not met, or nothing."""
    match one.name:
        case "fired":
            missing = [rule for rule in one.value if rule not in found.fired]
            return f"{', '.join(missing)} did not fire; fired: {_list(found.fired)}" if missing else ""
        case "owes" | "records" | "amends" | "closed" | "overdue":
            got = getattr(found, one.name)
            same = sorted(got) == sorted(one.value)
            return "" if same else f"{one.name}: expected {_list(one.value)}, got {_list(got)}"
        case "says":
            return _unsaid(one.value, found.said)
        case "left_out":
            same = dict(one.value) == dict(found.left_out)
            return "" if same else f"left_out: expected {_value(one.value)}, got {_value(dict(found.left_out))}"
        case "degraded":
            got = "; ".join(f"{name}: {reason}" for name, reason in (found.degraded or {}).items())
            same = one.value == bool(found.degraded)
            return "" if same else f"degraded: expected {_flag(one.value)}, got {got or _flag(False)}"
        case "late":
            same = one.value == found.late
            return "" if same else f"late: expected {_flag(one.value)}, got {_flag(found.late)}"
        case "error":
            same = bool(found.error) and one.value in found.error
            return "" if same else f"error: expected {one.value!r}, got {found.error or 'none'}"
        case _:
            if found.error:
                return ""
            if one.name not in found.outcome:
                return f"{one.name} was not asked on this event"
            got = found.outcome[one.name]
            same = one.value == got
            because = f"; fired: {_list([rule for rule in found.fired if rule.startswith(one.name + '.')])}"
            return "" if same else f"{one.name}: expected {_value(one.value)}, got {_value(got)}{because}"


def _unsaid(wanted: Sequence[tuple[str, Mapping[str, str]]], said: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    """What should be said and is not, or the other way round."""
    names, got = ([name for name, _ in told] for told in (wanted, said))
    if sorted(names) != sorted(got):
        return f"says: expected {_list(names)}, got {_list(got)}"
    for name, words in wanted:
        texts = [each for text, each in said if text == name]
        for language, word in words.items():
            if not any(word in text.get(language, "") for text in texts):
                heard = " / ".join(text.get(language, "") for text in texts)
                return f"says: expected {word!r} in {name} ({language}), got {heard!r}"
    return ""


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _value(value: Plain) -> str:
    """A value as a test writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
