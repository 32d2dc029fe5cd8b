"""Which plugins there are: what is installed, what is refused, where each comes from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType

import pytest

import forbear_plugins.lexicon as lexicon
from centre import routing
from centre import said as told
from forbear import Engine, PluginError, hookimpl
from forbear.engine.registry import Broken, Registered, installed
from house import run

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Make a distribution that brings a plugin, whose module is this code."""
    found: list[Distribution] = []

    class Finder(DistributionFinder):
        def find_spec(self, *_: object) -> None: ...

        def find_distributions(self, context: object = None) -> Iterator[Distribution]:
            yield from found

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(name: str, code: str, entry: str = "") -> None:
        info = tmp_path / f"{name}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[forbear]\n{entry or name} = {name}_module\n")
        (tmp_path / f"{name}_module.py").write_text("from forbear import hookimpl\n" + code)
        sys.modules.pop(f"{name}_module", None)
        found.append(Distribution.at(info))

    return put


GOOD = "deadline = {'hear': 0.5}\n@hookimpl\ndef hear(utterance): ...\n@hookimpl\ndef perform(obligation): ...\n"


def test_each_installed_plugin_is_described(install: Install) -> None:
    install("keen", GOOD)
    one = next(one for one in installed() if one.name == "keen")
    assert isinstance(one, Registered)
    assert (one.origin, sorted(one.implementations)) == ("keen 1.2", ["hear", "perform"])
    assert [hook for hook, did in one.implementations.items() if did.deadline] == ["hear"]
    assert "lexicon" in {one.name for one in installed()}


BROKEN = {
    "import x_that_is_not_there": "load: ModuleNotFoundError: No module named 'x_that_is_not_there'; mend or uninstall",
    "raise SystemExit('bye')": "load: SystemExit: bye; mend or uninstall it",
    "deadline = 0\n@hookimpl\ndef hear(): ...": "register: its deadline is a number of seconds above 0",
    "x = 1": "register: it has no hook; mark its functions with @hookimpl",
    "@hookimpl\ndef heer(): ...": "register: unknown hook 'heer'",
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_plugin_is_listed_with_its_error_and_refuses_an_engine(code: str, install: Install) -> None:
    install("sorry", code)
    install("keen", GOOD)
    found = {one.name: one for one in installed()}
    one = found["sorry"]
    assert isinstance(one, Broken)
    assert (one.distribution, one.version) == ("sorry", "1.2")
    assert BROKEN[code] in one.error
    assert isinstance(found["keen"], Registered)
    with pytest.raises(PluginError, match="plugin sorry: "):
        Engine(routing())


def test_a_name_that_is_taken_is_said_to_be(install: Install) -> None:
    install("keen", GOOD)
    install("rival", GOOD, entry="keen")
    errors = [one.error for one in installed() if isinstance(one, Broken)]
    assert errors == ["load: its name or its object is taken already"]
    Engine(routing()).close()


def test_the_record_says_which_distribution_a_fact_came_from(install: Install) -> None:
    install("names", "@hookimpl\ndef supply_advisor_facts(): return {'advisor.name': 'Ada'}")
    with Engine(routing()) as one:
        record = one.decide(told("e1", 0, {}, text="You idiot"))
    assert record.sources["advisor.name"] == "names"
    assert record.sources["speech.category"] == "lexicon"
    assert record.plugins["names"] == "names 1.2"
    assert record.plugins["lexicon"].startswith("forbear ")


def test_an_installed_plugin_that_is_handed_over_keeps_its_origin() -> None:
    with Engine(routing(), plugins=[lexicon]) as one:
        record = one.decide(told("e1", 0, {}, text="You idiot"))
    assert record.plugins == {"forbear_plugins.lexicon": record.plugins["forbear_plugins.lexicon"]}
    assert record.plugins["forbear_plugins.lexicon"].startswith("forbear ")


def test_a_wrapper_is_refused() -> None:
    module = ModuleType("wraps")

    @hookimpl(wrapper=True)
    def hear(utterance: object) -> Iterator[None]:
        yield

    module.hear = hear  # type: ignore[attr-defined]
    with pytest.raises(PluginError, match="plugin wraps: hear: it is a wrapper"):
        run(module)


def test_a_plugin_whose_attributes_raise_is_refused() -> None:
    class Touchy:
        @property
        def deadline(self) -> float:
            raise SystemExit

        @hookimpl
        def hear(self) -> None: ...

    with pytest.raises(PluginError, match="plugin Touchy: register: raised SystemExit"):
        run(Touchy())


def test_the_same_object_handed_over_twice_counts_once() -> None:
    class Counts:
        calls = 0

        @hookimpl
        def hear(self) -> None:
            self.calls += 1

    counts = Counts()
    run(counts, counts)
    assert counts.calls == 1
