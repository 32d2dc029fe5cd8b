"""`forbear export`: everything that a ledger holds about a person, for that person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from forbear.cli.console import out, print_json, say
from forbear.cli.options import KeysOption, LanguagesOption, LedgerOption, chosen_languages, refuse_missing
from forbear.engine.export import SECTIONS, export
from forbear.engine.parts import open_store
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.explain.words import Language, Words

_WORDS: Words = {
    "nothing": {
        "en": "Nothing is held about the customer {customer}.",
        "zh": "没有保存任何有关客户 {customer} 的信息。",
    },
    "title": {"en": "What is held about the customer {customer}", "zh": "保存的有关客户 {customer} 的信息"},
    "also": {"en": "Also known as {ids}.", "zh": "也称为 {ids}。"},
    "dropped": {
        "en": "{number} more decisions are no longer kept, as their time is over.",
        "zh": "另有 {number} 项决定已过保存期限，不再保存。",
    },
    "changed": {
        "en": "{number} more cannot be opened, as they were changed; `forbear audit` says where.",
        "zh": "另有 {number} 项因内容被改动而无法打开；请用 `forbear audit` 查明位置。",
    },
    "decisions": {"en": "Decisions", "zh": "决定"},
    "obligations": {"en": "What was owed", "zh": "应履行的义务"},
    "texts": {"en": "What was said", "zh": "说过的话"},
    "overrides": {"en": "What a person set instead", "zh": "由人指定的结果"},
    "contacts": {"en": "Contacts", "zh": "联络"},
    "entries": {"en": "Entries", "zh": "条目"},
    "amended": {"en": "amended", "zh": "修改于"},
    "True": {"en": "yes", "zh": "是"},
    "False": {"en": "no", "zh": "否"},
    "unexplained": {"en": "The policy that decided is not kept.", "zh": "作出该决定的策略未保存。"},
}


def export_customer(
    customer: Annotated[str, typer.Argument(help="The id of a customer; ids merged with it are included.")],
    ledger: LedgerOption,
    lang: LanguagesOption = "en",
    keys: KeysOption = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document, the same in every language.")] = False,
) -> None:
    """Give a person all that a ledger holds about them: to be read, or with --json for a program."""
    languages = chosen_languages(lang)
    refuse_missing(ledger)
    store = open_store(ledger, Plugins(registry_of()), keys)
    try:
        found = export(store, customer)
    finally:
        store.close()
    if json:
        print_json(found)
        return
    for number, language in enumerate(languages):
        if number:
            say(out())
        for indent, text in _lines(found, language):
            say(out(), ("  " * indent + text, "" if indent else "bold"))


def _lines(found: Mapping[str, Any], language: Language) -> Iterator[tuple[int, str]]:
    """The document in a language, each line with how far it stands in."""

    def word(key: str, **values: object) -> str:
        return _WORDS[key][language].format(**values)

    if not found["held"]:
        yield 0, word("nothing", customer=found["customer"])
        return
    yield 0, word("title", customer=found["customer"])
    if found["also_known_as"]:
        yield 1, word("also", ids=", ".join(found["also_known_as"]))
    if "decisions_no_longer_kept" in found:
        yield 1, word("dropped", number=found["decisions_no_longer_kept"])
    if "cannot_be_opened" in found:
        yield 1, word("changed", number=found["cannot_be_opened"])
    if found["decisions"]:
        yield 0, word("decisions")
    for one in found["decisions"]:
        yield 1, "  ".join(part for part in (one["at"], one["type"], one["id"], one["contact"] or "") if part)
        for line in one["explanation"].get(language, [word("unexplained")]):
            yield 2, line
        for path, value in one["record"]["facts"].items():
            yield 2, f"{path}: {_shown(value, language)}"
    for section in SECTIONS:
        if found[section]:
            yield 0, word(section)
        for one in found[section]:
            yield from _entry(one, language)


def _entry(one: Mapping[str, Any], language: Language) -> Iterator[tuple[int, str]]:
    who = (one["contact"], one["advisor"])
    yield 1, "  ".join(part for part in (one["at"], one["kind"], one["id"], *who) if part)
    for name, value in one["values"].items():
        yield 2, f"{name}: {_shown(value, language)}"
    for more in one["amendments"]:
        told = ", ".join(f"{name}: {_shown(value, language)}" for name, value in more["values"].items())
        yield 2, f"{_WORDS['amended'][language]} {more['at']}: {told}"


def _shown(value: object, language: Language) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(one, language) for one in value) or "—"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(one, language)}" for name, one in value.items())
    if isinstance(value, bool):
        return _WORDS[str(value)][language]
    return "—" if value is None else str(value)
