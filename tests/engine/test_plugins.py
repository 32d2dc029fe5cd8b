"""Who is asked, in which order, and what plugins may not do."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import forbear_plugins.lexicon as lexicon
from centre import CALM, abuse, dump, engine, event, routing, said
from forbear import Engine, Event, Evidence, PluginError, SettingError, SpeechSignals, Utterance, hookimpl


class Host:
    """Supplies what it was given and remembers what it was asked."""

    def __init__(self, **facts: object) -> None:
        self.facts = {name.replace("_", ".", 1): value for name, value in facts.items()}
        self.asked: list[tuple[Event, frozenset[str]]] = []

    @hookimpl
    def supply_advisor_facts(self, event: Event, needed: frozenset[str]) -> Mapping[str, object] | None:
        return {path: value for path, value in self.facts.items() if path.startswith("advisor.")} or None

    @hookimpl
    def supply_centre_facts(self, event: Event, needed: frozenset[str]) -> Mapping[str, object] | None:
        self.asked.append((event, needed))
        return {path: value for path, value in self.facts.items() if not path.startswith("advisor.")} or None


class Ear:
    """Hears the same in everything."""

    def __init__(self, facts: Mapping[str, Any], *evidence: Evidence) -> None:
        self.signals = SpeechSignals(facts, evidence)
        self.heard: list[Utterance] = []

    @hookimpl
    def hear(self, utterance: Utterance) -> SpeechSignals:
        self.heard.append(utterance)
        return self.signals


def test_the_plugin_registered_last_wins_fact_by_fact() -> None:
    plugins = [Host(advisor_name="Ada", manager_name="Mo"), Host(advisor_name="Bo"), Host()]
    with engine(plugins=plugins) as one:
        outcome = one.decide(said("e1")).outcome
    assert (outcome["advisor_shown"], outcome["manager_shown"]) == ("Bo", "Mo")


def test_none_among_the_facts_is_as_good_as_not_given() -> None:
    with engine(plugins=[Host(advisor_name="Ada"), Host(advisor_name=None)]) as one:
        assert one.decide(said("e1")).outcome["advisor_shown"] == "Ada"


def test_the_ear_registered_last_wins_and_evidence_adds_up() -> None:
    first, last = Evidence(0, 2, "insult", "ab"), Evidence(1, 3, "hate", "bc")
    with engine(plugins=[Ear(abuse("insult"), first), Ear({"speech.category": "hate"}, last)]) as one:
        record = one.decide(said("e1", 0, {}, text="abc"))
    assert (record.outcome["conduct"], record.outcome["category"]) == ("abuse", "hate")
    assert {(item.start, item.end, item.kind, item.text) for item in record.evidence} == {
        (0, 2, "insult", ""),
        (1, 3, "hate", ""),
    }


def test_what_a_plugin_says_beyond_the_vocabulary_is_ignored() -> None:
    odd = Host(history_ended=True, event_speaker="advisor", offence_status="upheld", nothing_known=object)
    odd.facts.pop("nothing.known")
    with engine() as calm, engine(plugins=[odd, Ear({**abuse(), "speech.volume": 11})]) as one:
        assert one.decide(said("e1", 0, abuse())) == calm.decide(said("e1", 0, abuse()))


def test_plugins_are_asked_once_per_new_event_with_what_it_needs() -> None:
    host, ear = Host(), Ear(CALM)
    with engine(plugins=[host, ear]) as one:
        one.decide(event("s", "contact_started", 0, contact="c1", customer="u1", advisor="a7"))
        given = said("e1", 1, {}, text="hello", before=[{"speaker": "advisor", "text": "hi"}])
        for name in ("customer", "advisor"):
            given.pop(name)
        assert one.decide(given) == one.decide(given)
    asked, needed = host.asked[0]
    assert [item.id for item, _ in host.asked] == ["e1"], "the start needs nothing"
    assert (asked.customer, asked.advisor) == ("u1", "a7"), "as inherited from the contact"
    assert "speech.hostile" in needed
    assert needed <= routing().facts.keys(), "only what a host can know"
    assert [(item.text, item.lang, item.speaker, item.before[0].text) for item in ear.heard] == [
        ("hello", "auto", "customer", "hi")
    ]


def test_an_utterance_without_text_is_not_heard() -> None:
    ear = Ear(abuse())
    with engine(plugins=[ear]) as one:
        assert one.decide(said("e1", 0)).outcome["conduct"] == "civil"
        assert one.decide(said("e2", 0, {})).degraded
    assert ear.heard == []


def test_plugins_are_called_outside_any_transaction() -> None:
    class Asks:
        @hookimpl
        def supply_centre_facts(self, event: Event) -> None:
            if event.id == "e1":
                one.decide(said("inner", 0, abuse(), contact="c2"))

        @hookimpl
        def decision_recorded(self, record: Any) -> None:
            if record.event == "e1":
                one.decide(said("after", 1, abuse(), contact="c3"))

    with engine(plugins=[Asks()]) as one:
        assert one.decide(said("e1", 0, abuse())).outcome["response"] == "warn"
        assert one.decide(said("after", 1, abuse(), contact="c3")).outcome["response"] == "warn"


def test_two_plugins_of_one_class_are_told_apart() -> None:
    class Broken(Host):
        @hookimpl
        def hear(self, utterance: Utterance) -> None:
            raise RuntimeError

    with engine(plugins=[Broken(), Broken()]) as one:
        record = one.decide(said("e1", 0, {}, text="x"))
    assert record.degraded is not None
    assert "#2: hear: raised RuntimeError at test_plugins.py" in record.degraded["conduct"]


def test_without_discovery_installed_plugins_are_silent() -> None:
    given = said("e1", 0, {}, text="you idiot")
    with engine() as one:
        assert one.decide(given).degraded
    with Engine(routing()) as one:
        assert one.decide(given).degraded is None


def test_an_installed_plugin_that_is_handed_over_counts_as_registered_last() -> None:
    given = said("e1", 0, {}, text="you are an idiot")
    with Engine(routing(), plugins=[Ear(CALM)]) as one:
        assert one.decide(given).outcome["conduct"] == "civil"
    with Engine(routing(), plugins=[Ear(CALM), lexicon]) as one:
        assert one.decide(given).outcome["conduct"] == "abuse"


def test_a_module_is_a_plugin() -> None:
    module = ModuleType("house_rules")
    module.supply_advisor_facts = hookimpl(lambda: {"advisor.name": "Ada"})  # type: ignore[attr-defined]
    with engine(plugins=[module]) as one:
        assert one.decide(said("e1")).outcome["advisor_shown"] == "Ada"


class Misspelt:
    @hookimpl
    def suply_facts(self) -> None: ...


class TooMuch:
    @hookimpl
    def hear(self, utterance: Utterance, volume: int) -> None: ...


class Unmarked:
    def hear(self, utterance: Utterance) -> None: ...


@pytest.mark.parametrize(
    ("plugin", "says"),
    [(Misspelt(), "plugin Misspelt: register: unknown hook 'suply_facts'"), (TooMuch(), "volume"),
     (Unmarked(), "plugin Unmarked: register: it has no hook; mark its functions with @hookimpl")],
)  # fmt: skip
def test_a_plugin_that_does_not_fit_the_hooks_is_refused(plugin: object, says: str) -> None:
    with pytest.raises(PluginError) as caught:
        engine(plugins=[plugin])
    assert says in str(caught.value)


def test_an_installed_plugin_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "sorry-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sorry\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[forbear]\nsorry = sorry_that_is_not_there\n")

    class Finder(DistributionFinder):
        def find_spec(self, *_: object) -> None: ...

        def find_distributions(self, context: object = None) -> Iterator[Distribution]:
            yield Distribution.at(info)

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    with pytest.raises(PluginError, match=r"plugin sorry: load: ModuleNotFoundError: .*; mend or uninstall it"):
        Engine(routing())


def test_settings_are_chosen_when_the_pack_is_loaded() -> None:
    with pytest.raises(SettingError, match="loaded already"):
        engine(settings={"offence_window": 30})
    with Engine("routing", discover=False, settings={"threat_ends_contact": True}) as one:
        assert one.decide(said("e1", 0, abuse("threat"))).outcome["response"] == "end_contact"


def test_a_pack_may_be_given_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("pack: empty\nversion: 1.0.0\nlanguage: 1\n")
    for folder in (tmp_path, str(tmp_path)):
        with Engine(folder, discover=False) as one:
            assert one.decide(event("t", "tick")).policy.pack == "empty"
            assert dump(one)
