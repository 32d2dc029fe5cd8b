"""Calendar, store, packs and vocabulary: what plugins contribute before the first event."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from centre import MANIFEST, abuse, engine, routing, said, three_strikes
from forbear import Engine, LedgerError, PackError, PackNotFound, PluginError, WorkingCalendar, hookimpl, hours
from forbear.ledger import SQLiteStore
from house import plugin

NIGHTS = WorkingCalendar(weekly=(hours("20:00-23:00"),) * 7, closed_on=[date(2026, 3, n) for n in range(10, 20)])


# --- calendar


def review_due(*plugins: object) -> str:
    with engine(plugins=plugins) as one:
        record = one.decide_all(three_strikes())[-1]
    (due,) = [owed.due for owed in record.obligations if owed.owe == "recording_review"]
    return f"{due:%d %H:%M}"


def calendar(given: WorkingCalendar | None, name: str = "Wild") -> object:
    return plugin("supply_calendar", lambda: given, name)


def test_a_plugins_calendar_replaces_the_packs() -> None:
    assert review_due() == "03 17:30"
    assert review_due(calendar(NIGHTS)) == "03 23:00"


def test_of_several_calendars_the_one_registered_last_counts() -> None:
    assert review_due(calendar(NIGHTS), calendar(WorkingCalendar())) == "03 17:30"
    assert review_due(calendar(NIGHTS), calendar(None)) == "03 23:00"


def test_the_digest_speaks_of_the_calendar() -> None:
    def digest(*plugins: object) -> str:
        with engine(plugins=plugins) as one:
            return one.decide(said("e1")).policy.digest

    assert digest() == routing().digest
    assert len({digest(), digest(calendar(NIGHTS)), digest(calendar(WorkingCalendar()))}) == 3
    assert digest(calendar(NIGHTS)) == digest(calendar(NIGHTS))


def test_the_calendar_is_asked_for_once() -> None:
    asked: list[None] = []
    with engine(plugins=[plugin("supply_calendar", lambda: asked.append(None))]) as one:
        one.decide(said("e1"))
        one.decide(said("e2"))
    assert len(asked) == 1


# --- store


class Vault:
    """Opens `vault:NAME` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []

    @hookimpl
    def open_store(self, url: str) -> SQLiteStore | None:
        self.asked.append(url)
        name = url.removeprefix("vault:")
        return SQLiteStore(str(self.folder / name)) if name != url else None


def test_a_plugin_opens_a_ledger_that_the_core_does_not_know(tmp_path: Path) -> None:
    for _ in range(2):
        with engine(ledger="vault:a.db", plugins=[Vault(tmp_path)]) as one:
            record = one.decide(said("e1", 0, abuse()))
            assert record.outcome["response"] == "warn"
    assert (tmp_path / "a.db").exists()


