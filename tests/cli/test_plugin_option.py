"""`--plugin MODULE[:NAME]` and `FORBEAR_PLUGINS`: plugins of the centre's own, for `forbear run` and `forbear hear`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import events_text, forbear, inside

PLUGIN = """\
from types import SimpleNamespace

from forbear import SpeechSignals, hookimpl


class Named:
    def __init__(self, name):
        self.name = name

    @hookimpl
    def supply_advisor_facts(self, advisor, event, needed):
        return {"advisor.name": self.name}


@hookimpl
def hear(utterance):
    heard = {"speech.target": "advisor", "speech.category": "insult", "speech.hostile": True}
    return SpeechSignals({**heard, "speech.frustrated": False})


sam, kim = Named("Sam"), Named("Kim")
inner = SimpleNamespace(kim=kim)
"""
SAID = {
    "id": "e1", "at": "2026-03-02T09:00:00Z", "type": "utterance", "contact": "c1", "customer": "u1", "advisor": "a1",
    "speaker": "customer", "text": "good morning",
}  # fmt: skip
CRASHES = {"quits": "raise SystemExit(3)\n", "breaks": "1 / 0\n", "no_python": "def\n"}


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of modules that can be imported, here and in a process of its own, beside a file of events."""
    for name, text in {"centre_plugin": PLUGIN, **CRASHES}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "events.jsonl").write_text(events_text(SAID), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield tmp_path
    for name in ("centre_plugin", *CRASHES):
        sys.modules.pop(name, None)


def record(modules: Path, *plugins: str) -> Any:
    result = inside("run", modules / "events.jsonl", "--json", *(part for one in plugins for part in ("--plugin", one)))
    assert (result.status, result.err) == (0, "")
    (found,) = result.lines
    return found


def test_a_module_is_heard_before_the_installed_plugins(modules: Path) -> None:
    without, with_ = record(modules), record(modules, "centre_plugin")
    assert (without["outcome"]["conduct"], with_["outcome"]["conduct"]) == ("civil", "abuse")
    assert without["sources"]["speech.target"] == "lexicon"
    assert with_["sources"]["speech.target"] == "centre_plugin"
    assert with_["plugins"]["centre_plugin"] == "host"


def test_an_object_in_a_module_is_a_plugin_and_the_first_named_is_asked_first(modules: Path) -> None:
    def name(*plugins: str) -> object:
        return record(modules, "centre_plugin", *plugins)["facts"].get("advisor.name")

    assert name() is None
    assert name("centre_plugin:sam", "centre_plugin:kim") == "Sam"
    assert name("centre_plugin:inner.kim", "centre_plugin:sam") == "Kim"


def test_the_environment_names_plugins_with_spaces_between_and_the_option_stands_in_its_place(
    modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORBEAR_PLUGINS", "")
    assert record(modules)["outcome"]["conduct"] == "civil"
    monkeypatch.setenv("FORBEAR_PLUGINS", "centre_plugin centre_plugin:kim centre_plugin:sam")
    told = record(modules)
    assert (told["outcome"]["conduct"], told["facts"]["advisor.name"]) == ("abuse", "Kim")
    monkeypatch.setenv("FORBEAR_PLUGINS", "no_such_module")
    assert record(modules, "centre_plugin")["outcome"]["conduct"] == "abuse"


def test_the_installed_commands_take_plugins(modules: Path) -> None:
    env = {"FORBEAR_PLUGINS": "centre_plugin"}
    for command in ("run --json", "hear"):
        (found,) = forbear(*command.split(), given=events_text(SAID), env=env).lines
        assert found.get("outcome", found)["conduct"] == "abuse"


@pytest.mark.parametrize("command", ["run", "hear"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "the plugin '' cannot be loaded: ValueError"),
        (":sam", "the plugin ':sam' cannot be loaded: ValueError"),
        (".centre_plugin", "cannot be loaded: TypeError"),
        ("no_such_module", "cannot be loaded: ModuleNotFoundError"),
        ("centre_plugin:nobody", "the plugin 'centre_plugin:nobody' cannot be loaded: AttributeError"),
        ("centre_plugin:sam.nobody", "cannot be loaded: AttributeError"),
        ("quits", "the plugin 'quits' cannot be loaded: SystemExit: 3"),
        ("breaks", "the plugin 'breaks' cannot be loaded: ZeroDivisionError"),
        ("no_python", "the plugin 'no_python' cannot be loaded: SyntaxError"),
        ("json", "plugin json: register: it has no hook"),
        ("centre_plugin:sam.name", "plugin str: register: it has no hook"),
    ],
)
def test_what_is_no_plugin_is_told_and_nothing_runs(modules: Path, command: str, name: str, reason: str) -> None:
    ledger = ("--ledger", f"sqlite:///{modules}/ledger.db") if command == "run" else ()
    result = inside(command, *ledger, "--plugin", name)
    assert (result.status, result.stdout) == (2, b"")
    assert reason in result.err
    assert not (modules / "ledger.db").exists()
