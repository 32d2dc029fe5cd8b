"""Settings, facts, events and folds as sections of a page."""

from __future__ import annotations

from collections.abc import Iterator

from forbear.describe.markdown import aside, both, code, codes, comment, plain, table
from forbear.describe.own import Declared, Pack, words_of
from forbear.describe.words import caption, heads
from forbear.explain.labels import Labels
from forbear.explain.words import LANGUAGES
from forbear.language import ir
from forbear.language.types import (
    JSON_SAFE,
    BoolType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    Value,
    describe,
)


def setting_section(pack: Pack) -> Iterator[str]:
    """Every setting with its type, range and default; comments above one head a table of their own."""
    group: list[Declared] = []
    for section in pack.sections["settings"]:
        for n, one in enumerate(section.items):
            heading = [*(aside(section.note) if n == 0 else ()), *aside(one.above)]
            if heading:
                yield from _settings(pack, group)
                group = []
            yield from heading
            group.append(one)
    yield from _settings(pack, group)


def _settings(pack: Pack, group: list[Declared]) -> list[str]:
    rows = []
    for one in group:
        setting = pack.policy.settings[f"setting.{one.name}"]
        default = _default(setting.value, setting.type, setting.path, pack)
        rows.append([code(one.name), meaning(setting, pack), kind(setting.type), default, comment(one.beside)])
    return table(heads("name", "meaning", "kind", "default", "note"), rows)


def kind(given: Type) -> str:
    """A type with its range or values."""
    match given:
        case EnumType(values):
            return codes(values)
        case IntType(low, high, unit) if (low, high) != (-JSON_SAFE, JSON_SAFE):
            return plain(f"{low} to {high} {unit}")
        case StringType():
            return "text"
        case ListType(item):
            return f"list: {kind(item)}"
        case RecordsType(fields):
            return "list, each with " + codes(one.name for one in fields)
        case _:
            return plain(describe(given).removeprefix("a "))


def meaning(declared: ir.Fact | ir.Fold | ir.Setting, pack: Pack) -> str:
    """What a name stands for, in both languages where its author says it in both."""
    return both(*(plain(declared.about.get(language, "")) for language in LANGUAGES))


def _default(value: Value | None, given: Type, path: str, pack: Pack) -> str:
    if value is None:
        return ""
    if isinstance(given, EnumType | BoolType):
        return code(str(value).lower() if isinstance(value, bool) else str(value))
    return both(*(plain(Labels(pack.policy, "", language).value(value, given, path)) for language in LANGUAGES))


def fact_section(pack: Pack) -> Iterator[str]:
    """Every fact that the pack adds."""
    rows = []
    for section in pack.sections["facts"]:
        for one in section.items:
            fact = pack.policy.facts[one.name]
            listed = isinstance(fact.type, RecordsType)
            default = "" if listed else _default(fact.default, fact.type, fact.path, pack)
            default = caption("optional") if fact.optional else default
            note = "" if listed else comment(one.beside)  # there the comments speak of fields
            rows.append([code(one.name), meaning(fact, pack), kind(fact.type), default, note])
    yield from table(heads("name", "meaning", "kind", "default", "note"), rows)


def event_section(pack: Pack) -> Iterator[str]:
    """Every type of event that the pack adds, with what it brings."""
    rows = []
    for section in pack.sections["events"]:
        for one in section.items:
            brought = [
                fact
                for path, fact in pack.policy.events[one.name].items()
                if path.startswith("event.") and (fact.about or path not in _COMMON)
            ]
            told = "<br>".join(_field(fact, pack) for fact in brought)
            rows.append([code(one.name), told, comment("; ".join(filter(None, (one.above, one.beside))))])
    yield from table(heads("name", "brings", "note"), rows)


_COMMON = frozenset(
    f"event.{one}" for one in ("type", "contact", "customer", "advisor", "channel", "by", "reason", "note")
)


def _field(fact: ir.Fact, pack: Pack) -> str:
    about = both(*(plain(fact.about.get(language, "")) for language in LANGUAGES)).replace("<br>", " ")
    return code(fact.path.removeprefix("event.")) + (f" {about}" if about else "")


def history_section(pack: Pack) -> Iterator[str]:
    """Every fold that the pack adds: what it is called, and what it asks in the words of the pack."""
    rows = []
    for section in pack.sections["history"]:
        for one in section.items:
            fold = pack.policy.folds[f"history.{one.name}"]
            asks = f"{fold.operator} {fold.entry}" + (f": {fold.of}" if fold.of else "")
            where = words_of(one.node, "where")
            by = ", ".join(f"{name} == {path}" for name, path in fold.by)
            conditions = " ".join(code(part) for part in (where, by) if part)
            window = words_of(one.node, "window")
            scope = code(fold.scope) if fold.scope != "centre" else ""
            row = [code(one.name), meaning(fold, pack), code(asks), scope, conditions, code(window) if window else ""]
            rows.append([*row, comment(one.beside)])
    yield from table(heads("name", "meaning", "asks", "scope", "where", "window", "note"), rows)