def test_plugins_are_not_asked_for_the_cores_own_ledgers(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    for url in ("memory:", f"sqlite:///{tmp_path / 'own.db'}"):
        engine(ledger=url, plugins=[vault]).close()
    with pytest.raises(LedgerError):
        engine(ledger="sqlite:odd", plugins=[vault])
    assert vault.asked == []


def test_a_ledger_that_nobody_opens_is_an_error(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    with pytest.raises(LedgerError, match="'nowhere:x' is not a ledger"):
        engine(ledger="nowhere:x", plugins=[vault])
    assert vault.asked == ["nowhere:x"]


def test_the_store_of_the_plugin_registered_last_counts(tmp_path: Path) -> None:
    (tmp_path / "last").mkdir()
    with engine(ledger="vault:a.db", plugins=[Vault(tmp_path), Vault(tmp_path / "last")]) as one:
        one.decide(said("e1"))
    assert (tmp_path / "last" / "a.db").exists()


# --- packs


def pack(folder: Path, name: str = "house", extra: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pack.yaml").write_text(MANIFEST.replace("small", name))
    if extra:
        (folder / "more.yaml").write_text(extra)
    return folder


def test_a_pack_of_a_plugin_is_found_by_its_name(tmp_path: Path) -> None:
    folder = pack(tmp_path / "somewhere")
    for given in (folder, str(folder)):
        with Engine(
            "house", discover=False, plugins=[plugin("supply_packs", lambda given=given: {"house": given})]
        ) as one:
            assert one.policy.name == "house"


def test_of_two_packs_of_a_name_the_one_registered_last_counts_and_a_folder_above_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives(name: str) -> object:
        return plugin("supply_packs", lambda: {"house": pack(tmp_path / name, name)})

    with Engine("house", discover=False, plugins=[gives("one"), gives("two")]) as one:
        assert one.policy.name == "two"
    pack(tmp_path / "house", "here")
    monkeypatch.chdir(tmp_path)
    with Engine("house", discover=False, plugins=[gives("one")]) as one:
        assert one.policy.name == "here"


def test_a_name_that_nobody_has_lists_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(PackNotFound, match=r"'hose'; bundled: .*standard.*; from plugins: house"):
        Engine("hose", discover=False, plugins=[plugin("supply_packs", lambda: {"house": tmp_path})])


def test_a_bundled_name_cannot_be_taken(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="plugin Wild: supply_packs: 'standard' is a bundled pack; choose another"):
        Engine("standard", discover=False, plugins=[plugin("supply_packs", lambda: {"standard": tmp_path})])


@pytest.mark.parametrize("answer", [["house"], {"": "x"}, {"house": 1}, {1: "x"}, "house"], ids=repr)
def test_packs_that_are_no_folders_by_name_are_refused(answer: Any) -> None:
    with pytest.raises(PluginError, match="not a mapping of names to folders"):
        Engine("standard", discover=False, plugins=[plugin("supply_packs", lambda: answer)])


# --- vocabulary

RULE = """
decisions:
  - decision: greet
    asks: How?
    asked_on: [utterance]
    outcome: [plain, warm]
    hit: first
    fallback: plain
    rules:
      - {rule: known, when: weather.warm, then: warm, because: {en: Warm., zh: 热。}, source: T1}
      - {otherwise: plain}
"""
WORDS = "facts: {weather.warm: {type: bool, default: false}}\n"


class Weather:
    def __init__(self, **texts: str) -> None:
        self.texts = {f"{name}.yaml": text for name, text in texts.items()}

    @hookimpl
    def supply_vocabulary(self) -> dict[str, str]:
        return self.texts

    @hookimpl
    def supply_centre_facts(self) -> dict[str, object]:
        return {"weather.warm": True}


def test_rules_may_use_the_words_that_a_plugin_brings(tmp_path: Path) -> None:
    folder = pack(tmp_path / "p", extra=RULE)
    with pytest.raises(PackError):
        Engine(folder, discover=False)
    with Engine(folder, discover=False, plugins=[Weather(words=WORDS)]) as one:
        record = one.decide(said("e1", 0, {}))
    assert record.outcome == {"greet": "warm"}
    assert record.sources == {"weather.warm": "Weather"}


def test_words_count_in_the_digest(tmp_path: Path) -> None:
    folder = pack(tmp_path / "p")
    digests = set()
    for texts in ({}, {"a": WORDS}, {"b": WORDS}, {"a": WORDS + "# more\n"}):
        with Engine(folder, discover=False, plugins=[Weather(**texts)]) as one:
            digests.add(one.policy.digest)
    assert len(digests) == 4


def test_events_and_entries_are_words_too(tmp_path: Path) -> None:
    texts = {"events": "events: {promise_made: {promise: string}}\n", "entries": "entries: {vow: {kept: bool}}\n"}
    with Engine(pack(tmp_path / "p"), discover=False, plugins=[Weather(**texts)]) as one:
        assert "promise_made" in one.policy.events
        assert "vow" in one.policy.entries


@pytest.mark.parametrize("text", ["settings: {a: {type: bool, default: true}}", RULE, WORDS + "history: {}", "", "[]"])
def test_a_plugin_brings_words_and_no_rules(tmp_path: Path, text: str) -> None:
    with pytest.raises(PluginError, match=r"plugin Weather: supply_vocabulary: Weather/a.yaml may hold facts, events,"):
        Engine(pack(tmp_path / "p"), discover=False, plugins=[Weather(a=text)])


@pytest.mark.parametrize("text", ["facts: {weather.warm: {type: wool}}", "facts: [", "facts: &a {x.y: {type: bool}}"])
def test_what_is_wrong_with_the_words_is_a_diagnostic_in_the_plugins_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(PackError) as caught:
        Engine(pack(tmp_path / "p"), discover=False, plugins=[Weather(a=text)])
    assert {one.span.file for one in caught.value.diagnostics} == {"Weather/a.yaml"}


def test_a_word_that_the_pack_has_already_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="weather"):
        Engine(pack(tmp_path / "p", extra=WORDS), discover=False, plugins=[Weather(a=WORDS)])


@pytest.mark.parametrize("answer", [["a"], {"a": 1}, {1: "a"}, "facts: {}"], ids=repr)
def test_words_that_are_no_texts_by_name_are_refused(tmp_path: Path, answer: Any) -> None:
    with pytest.raises(PluginError, match="not a mapping of file names to texts"):
        Engine(pack(tmp_path / "p"), discover=False, plugins=[plugin("supply_vocabulary", lambda: answer)])
