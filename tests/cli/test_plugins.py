"""`forbear plugins`: what is plugged in, told black box; and packs and words of plugins in the other commands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from commands import forbear, write_pack


def install(folder: Path, name: str, code: str) -> Mapping[str, str]:
    """The environment in which a distribution of that name brings a plugin with this code."""
    info = folder / f"{name}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[forbear]\n{name} = {name}_module\n")
    (folder / f"{name}_module.py").write_text("from forbear import hookimpl\n" + code)
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))}


def test_it_lists_the_lexicon():
    done = forbear("plugins", "--json")
    assert done.status == 0
    (one,) = [one for one in done.lines if one["name"] == "lexicon"]
    assert (one["distribution"], one["hooks"], one["deadline"], one["error"]) == ("forbear", ["hear"], {}, None)
    assert one["version"]
    assert "lexicon" in forbear("plugins").out


def test_a_deadline_is_shown(tmp_path):
    code = "deadline = 0.5\n@hookimpl\ndef perform(obligation): ...\n@hookimpl\ndef hear(utterance): ...\n"
    env = install(tmp_path, "keen", code)
    (one,) = [one for one in forbear("plugins", "--json", env=env).lines if one["name"] == "keen"]
    assert one == {
        "name": "keen", "distribution": "keen", "version": "1.2", "hooks": ["hear", "perform"],
        "deadline": {"hear": 0.5, "perform": 0.5}, "error": None,
    }  # fmt: skip
    assert "perform (at most 0.5 s)" in forbear("plugins", env=env).out


def test_a_broken_one_is_listed_with_its_error_beside_the_others(tmp_path):
    env = install(tmp_path, "sorry", "import x_that_is_not_there")
    done = forbear("plugins", "--json", env=env)
    assert done.status == 1
    found = {one["name"]: one for one in done.lines}
    assert "x_that_is_not_there" in found["sorry"]["error"]
    assert found["lexicon"]["error"] is None
    assert "cannot be used" in forbear("plugins", env=env).out


PACK = {
    "pack.yaml": "pack: weather\nversion: 1.0.0\nlanguage: 1\n",
    "greet.yaml": """\
decision: greet
asks: How?
asked_on: [utterance]
outcome: [plain, warm]
hit: first
fallback: plain
rules:
  - {rule: known, when: weather.warm, then: warm, because: {en: Warm., zh: 热。}, source: T1}
  - {otherwise: plain}
""",
    "greet.test.yaml": "tests:\n  - {test: warm, given: {weather.warm: true}, expect: {greet: warm}}\n",
}


@pytest.mark.parametrize(
    "command", [("check", "weather"), ("test", "weather"), ("decide", "--pack", "weather", "--facts", "-")]
)
def test_commands_find_the_pack_of_a_plugin_and_know_its_words(tmp_path, command):
    folder = write_pack(tmp_path / "there", PACK)
    code = (
        f"@hookimpl\ndef supply_packs(): return {{'weather': {str(folder)!r}}}\n"
        "@hookimpl\ndef supply_vocabulary(): return {'w.yaml': 'facts: {weather.warm: {type: bool}}'}\n"
    )
    done = forbear(*command, env=install(tmp_path, "sky", code), given='{"weather.warm": true}')
    assert done.status == 0, done.out + done.err
    assert forbear(*command, given="{}").status == 2
